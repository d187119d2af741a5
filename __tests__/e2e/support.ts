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
    const say = `${name}: this machine lacks\n${error.message}`;
    if (process.env.CI)
      test(name, () => {
        throw error;
      });
    else {
      console.warn(`Skipped ${say}`);
      test.skip(name, () => {});
    }
    return;
  }
  describe(name, suite);
}

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

/** One change that a plan would make: `create aws_iam_role.this`. */
export async function plannedChanges(lab: Lab, root: string, ...args: readonly string[]): Promise<string[]> {
  await lab.mustTerraform(root, "plan", "-input=false", "-out=plan.bin", ...args);
  const plan = JSON.parse(await lab.mustTerraform(root, "show", "-json", "plan.bin"));
  const changes: { address: string; change: { actions: string[] } }[] = plan.resource_changes ?? [];
  return changes
    .filter(({ change }) => change.actions.join() !== "no-op" && change.actions.join() !== "read")
    .map(({ address, change }) => `${change.actions.join(" ")} ${address}`)
    .sort();
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
