import { policyDocument } from "../../lib/aws/policy-document";
import { meansSame } from "../../lib/runbook/means-same";

test("compares each key, each list without its order, and nothing else", () => {
  const document = policyDocument([
    { Effect: "Allow", Action: ["b", "a"], Condition: { StringLike: { "aws:x": "é" } } },
  ]);
  expect(meansSame(document)).toBe(
    [
      'type(@) == \'object\' && sort(keys(@)) == sort(`["Version","Statement"]`) &&',
      'map(&to_string(@), to_array(Version)) == `["2012-10-17"]` &&',
      "length(to_array(Statement)[?",
      '    type(@) == \'object\' && sort(keys(@)) == sort(`["Effect","Action","Condition"]`) &&',
      '    map(&to_string(@), to_array(Effect)) == `["Allow"]` &&',
      '    sort(map(&to_string(@), to_array(Action))) == sort(`["b","a"]`) &&',
      "    type(Condition) == 'object' && keys(Condition) == `[\"StringLike\"]` &&",
      "    type(Condition.StringLike) == 'object' && keys(Condition.StringLike) == `[\"aws:x\"]` &&",
      '    map(&to_string(@), to_array(Condition.StringLike."aws:x")) == `["\\u00e9"]`',
      "]) == `1` &&",
      "length(to_array(Statement)) == `1`",
    ].join("\n"),
  );
});

test("counts identical statements", () => {
  const one = { Effect: "Allow", Action: "a" } as const;
  const other = { ...one, Action: "b" };
  const expression = meansSame(policyDocument([one, other, one]));
  expect(expression.match(/\]\) == `\d`/g)).toEqual(["]) == `2`", "]) == `1`", "]) == `2`"]);
  expect(expression).toMatch(/length\(to_array\(Statement\)\) == `3`$/);
});
