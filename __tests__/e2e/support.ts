import { spawnSync } from "node:child_process";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CALLER_ACCOUNT, Lab } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools, MissingTools, type ToolName } from "../../scripts/support/tools";

/** A suite that runs real Terraform in its own lab. */
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
 * A suite that runs programs. If one is missing, it reports which one and how to install it. The suite is then skipped,
 * or fails if CI is set.
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

/** A suite that installs packages. It is skipped if npm reaches no registry, unless CI is set. */
export function describeWithRegistry(name: string, tools: readonly ToolName[], suite: () => void): void {
  const asked = () => spawnSync("npm", ["view", "constructs", "version", "--fetch-retries=0"]).status === 0;
  if (process.env.CI || asked()) describeWithTools(name, tools, suite);
  else test.skip(`${name}: npm reaches no registry to install packages from`, () => {});
}

/**
 * Returns the time limit of a test that runs this many programs (Terraform, cdktf, npm, ours). Tests need it if they
 * run more than the ten of `testTimeout` in jest.config.js. It is a minute for each program, which takes one to three
 * seconds on an idle machine, so it only stops tests that hang.
 */
export const programs = (count: number): number => (count + 1) * 60_000;

/** State bucket in these tests. */
export const STATE_BUCKET = "example-terraform-state";

/** Creates the state bucket. */
export async function createStateBucket(lab: Lab): Promise<void> {
  await lab.s3().send(new CreateBucketCommand({ Bucket: STATE_BUCKET }));
}

/** Returns the keys of all objects in a state bucket. */
export async function stateKeys(lab: Lab, Bucket = STATE_BUCKET): Promise<string[]> {
  const { Contents = [] } = await lab.s3().send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key as string);
}

/** Synthesizes accounts with `main.ts`. Returns the folder of each account's root module. */
export async function synthesize(lab: Lab, name: string, yaml: string): Promise<(account: string) => string> {
  const output = lab.directory(`${name}/cdktf.out`);
  const file = lab.file(`${name}/accounts.yaml`, yaml);
  const { code, stderr } = await lab.program("main.ts", { ACCOUNTS_FILE: file, CDKTF_OUTDIR: output });
  if (code !== 0) throw new Error(stderr);
  return (account) => `${output}/stacks/${account}`;
}

/** Returns the changes in a plan, such as `create aws_iam_role.this`, and writes the plan to `plan.bin`. */
export async function plannedChanges(lab: Lab, root: string, ...args: readonly string[]): Promise<string[]> {
  // The output of the plan itself is enough. `terraform show` would start the provider again.
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

/** Runs the AWS CLI in an account and parses its JSON. */
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
