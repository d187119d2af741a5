import { asciiJson, breakLine, commands } from "../../lib/runbook/shell";
import { TRICKY } from "./support";

test("commands lose the indent of the surrounding code and keep their own", () => {
  const script = () => commands`
    if test; then
        ${"one\n    two"}
    fi

    stop "${"$1"}" ${"a\nb"}`;
  expect(script()).toBe('if test; then\n    one\n        two\nfi\n\nstop "$1" a\nb');
});

test.each([undefined, false, "", []] as const)("a value %j alone on its line removes the line", (nothing) => {
  expect(commands`
    one
      ${nothing}
    ${["two", "three"]}`).toBe("one\ntwo\nthree");
});

test("any value is inserted unchanged", () => {
  expect(commands`
    echo ${"\u00000\u0000 ${x} $& $1 \\n"}
    ${TRICKY}`).toBe(`echo \u00000\u0000 \${x} $& $1 \\n\n${TRICKY}`);
});

test("a long command has one line for each part", () => {
  expect(breakLine(["a", false, "b", undefined], "\\")).toBe("a b");
  const long = "x".repeat(100);
  expect(breakLine(["a", long, "b"], "\\")).toBe(`a \\\n    ${long} \\\n    b`);
});

test("writes any string as JSON in ASCII without backticks", () => {
  expect(asciiJson(TRICKY)).toMatch(/^[ -_a-~]+$/);
  expect(JSON.parse(asciiJson(TRICKY))).toBe(TRICKY);
});
