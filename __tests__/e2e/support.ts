import { spawnSync } from "node:child_process";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CALLER_ACCOUNT, Lab } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools, MissingTools, type ToolName } from "../../scripts/support/tools";

/** A suite that runs real Terraform in a lab of its own. */
export function describeInLab(name: string, suite: (lab: () => Lab) => void, ...tools: ToolName[]): void {
  describeWithTools(name, ["terraform", "moto", ...tools], () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.open();
    });
    afterAll(() => lab?.close());
    suite(() => lab);
  });
}

/**
 * A suite that runs programs. Where one is missing it says which and how to get it: that is a skipped suite on somebody's machine
 * and a failure where CI is set.
 */
export function describeWithTools(name: string, tools: readonly ToolName[], suite: () => void): void {
  try {
    findTools(...tools);
  } catch (error) {
    if (!(error instanceof MissingTools)) throw error;
    if (process.env.CI)
      test(name, () => {
        throw error;
      });
    else test.skip(`${name}: this machine lacks ${error.message.replace(/^- /, "")}`, () => {});
    return;
  }
  describe(name, suite);
}

/** A suite that installs packages: skipped where npm reaches no registry, and run where CI is set. */
export function describeWithRegistry(name: string, tools: readonly ToolName[], suite: () => void): void {
  const asked = () => spawnSync("npm", ["view", "constructs", "version", "--fetch-retries=0"]).status === 0;
  if (process.env.CI || asked()) describeWithTools(name, tools, suite);
  else test.skip(`${name}: npm reaches no registry to install packages from`, () => {});
}

/**
 * The time limit of a test that runs so many programs (Terraform, cdktf, npm, our own), for the tests that run more than the ten of
 * `testTimeout` in jest.config.js: a minute for each, which takes one to three seconds on an idle machine. It ends what hangs.
 */
export const programs = (count: number): number => (count + 1) * 60_000;

/** Bucket of the states in these tests. */
export const STATE_BUCKET = "example-terraform-state";

/** Makes the bucket of the states. */
export async function createStateBucket(lab: Lab): Promise<void> {
  await lab.s3().send(new CreateBucketCommand({ Bucket: STATE_BUCKET }));
}

/** Keys of all objects in a bucket of states. */
export async function stateKeys(lab: Lab, Bucket = STATE_BUCKET): Promise<string[]> {
  const { Contents = [] } = await lab.s3().send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key as string);
}

/** Synthesizes accounts with `main.ts` and gives the folder of each account's root. */
export async function synthesize(lab: Lab, name: string, yaml: string): Promise<(account: string) => string> {
  const output = lab.directory(`${name}/cdktf.out`);
  const file = lab.file(`${name}/accounts.yaml`, yaml);
  const { code, stderr } = await lab.program("main.ts", { ACCOUNTS_FILE: file, CDKTF_OUTDIR: output });
  if (code !== 0) throw new Error(stderr);
  return (account) => `${output}/stacks/${account}`;
}

/** The changes that a plan would make, such as `create aws_iam_role.this`; the plan itself is in `plan.bin`. */
export async function plannedChanges(lab: Lab, root: string, ...args: readonly string[]): Promise<string[]> {
  // What a plan says while it is made spares another start of the provider for `terraform show`.
  const said = await lab.mustTerraform(root, "plan", "-input=false", "-json", "-out=plan.bin", ...args);
  const lines: PlanLine[] = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines
    .flatMap(({ type, change }) =>
      type === "planned_change" && change && !["read", "import"].includes(change.action) ? [change] : [],
    )
    .map(({ action, resource }) => `${action} ${resource.addr}`)
    .sort();
}

/** A line of `terraform plan -json`. */
interface PlanLine {
  readonly type: string;
  readonly change?: { readonly action: string; readonly resource: { readonly addr: string } };
}

/** Runs the AWS CLI in an account and reads its JSON. */
export async function awsCli(lab: Lab, accountId: string, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, output } = await awsCliRaw(lab, accountId, ...args);
  if (code !== 0) throw new Error(`aws ${args.join(" ")} ended with ${code}:\n${output}`);
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}

async function awsCliRaw(lab: Lab, accountId: string, ...args: readonly string[]): Promise<Finished> {
  const env = accountId === CALLER_ACCOUNT ? lab.env : { ...lab.env, ...(await environmentOf(lab, accountId)) };
  return run(findTools("aws").aws, [...args, "--output", "json"], { cwd: lab.folder, env });
}

/** Environment variables with credentials of an account. */
export async function environmentOf(lab: Lab, accountId: string): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await lab.credentials(accountId);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}
