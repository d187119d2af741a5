import { type InputError, InvalidInputError, show } from "../../lib/input/errors";

const ERROR: InputError = { code: "some_code", field: "role.name", rule: "must be short.", fix: "Shorten it." };

test("an error with all fields is printed in three lines", () => {
  const error = new InvalidInputError([
    { ...ERROR, value: "abc", page: "https://example.com", account: "a", file: "accounts.yaml", line: 3, column: 7 },
  ]);
  expect(error.message).toBe(`accounts.yaml:3:7  account "a"  role.name = "abc"
    must be short. [some_code]
    Shorten it. See https://example.com

1 error; nothing was written.`);
  expect(error.name).toBe("InvalidInputError");
});

test("missing fields of an error leave no trace", () => {
  expect(new InvalidInputError([ERROR]).message).toBe(
    "role.name\n    must be short. [some_code]\n    Shorten it.\n\n1 error; nothing was written.",
  );
  expect(new InvalidInputError([{ ...ERROR, file: "f.yaml" }]).message).toMatch(/^f\.yaml {2}role\.name\n/);
});

test("200 errors are all shown; of 201, one is not", () => {
  const last = (count: number) =>
    new InvalidInputError(new Array<InputError>(count).fill(ERROR)).message.split("\n\n").slice(-1)[0];
  expect(last(2)).toBe("2 errors; nothing was written.");
  expect(last(200)).toBe("200 errors; nothing was written.");
  expect(last(201)).toBe("201 errors, 1 of them not shown; nothing was written.");
  expect(new InvalidInputError(new Array<InputError>(201).fill(ERROR)).errors).toHaveLength(201);
});

test("a value of 120 characters is shown as a whole, one of 121 is truncated", () => {
  expect(show("x".repeat(118))).toBe(`"${"x".repeat(118)}"`);
  expect(show("x".repeat(119))).toBe(`"${"x".repeat(119)}… (121 characters)`);
});

test("any value is shown on one line, with letters of any script", () => {
  expect(show({ a: [1, null] })).toBe('{"a":[1,null]}');
  expect([show(undefined), show("a\nb"), show("Größe 日本")]).toEqual(["undefined", '"a\\nb"', '"Größe 日本"']);
});

test.each(["\\u001b", "\\u007f", "\\u009b", "\\u061c", "\\u200e", "\\u202e", "\\u2066"])(
  "%s is shown as an escape",
  (shown) => {
    expect(show(`a${JSON.parse(`"${shown}"`)}b`)).toBe(`"a${shown}b"`);
  },
);
