import { type AccountPlan, counts, losesRole, planJson, planText, summary } from "../../scripts/support/outcomes";

const plan = (account: string, more: Partial<AccountPlan>): AccountPlan => ({
  account,
  status: "changes",
  changes: [],
  drift: [],
  ...more,
});

const PLANS = [
  plan("factory-eu", {
    changes: [
      { address: "aws_iam_role.this", action: "replace", reason: "cannot_update", details: ['path: "/" -> "/x/"'] },
      { address: "aws_iam_policy.s3_buckets", action: "delete", reason: "delete_because_no_resource_config" },
      { address: "aws_iam_role_policy_attachment.core", action: "update", imported: true },
    ],
  }),
  plan("site", {
    changes: [{ address: "aws_iam_role.this", action: "update" }],
    drift: [{ address: "aws_iam_role.this", action: "update", details: ["max_session_duration: 3600 -> 7200"] }],
  }),
  plan("same", { status: "no changes", warnings: ["Warning: an activation has expired"] }),
  plan("one", { status: "failed", error: "There are no credentials.\nSign in." }),
  plan("two", { status: "failed", error: "There are no credentials.\nSign in." }),
  plan("later", { status: "not started" }),
];

test("planText shows accounts with changes, destroyed and reverted resources, and each error once", () => {
  expect(planText(PLANS)).toBe(`account     add  change  replace  destroy  import  drift
factory-eu    0       1        1        1       1      0
site          0       1        0        0       0      1

no changes (1): same
not planned (1): later

Destroyed or replaced:
  factory-eu
    replace aws_iam_role.this (it cannot be updated in place)
      path: "/" -> "/x/"
    destroy aws_iam_policy.s3_buckets (it is no longer in the root module)

Changed outside Terraform, to be reverted:
  site
    update aws_iam_role.this
      max_session_duration: 3600 -> 7200

Warnings:
  same:
      Warning: an activation has expired

failed (2): one, two
  one, two:
      There are no credentials.
      Sign in.`);
});

test("planJson shows the counts of each account", () => {
  const { accounts } = JSON.parse(planJson(PLANS));
  expect(accounts[0]).toMatchObject({ account: "factory-eu", status: "changes", replace: 1, destroy: 1, import: 1 });
  expect(accounts[3]).toMatchObject({ account: "one", status: "failed", error: expect.stringContaining("Sign in") });
});

test("losesRole finds a plan that replaces or deletes the role, but not one that changes it", () => {
  expect(PLANS.map(losesRole)).toEqual([true, false, false, false, false, false]);
  expect(counts(plan("a", {}))).toEqual({ add: 0, change: 0, replace: 0, destroy: 0, import: 0, drift: 0 });
});

test("summary shows each status, and the errors that the plan did not show", () => {
  const logOf = (account: string) => `${account}.log`;
  const outcomes = [
    { account: "a", status: "done" },
    { account: "b", status: "failed", detail: "Error: x\n\ny" },
    { account: "c", status: "failed" },
    { account: "d", status: "not started" },
  ] as const;
  expect(summary(outcomes, logOf)).toBe(
    "done (1): a\nnot started (1): d\nfailed (2): b, c\n  b: full output in b.log\n      Error: x\n\n      y",
  );
});
