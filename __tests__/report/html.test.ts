import { Html, html, plainText, scriptJson } from "../../lib/report/html";

const HOSTILE = `</script><script>alert("1")</script> & 'x'`;

test("every value is escaped, between tags and in attributes", () => {
  expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.text).toBe(
    `<p title="&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x'">&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x'</p>`,
  );
});

test("what is HTML already stays; a list is joined; nothing is written for undefined", () => {
  expect(
    html`<ul>${["a<", "b"].map((item) => html`<li>${item}</li>`)}</ul>${undefined}${new Html("<br>")}${0}`.text,
  ).toBe("<ul><li>a&lt;</li><li>b</li></ul><br>0");
});

test("marks that turn the direction of writing, and control characters, are shown", () => {
  expect(html`${"role\u202Eelor\u0007"}`.text).toBe("role\\u202eelor\\u0007");
  expect(plainText('{"a": "<\u2066"}').text).toBe('{"a": "&lt;\\u2066"}');
});

test("no text in a script's JSON ends the element, and JSON reads it as it was", () => {
  const value = { text: `${HOSTILE}<!--\u2028\u2029` };
  const { text } = scriptJson(value);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(text)).toEqual(value);
});
