import { type Computed, computed, managedPolicy } from "./iam/computed";
import { decide, decideUnchecked } from "./iam/decide";
import { narrower, wider } from "./iam/mutations";
import { policiesOf, rows } from "./iam/pair";
import { globalArn, PLACES } from "./iam/place";
import { driveAsMachine, isDrivable } from "./iam/real-calls";
import { s3Buckets } from "./iam/s3-buckets";
import { s3ManagedBuckets } from "./iam/s3-managed-buckets";
import { account, TABLES } from "./iam/tables";
import { reader } from "./iam/user-access";
import { describeInLab, synthesize } from "./support";

/** Needs with a neighbour each, in every partition. */
const FEWEST_PAIRS = 150;

const READ_ONLY = "policy/AmazonSSMReadOnlyAccess";

test.each(PLACES)("the tables hold no pair twice, and enough of them: $partition", (place) => {
  const pairs = TABLES.flatMap((table) =>
    table.pairs(place).map((pair) => JSON.stringify([table.who(place), { ...pair, may: undefined }])),
  );
  expect(new Set(pairs).size).toBe(pairs.length);
  expect(pairs.length).toBeGreaterThanOrEqual(FEWEST_PAIRS);
});

describeInLab("IAM decides by the documents that Terraform computes", (lab) => {
  const accounts = new Map<string, Computed>();

  beforeAll(async () => {
    const file = { accounts: Object.fromEntries(PLACES.map((place) => [place.partition, account(place)])) };
    const roots = await synthesize(lab(), "iam-truth", JSON.stringify(file));
    await Promise.all(
      PLACES.map(async (place) => accounts.set(place.partition, await computed(lab(), roots(place.partition), place))),
    );
  });

  describe.each(PLACES)("in $partition", (place) => {
    const ofPlace = () => accounts.get(place.partition) as Computed;

    test.each(TABLES)("what is needed is allowed, its neighbour denied: $name", async (table) => {
      const attached = [...(table.beside?.(ofPlace()) ?? []), ...table.documents(ofPlace(), place)];
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

    // AWS's own documents are as wide as they are: of them it is shown that the rows need all that they allow.
    test.each(TABLES)("some row notices each part of a document that is left out or opened: $name", (table) => {
      const all = rows(table, place);
      const mutations = table
        .documents(ofPlace(), place)
        .flatMap(({ document, ours }) => [...narrower(document), ...(ours ? wider(document) : [])]);
      const unnoticed = mutations.filter(({ document }) => {
        const policies = policiesOf(table, [document]);
        return all.every((row) => decideUnchecked(row, policies, place) === row.expected);
      });
      expect(mutations.length).toBeGreaterThan(1);
      expect(unnoticed.map(({ what }) => what)).toEqual([]);
    });

    test("AWS's own policy for readers allows what ours keeps from them", async () => {
      const iam = await lab().iam(place.account);
      const ofAws = await managedPolicy(iam, globalArn({ ...place, account: "aws" }, "iam", READ_ONLY), place);
      const kept = rows(reader, place).filter(({ expected }) => expected === "denied");
      const given = kept.filter((row) => decideUnchecked(row, { identity: [ofAws] }, place) === "allowed");
      expect(given.map(({ request }) => request.action).sort()).toEqual([
        "ssm:DescribeParameters",
        "ssm:GetCommandInvocation",
        "ssm:GetInventory",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParametersByPath",
      ]);
    });

    test("an emulator that enforces IAM answers a machine's real calls so", async () => {
      const calls = [s3Buckets, s3ManagedBuckets].flatMap((table) => rows(table, place)).filter(isDrivable);
      const decisions = await driveAsMachine(lab(), place, calls);
      const wrong = calls.filter((row) => decisions.get(row) !== row.expected);
      expect(wrong.map((row) => `not ${row.expected}: ${row.text}`)).toEqual([]);
      for (const expected of ["allowed", "denied"]) {
        expect(calls.filter((row) => row.expected === expected).length).toBeGreaterThan(40);
      }
    });
  });
});
