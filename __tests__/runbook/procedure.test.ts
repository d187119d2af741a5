import { accountOf } from "../../lib/config/account";
import { entityKey, procedure } from "../../lib/runbook/procedure";
import { runbook } from "../../lib/runbook/runbook";
import { at, errorsIn, synthAccount } from "../support";
import { CHINA, FULL } from "./support";

test("has the steps of AWS's procedure in order", () => {
  const { steps } = procedure(accountOf("a", FULL));
  expect(steps.map(({ kind, title }) => (title ? `${kind}: ${title}` : kind))).toEqual([
    "check: Before anything is written: check the account and what the file references",
    "role: Steps 1 and 2 of AWS's procedure: the trust policy and the service role",
    "attach: Step 3: (Required) The core functionality of Systems Manager",
    "attach: Step 3: (Optional) AWS Directory Service, for machines that join a Microsoft AD directory",
    "attach: Step 3: (Optional) The CloudWatch agent",
    "policy: Step 3: S3, case 1: the AWS-owned buckets that SSM Agent reads if a VPC endpoint is used",
    "attach",
    "policy: Step 3: S3, case 2: your own buckets, such as for the output of Run Command",
    "attach",
    "policy: Step 3: CloudWatch Logs: the logs of Session Manager and the output of Run Command",
    "attach",
    "attach: Step 3: An existing custom policy",
    "policy: People who can use Systems Manager on the machines (1.readers)",
    "holders",
    "policy: People who can use Systems Manager on the machines (operators)",
    ...["holders", "attach", "attach", "attach", "attach"],
    "policy: People who can use Systems Manager on the machines (admins)",
    ...["holders", "attach"],
    "report: Other policies that are attached to the role",
  ]);
});

test("checks what the file references: the account's policies and boundary, and each group, role and user once", () => {
  const policies = ["007", "mine", "boundary"].map((name) => `arn:aws:iam::111111111111:policy/${name}`);
  expect(procedure(accountOf("a", FULL)).steps[0]).toMatchObject({
    references: [
      ...policies.map((name) => ({ kind: "policy", name })),
      { kind: "group", name: "ops" },
      { kind: "group", name: "o=1,@+" },
      { kind: "role", name: "Night" },
      { kind: "user", name: "jo" },
    ],
  });
});

test("attaches the policies of people to them, and none to the service role", () => {
  const arn = "arn:aws:iam::111111111111:policy/machines/Hybrid-user-access-operators";
  const attached = procedure(accountOf("a", FULL)).steps.filter((step) => step.kind === "attach");
  expect(attached.filter((step) => step.arn === arn).map(({ to }) => entityKey(to))).toEqual([
    ...["group/ops", "group/o=1,@+", "role/Night", "user/jo"],
  ]);
  expect(attached.filter(({ to }) => to.name === "Hybrid").map((step) => step.arn)).toHaveLength(7);
});

test("creates a policy for people with its own name and path", () => {
  const named = { level: "read_only", name: "Readers", path: "/people/" } as const;
  const { steps } = procedure(accountOf("a", { ...CHINA, userAccess: { u: named } }));
  expect(steps.find((step) => step.kind === "policy")).toMatchObject({ name: "Readers", path: "/people/" });
});

test.each(["aws-cli", "powershell"] as const)("mentions the profile, and requires the endpoints, in %s", (shell) => {
  const script = runbook("a", { ...CHINA, profile: "plant", useFipsEndpoint: true, useDualstackEndpoint: true }, shell);
  expect(script).toContain("# (The profile of this account in the file is plant. Set AWS_PROFILE to it.)\n");
  const variables = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"];
  const lines = {
    "aws-cli": variables.map((name) => `export ${name}='true'`),
    powershell: variables.map(
      (name) => `if ($env:${name} -ne 'true') { throw 'Set ${name} to true before PowerShell starts`,
    ),
  };
  for (const line of lines[shell]) expect(script).toContain(`\n${line}`);
  expect(runbook("a", CHINA, shell)).not.toMatch(/AWS_USE_|AWS_PROFILE/);
});

test("creates no activation, and explains how to get one", () => {
  const { preface, steps } = procedure(accountOf("a", FULL));
  expect(steps.map(({ kind }) => kind)).not.toContain("activate");
  expect(preface).toContain(
    "npm run --silent runbook -- --account a --activation 1.fleet|dated|plain [--shell powershell]",
  );
  expect(procedure(accountOf("a", CHINA)).preface.join("\n")).not.toContain("activation");
});

test("gives its policies the same descriptions as Terraform", () => {
  const policies = procedure(accountOf("a", FULL)).steps.filter((step) => step.kind === "policy");
  const inTerraform = at(synthAccount(FULL), "resource", "aws_iam_policy") as Record<string, { description: string }>;
  expect(new Set(policies.map(({ file }) => file))).toEqual(new Set(Object.keys(inTerraform)));
  for (const { file, description } of policies) expect(description).toBe(inTerraform[file]?.description);
});

test("is in the account's partition, with IAM's defaults", () => {
  const { role, steps } = procedure(accountOf("a", CHINA));
  expect(role.path).toBe("/");
  expect(steps.slice(1)).toMatchObject([
    {
      arn: "arn:aws-cn:iam::222222222222:role/SSMServiceRole",
      description: "",
      maxSessionDuration: 3600,
      trust: { Statement: [{ Condition: { ArnEquals: { "aws:SourceArn": ["arn:aws-cn:ssm:*:222222222222:*"] } } }] },
    },
    { arn: "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    { policyArns: ["arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore"] },
  ]);
});

test("contains no external id", () => {
  expect(JSON.stringify(procedure(accountOf("a", FULL)))).not.toContain("secret-external-id");
});

test("refuses an invalid account", () => {
  const errors = errorsIn(() => procedure(accountOf("a", { accountId: "1", region: "eu-central-1" })));
  expect(errors).toMatchObject([{ code: "account_id", account: "a" }]);
});
