import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { App } from "cdktf";
import { BUCKET_STATE_KEY, type StateBucket } from "../../lib/config/state-buckets";
import { StateBucketStack } from "../../lib/stacks/state-bucket-stack";
import { Refusal } from "./command";
import { run } from "./run";
import { type Outcome, outcome } from "./terraform-log";

/** How far a bucket is: `adopt` is one that is there and whose state is not in it. */
export type Stage = "create" | "adopt" | "keep";

/**
 * Asks S3 for a bucket, with the credentials of the role that makes it.
 * @throws Refusal where it is another account's, or holds what its policy would shut others out of
 */
export async function stageOf(bucket: StateBucket): Promise<Stage> {
  const { name, region, owner, states } = bucket;
  const s3 = await s3Of(bucket);
  let keys: string[];
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name, ExpectedBucketOwner: owner.id }));
    keys = Contents.map(({ Key }) => Key as string);
  } catch (error) {
    const { name: code, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const another = "Choose another name in state.bucket; nothing was written.";
    switch ($metadata?.httpStatusCode) {
      case 404:
        return "create";
      case 403:
        throw new Refusal(
          `The bucket ${name} is there and is not account ${owner.id}'s, or ${owner.deploy_role_arn} lacks s3:ListBucket on it ` +
            `(${code}: ${message}). ${another}`,
        );
      case 301:
        throw new Refusal(
          `The bucket ${name} is there, but not in ${region}: it is another account's, or state.region is wrong. ${another}`,
        );
      default:
        throw new Refusal(`S3 does not tell about the bucket ${name}: ${code}: ${message}. Nothing was written.`);
    }
  }
  if (keys.includes(BUCKET_STATE_KEY)) return "keep";
  const known = states.flatMap(({ key }) => [key, `${key}.tflock`]);
  const foreign = keys.find((key) => !known.includes(key));
  if (foreign !== undefined) {
    throw new Refusal(
      `The bucket ${name} is there and holds ${foreign}, which is no state of the file: its policy would shut out whoever uses ` +
        "it. Choose another name in state.bucket, or move what is not a state; nothing was written.",
    );
  }
  return "adopt";
}

async function s3Of({ name, region, owner }: StateBucket): Promise<S3Client> {
  try {
    const { Credentials } = await new STSClient({ region }).send(
      new AssumeRoleCommand({
        RoleArn: owner.deploy_role_arn,
        RoleSessionName: "ssm-hybrid-service-role",
        ExternalId: owner.external_id,
      }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    };
    return new S3Client({ region, credentials });
  } catch (error) {
    const { name: code, message } = error as Error;
    throw new Refusal(
      `${owner.deploy_role_arn}, which makes the bucket ${name}, cannot be assumed: ${code}: ${message}`,
    );
  }
}

/** The folder of a bucket's Terraform root. */
export function rootOf(outdir: string, name: string): string {
  return join(outdir, "bootstrap/stacks", name);
}

/** Where all that Terraform said of a bucket is kept. */
export function logFile(outdir: string, name: string): string {
  return join(rootOf(outdir, name), "bootstrap.log");
}

/** The bucket's own state as long as it is not in the bucket: beside `cdktf.out`, so that it outlives that folder. */
function localState(outdir: string, name: string): string {
  return join(outdir, "..", `bootstrap.${name}.tfstate`);
}

/** Writes a bucket's root, for the stage that it is at. */
export function writeRoot(outdir: string, bucket: StateBucket, stage: Stage): void {
  const folder = join(outdir, "bootstrap");
  mkdirSync(folder, { recursive: true });
  const app = new App({ outdir: folder, stackTraces: false });
  const file = relative(rootOf(outdir, bucket.name), localState(outdir, bucket.name));
  const own = stage === "keep" ? {} : { localState: file };
  new StateBucketStack(app, bucket.name, { bucket, adopt: stage === "adopt", ...own });
  app.synth();
}

/**
 * Makes a bucket and moves the bucket's own state into it, or brings one that is there to what the file says. May end anywhere:
 * what is done by then is found at the next time, in S3 or in the local state.
 * @param stage - whose root is written already
 */
export async function bootstrap(
  bucket: StateBucket,
  stage: Stage,
  options: { outdir: string; terraform: string; env: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const { outdir, terraform, env } = options;
  let log = "";
  const step = async (args: readonly string[], own = env) => {
    const options = { cwd: rootOf(outdir, bucket.name), env: own };
    const { code, output } = await run(terraform, [...args, "-input=false", "-no-color"], options);
    log += output;
    if (code !== 0) throw new Refusal(output.trim());
  };
  try {
    // An earlier run may have ended with another backend: -reconfigure.
    if (stage !== "keep") {
      // What the caller sets for a backend is for S3's.
      await step(["init", "-reconfigure"], { ...env, TF_CLI_ARGS_init: "" });
      await step(["apply", "-auto-approve"]);
      writeRoot(outdir, bucket, "keep");
      await step(["init", "-migrate-state", "-force-copy"]);
    }
    await removeLocalState(outdir, bucket);
    if (stage === "keep") {
      await step(["init", "-reconfigure"]);
      await step(["apply", "-auto-approve"]);
    }
    return outcome(bucket.name, log);
  } catch (error) {
    return outcome(bucket.name, log, (error as Error).message);
  } finally {
    writeFileSync(logFile(outdir, bucket.name), log);
  }
}

/** Removes the local state once the bucket has all of it; Terraform gives the copy a lineage of its own. */
async function removeLocalState(outdir: string, bucket: StateBucket): Promise<void> {
  const file = localState(outdir, bucket.name);
  if (!existsSync(file)) return;
  const place = { Bucket: bucket.name, Key: BUCKET_STATE_KEY, ExpectedBucketOwner: bucket.owner.id };
  const { Body } = await (await s3Of(bucket)).send(new GetObjectCommand(place));
  const moved = JSON.parse((await Body?.transformToString()) as string);
  if (!isDeepStrictEqual(moved.resources, JSON.parse(readFileSync(file, "utf8")).resources)) {
    throw new Refusal(
      `The bucket ${bucket.name} has a state of its own already, ${BUCKET_STATE_KEY}, with other resources than ${file}. Compare ` +
        "the two and remove the file if the bucket's is right.",
    );
  }
  for (const path of [file, `${file}.backup`]) rmSync(path, { force: true });
}
