import { asciiJson, procedure } from "../../lib/runbook/procedure";
import { at, faultsIn, synthAccount } from "../support";
import { CHINA, FULL, TRICKY } from "./support";

test("has the steps of AWS's procedure in their order", () => {
  const { steps } = procedure("a", FULL);
  expect(steps.map(({ kind, title }) => (title ? `${kind}: ${title}` : kind))).toEqual([
    "check: Before anything is written: is this the right account, and is there what the file only names?",
    "role: Steps 1 and 2 of AWS's procedure: the trust policy, and the service role",
    "attach: Step 3: (Required) The core functionality of Systems Manager",
    "attach: Step 3: (Optional) AWS Directory Service, for machines that join a Microsoft AD directory",
    "attach: Step 3: (Optional) The CloudWatch agent",
    "policy: Step 3: S3, case 1: the AWS-owned buckets that SSM Agent reads where a VPC endpoint is used",
    "attach",
    "policy: Step 3: S3, case 2: buckets of your own, such as for the output of Run Command",
    "attach",
    "attach: Step 3: A custom policy that exists already",
    "report: What else is attached to the role",
  ]);
});

test("checks the account's policies that the file only names, the boundary among them", () => {
  expect(procedure("a", FULL).steps[0]).toMatchObject({
    policyArns: ["narrow", "mine", "boundary"].map((name) => `arn:aws:iam::111111111111:policy/${name}`),
  });
});

test("describes the policies that it makes as Terraform does", () => {
  const policies = procedure("a", FULL).steps.filter((step) => step.kind === "policy");
  const inTerraform = at(synthAccount(FULL), "resource", "aws_iam_policy") as Record<string, { description: string }>;
  expect(Object.fromEntries(policies.map(({ file, description }) => [file, description]))).toEqual(
    Object.fromEntries(Object.entries(inTerraform).map(([name, { description }]) => [name, description])),
  );
});

test("is in the account's partition, with IAM's defaults", () => {
  expect(procedure("a", CHINA).steps.slice(1)).toMatchObject([
    {
      arn: "arn:aws-cn:iam::222222222222:role/SSMServiceRole",
      path: "/",
      description: "",
      maxSessionDuration: 3600,
      trust: { Statement: [{ Condition: { ArnEquals: { "aws:SourceArn": ["arn:aws-cn:ssm:*:222222222222:*"] } } }] },
    },
    { arn: "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    { policyArns: ["arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore"] },
  ]);
});

test("tells no external id", () => {
  expect(JSON.stringify(procedure("a", FULL))).not.toContain("not-to-be-told");
});

test("refuses an account that cannot work", () => {
  const faults = faultsIn(() => procedure("a", { id: "1", region: "eu-central-1" }));
  expect(faults).toMatchObject([{ code: "account_id", account: "a" }]);
});

test("writes any text as JSON in ASCII without backticks", () => {
  expect(asciiJson(TRICKY)).toMatch(/^[ -_a-~]+$/);
  expect(JSON.parse(asciiJson(TRICKY))).toBe(TRICKY);
});
