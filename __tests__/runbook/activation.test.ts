import { accountOf } from "../../lib/config/account";
import { activation } from "../../lib/runbook/activation";
import { errorsIn } from "../support";
import { CHINA, FULL, HOSTILE } from "./support";

test("is one activation of the role, with the tags that Terraform would set", () => {
  const { tags, steps } = activation(accountOf("a", FULL), "1.fleet");
  expect(tags).toEqual([
    { Key: "Owner", Value: "another" },
    { Key: "Site", Value: "file://x" },
    { Key: "Straße", Value: "é" },
  ]);
  expect(steps).toMatchObject([
    { kind: "check", references: [] },
    {
      kind: "activate",
      iamRole: "machines/Hybrid",
      entry: { registration_limit: 50, expires_in_days: 7, description: HOSTILE, default_instance_name: "file://x" },
    },
  ]);
});

test("waits for every policy of the role, and for no policy of people", () => {
  const { steps } = activation(accountOf("a", FULL), "plain");
  const policyArns = steps.flatMap((step) => (step.kind === "activate" ? step.policyArns : []));
  expect(policyArns.map((arn) => arn.split("/").at(-1))).toEqual([
    ...["AmazonSSMManagedInstanceCore", "AmazonSSMDirectoryServiceAccess", "007"],
    ...["Hybrid-s3-managed-buckets", "Hybrid-s3-buckets", "Hybrid-log-groups", "mine"],
  ]);
});

test("is in the region of its entry", () => {
  const account = accountOf("a", { ...FULL, trust: {}, activations: { west: { region: "eu-west-1" } } });
  expect(activation(account, "west").region).toBe("eu-west-1");
});

test("explains how a machine registers, that the code is a secret and that each run creates a new activation", () => {
  const preface = activation(accountOf("a", FULL), "plain").preface.join("\n");
  expect(preface).toContain("npm run --silent machine -- --account a --activation plain --os linux");
  expect(preface).toContain("Each run creates a new activation.");
  expect(preface).toContain("The code is a secret");
});

test.each([
  [FULL, "1.flet", "Did you mean 1.fleet?"],
  [FULL, "another", "The account's activations are 1.fleet, dated, plain."],
  [FULL, "toString", "The account's activations are 1.fleet, dated, plain."],
  [CHINA, "1.fleet", "Add it to the account."],
])("refuses a label that the account does not have", (account, label, fix) => {
  expect(errorsIn(() => activation(accountOf("a", account), label))).toMatchObject([
    { code: "unknown_activation", account: "a", fix },
  ]);
});
