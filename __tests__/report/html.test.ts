import { Html, html, plainText, scriptJson } from "../../lib/report/html";

const HOSTILE = `</script><script>alert("1")</script> & 'x'`;

test("every value is escaped, between tags and in attributes", () => {
  expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.text).toBe(
    `<p title="&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x'">&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x'</p>`,
  );
});

test("HTML is unchanged, a list is joined, and undefined adds nothing", () => {
  expect(
    html`<ul>${["a<", "b"].map((item) => html`<li>${item}</li>`)}</ul>${undefined}${new Html("<br>")}${0}`.text,
  ).toBe("<ul><li>a&lt;</li><li>b</li></ul><br>0");
});

test("characters that change the direction of text, and control characters, are shown", () => {
  expect(html`${"role\u202Eelor\u0007"}`.text).toBe("role\\u202eelor\\u0007");
  expect(plainText('{"a": "<\u2066"}').text).toBe('{"a": "&lt;\\u2066"}');
});

test("no string in a script's JSON ends the element, and parsing returns the same value", () => {
  const value = { text: `${HOSTILE}<!--\u2028\u2029` };
  const { text } = scriptJson(value);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(text)).toEqual(value);
});
