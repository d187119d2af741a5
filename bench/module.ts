/**
 * Compares the module with hand-written HCL for the same resources: requests to AWS and seconds, for an apply and for an empty
 * plan, alternating, on an AWS emulator. `npx tsx bench/module.ts 5` makes five runs; the default is 3.
 */
import { join } from "node:path";
import { Lab, REPOSITORY } from "../scripts/support/lab";
import { machine, median, writeSection } from "./results";

const RUNS = Number(process.argv[2] ?? 3);
const PROVIDER = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
  assume_role { role_arn = "arn:aws:iam::111111111111:role/TerraformDeploy" }
}
`;
const MODULE = `${PROVIDER}
module "role" {
  source            = "${join(REPOSITORY, "modules/ssm-hybrid-service-role")}"
  account_id        = "111111111111"
  region            = "eu-central-1"
  directory_service = { default = { policy_arn = null } }
  cloudwatch_agent  = { default = { policy_arn = null } }
  s3_buckets        = { output = { bucket = "example-output", prefix = "run-command", purpose = "run_command" } }
}
`;
const BY_HAND = `${PROVIDER}
resource "aws_iam_role" "this" {
  name = "SSMServiceRole"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow", Principal = { Service = "ssm.amazonaws.com" }, Action = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "111111111111" }
        ArnEquals    = { "aws:SourceArn" = ["arn:aws:ssm:*:111111111111:*"] }
      }
    }]
  })
}
resource "aws_iam_policy" "s3" {
  name = "SSMServiceRole-s3-buckets"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:PutObject", Resource = "arn:aws:s3:::example-output/run-command/*" },
      { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-output" },
    ]
  })
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each = {
    core      = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    directory = "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess"
    agent     = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    s3        = aws_iam_policy.s3.arn
  }
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
`;

interface Figures {
  readonly apply: { readonly requests: number; readonly seconds: number };
  readonly plan: { readonly requests: number; readonly seconds: number };
  /** Result of the apply, see {@link made}. */
  readonly made: string;
}

/** Returns the resources in a state as one string: each type with its IAM attributes, without Terraform's own names and ids. */
async function made(lab: Lab, root: string): Promise<string> {
  const { resources }: { resources: StateResource[] } = JSON.parse(await lab.mustTerraform(root, "state", "pull"));
  const lines = resources.flatMap(({ mode, type, instances }) =>
    // Without the module's own resources that do not exist in AWS.
    mode === "managed" && type !== "terraform_data"
      ? instances.map(({ attributes: { name, role, policy_arn, policy, assume_role_policy } }) =>
          JSON.stringify([type, name, role, policy_arn, statements(policy), statements(assume_role_policy)]),
        )
      : [],
  );
  return lines.sort().join("\n");
}

interface StateResource {
  readonly mode: string;
  readonly type: string;
  readonly instances: readonly { readonly attributes: Readonly<Record<string, string>> }[];
}

/** Returns the statements of a policy document, sorted by their actions. */
function statements(document = '{ "Statement": [] }'): unknown {
  const all: Statement[] = JSON.parse(document).Statement;
  const list = (value: unknown) => [value ?? []].flat().sort();
  return all
    .map(({ Effect, Principal, Action, Resource, Condition }) =>
      JSON.stringify([list(Action), Effect, Principal, list(Resource), Condition]),
    )
    .sort();
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

async function measure(lab: Lab, root: string): Promise<Figures> {
  const timed = async (...args: string[]) => {
    const [requests, start] = [lab.requests(), process.hrtime.bigint()];
    await lab.mustTerraform(root, ...args);
    return { requests: lab.requests() - requests, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
  };
  const apply = await timed("apply", "-input=false", "-auto-approve");
  const plan = await timed("plan", "-input=false", "-detailed-exitcode");
  const all = await made(lab, root);
  await lab.mustTerraform(root, "destroy", "-input=false", "-auto-approve");
  return { apply, plan, made: all };
}

async function main(): Promise<void> {
  const lab = await Lab.open();
  try {
    const roots = { module: MODULE, "hand-written HCL": BY_HAND };
    const figures: Record<string, Figures[]> = {};
    for (const [name, text] of Object.entries(roots)) {
      lab.file(`${name}/main.tf`, text);
      await lab.mustTerraform(join(lab.folder, name), "init", "-input=false");
    }
    for (let index = 0; index < RUNS; index++) {
      for (const name of Object.keys(roots)) {
        console.log(`${name}, run ${index + 1} of ${RUNS}`);
        figures[name] = [...(figures[name] ?? []), await measure(lab, join(lab.folder, name))];
      }
    }
    const [ofModule, byHand] = Object.values(figures).map(([first]) => first?.made);
    if (ofModule !== byHand) throw new Error(`The two do not create the same resources:\n${ofModule}\n\n${byHand}`);
    const rows = Object.entries(figures).map(([name, runs]) => {
      const of = (pick: (run: Figures) => number) => median(runs.map(pick));
      const cells = [of(({ apply }) => apply.requests), of(({ apply }) => apply.seconds).toFixed(2)];
      return `| ${[name, ...cells, of(({ plan }) => plan.requests), of(({ plan }) => plan.seconds).toFixed(2)].join(" | ")} |`;
    });
    writeSection(
      "Module",
      `The module against hand-written HCL with the same resources: the role, one customer managed policy, four attachments. Medians of
${RUNS} runs of each, alternating, with local state, on an AWS emulator. \`npx tsx bench/module.ts ${RUNS}\`, ${machine()}.

| | apply, requests | apply, s | empty plan, requests | empty plan, s |
|---|---:|---:|---:|---:|
${rows.join("\n")}`,
    );
  } finally {
    await lab.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
