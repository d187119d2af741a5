import { isWildcardOnlyAction } from "@cloud-copilot/iam-simulate";
import { FULL } from "../full";
import { decide, decideUnchecked } from "./decide";
import { awsPolicy, documentsOf } from "./documents";
import { narrower, wider } from "./mutations";
import { policiesOf, rows } from "./pair";
import { PLACES } from "./place";
import { TABLES } from "./tables";
import { reader } from "./user-access";

/** Minimum number of pairs in every partition. */
const FEWEST_PAIRS = 150;

/** China's documents contain everything from the others, and AWS's second service names. The others are mutated only in the full run. */
const MUTATED = PLACES.filter(({ partition }) => FULL || partition === "aws-cn");

test.each(PLACES)("the tables have enough pairs and no duplicates: $partition", (place) => {
  const pairs = TABLES.flatMap((table) =>
    table.pairs(place).map((pair) => JSON.stringify([table.name, { ...pair, may: undefined }])),
  );
  expect(new Set(pairs).size).toBe(pairs.length);
  expect(pairs.length).toBeGreaterThanOrEqual(FEWEST_PAIRS);
});

describe.each(PLACES)("IAM's decisions on the documents that TypeScript computes in $partition", (place) => {
  const documents = documentsOf(place);

  test.each(TABLES)("each required request is allowed, its neighbor is denied: $name", async (table) => {
    const attached = [...(table.alsoAttached?.(documents) ?? []), ...table.documents(documents, place)];
    const policies = policiesOf(
      table,
      attached.map(({ document }) => document),
    );
    const wrong = [];
    for (const row of rows(table, place)) {
      const decisions = [await decide(row, policies, place), decideUnchecked(row, policies, place)];
      if (decisions.some((decision) => decision !== row.expected)) wrong.push(`not ${row.expected}: ${row.text}`);
    }
    expect(wrong).toEqual([]);
  });

  test("AWS's policy for readers allows requests that ours denies", () => {
    const ofAws = awsPolicy("AmazonSSMReadOnlyAccess", place);
    const kept = rows(reader, place).filter(({ expected }) => expected === "denied");
    const given = kept.filter((row) => decideUnchecked(row, { identity: [ofAws] }, place) === "allowed");
    expect([...new Set(given.map(({ request }) => request.action))].sort()).toEqual([
      "ssm:DescribeInstanceAssociationsStatus",
      "ssm:DescribeInstancePatchStates",
      "ssm:DescribeInstancePatches",
      "ssm:DescribeParameters",
      "ssm:GetCommandInvocation",
      "ssm:GetInventory",
      "ssm:GetParameter",
      "ssm:GetParameterHistory",
      "ssm:GetParametersByPath",
      "ssm:ListCommandInvocations",
      "ssm:ListTagsForResource",
    ]);
  });
});

// checkov's CKV_AWS_355 checks the same. The library contains AWS's service authorization reference.
test.each(PLACES)(
  "users get only actions on every resource that AWS's reference cannot limit to a resource: $partition",
  async (place) => {
    const { userAccess } = documentsOf(place);
    const actions = new Set(
      Object.values(userAccess).flatMap(({ Statement }) =>
        Statement.filter(({ Resource }) => [Resource].flat().includes("*")).flatMap(({ Action = [] }) => Action),
      ),
    );
    expect(actions).toContain("ssm:ListCommands");
    const limited = [];
    for (const action of actions) {
      const [service = "", name = ""] = action.split(":");
      if (!(await isWildcardOnlyAction(service, name))) limited.push(action);
    }
    expect(limited).toEqual([]);
  },
);

describe.each(MUTATED)("in $partition, some row detects each removed or widened part of a document", (place) => {
  const documents = documentsOf(place);

  // AWS's own documents cannot be narrower. For them, the test shows that the rows need everything that they allow.
  test.each(TABLES)("$name", (table) => {
    const all = rows(table, place);
    const mutations = table
      .documents(documents, place)
      .flatMap(({ document, ours }) => [...narrower(document), ...(ours ? wider(document) : [])]);
    const unnoticed = mutations.filter(({ document }) => {
      const policies = policiesOf(table, [document]);
      return all.every((row) => decideUnchecked(row, policies, place) === row.expected);
    });
    expect(mutations.length).toBeGreaterThan(1);
    expect(unnoticed.map(({ what }) => what)).toEqual(table.equivalent ?? []);
  });
});
