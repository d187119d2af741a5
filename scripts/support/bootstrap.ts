import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { App } from "cdktf";
import { partitionOf } from "../../lib/aws/partitions";
import { BUCKET_STATE_KEY, type StateBucket } from "../../lib/config/state-buckets";
import { StateBucketStack } from "../../lib/stacks/state-bucket-stack";
import { LOCK_FILE } from "../../lib/terraform/versions";
import { assumeRole, clientSettings, lackOfCredentials, neededActions } from "./access";
import type { Outcome } from "./outcomes";
import { Refusal } from "./refusal";
import { call, type Engine, errorText, Log } from "./terraform";

/** Stage of a bucket. `adopt`: the bucket exists, but its state is not in it. */
export type Stage = "create" | "adopt" | "keep";

/** A bucket to create or update with the deploy role of its owner. */
export interface Task {
  readonly bucket: StateBucket;
  readonly stage: Stage;
  /** The bucket with the settings of the file, if its former role sets up `bucket` first. @default - there is no former role */
  readonly next?: StateBucket;
}

/**
 * Reads a bucket from S3 with the credentials of the setup role, or of the former role if the bucket policy denies the new one.
 * @param formerRole - ARN, in which `{account_id}` and `{partition}` are those of the bucket
 * @throws Refusal if the bucket belongs to another account, or contains objects that its policy would make inaccessible
 */
export async function taskOf(bucket: StateBucket, formerRole: string | undefined): Promise<Task> {
  try {
    return { bucket, stage: await stageOf(bucket) };
  } catch (error) {
    if (!(error instanceof ShutOut) || formerRole === undefined) throw error;
    const partition = partitionOf(bucket.region) as string;
    const former = formerRole.replaceAll("{account_id}", bucket.owner.id).replaceAll("{partition}", partition);
    const asFormer = as(bucket, former);
    return { bucket: asFormer, stage: await stageOf(asFormer), next: bucket };
  }
}

/** The policy of the account's bucket does not allow the role. */
class ShutOut extends Refusal {}

function as(bucket: StateBucket, role: string): StateBucket {
  return { ...bucket, owner: { ...bucket.owner, deploy_role_arn: role } };
}

async function stageOf(bucket: StateBucket): Promise<Stage> {
  const { name, region, owner, states } = bucket;
  const s3 = await s3Of(bucket);
  let keys: string[];
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name, ExpectedBucketOwner: owner.id }));
    keys = Contents.map(({ Key }) => Key as string);
  } catch (error) {
    const { name: code, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const another = "Choose another name for state.bucket. Nothing was written.";
    switch ($metadata?.httpStatusCode) {
      case 404:
        return "create";
      case 403:
        if (await isListed(s3, name)) {
          throw new ShutOut(
            `The bucket ${name} belongs to account ${owner.id}, but its policy does not allow ${owner.deploy_role_arn}. If this role replaces ` +
              "another one, add --former-role with the ARN of that role. If that role no longer exists, the root user of the account can delete " +
              "the policy (docs/state-bucket.md). Nothing was written.",
          );
        }
        throw new Refusal(
          `The bucket ${name} exists, but it does not belong to account ${owner.id}, or ${owner.deploy_role_arn} lacks s3:ListBucket on it ` +
            `(${code}: ${message}). ${another}`,
        );
      case 301:
        throw new Refusal(
          `The bucket ${name} exists, but not in ${region}. It belongs to another account, or state.region is wrong. ${another}`,
        );
      default:
        throw new Refusal(`S3 returned an error for the bucket ${name}: ${code}: ${message}. Nothing was written.`);
    }
  }
  if (keys.includes(BUCKET_STATE_KEY)) return "keep";
  const known = [BUCKET_STATE_KEY, ...states.map(({ key }) => key)].flatMap((key) => [key, `${key}.tflock`]);
  const foreign = keys.find((key) => !known.includes(key));
  if (foreign !== undefined) {
    throw new Refusal(
      `The bucket ${name} exists and contains ${foreign}, which is not a state of an account in the file. The bucket policy would deny access to ` +
        "it. Choose another name for state.bucket, or move the other objects. Nothing was written.",
    );
  }
  return "adopt";
}

/** Whether a bucket belongs to the account. The bucket policy does not matter for this. */
async function isListed(s3: S3Client, bucket: string): Promise<boolean> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: bucket })).catch(() => ({ Buckets: [] }));
  return Buckets.some(({ Name }) => Name === bucket);
}

async function s3Of({ name, region, owner }: StateBucket): Promise<S3Client> {
  const access = { ...owner, region };
  const role = { role_arn: owner.deploy_role_arn, external_id: owner.external_id, ...owner.deploy_session };
  try {
    const credentials = await assumeRole(access, role);
    return new S3Client({ ...clientSettings(access), credentials });
  } catch (error) {
    const { name: code, message } = error as Error;
    throw new Refusal(
      lackOfCredentials(error, owner.profile, "profile") ??
        `${role.role_arn}, which sets up the bucket ${name}, cannot be assumed${owner.profile ? ` with the profile ${owner.profile}` : ""} ` +
          `(${code}: ${message}). Its trust policy and the caller's own policies must allow ${neededActions(role)}.`,
    );
  }
}

/** Returns the name of a bucket's root module. Buckets in different partitions may have the same name. */
export function idOf({ name, region }: StateBucket): string {
  const partition = partitionOf(region);
  return partition === "aws" ? name : `${name}.${partition}`;
}

/** Folder of a bucket's root module. @param id - from {@link idOf} */
export function rootOf(outdir: string, id: string): string {
  return join(outdir, "bootstrap/stacks", id);
}

/** Log file of a bucket. */
export function logFile(outdir: string, name: string): string {
  return join(rootOf(outdir, name), "bootstrap.log");
}

/** The bucket's own state file before it is in the bucket. It is next to `cdktf.out`, so that it survives if that folder is deleted. */
function localState(outdir: string, name: string): string {
  return join(outdir, "..", `bootstrap.${name}.tfstate`);
}

/** Writes a bucket's root module for its stage. */
export function writeRoot(outdir: string, { bucket, stage }: Task): void {
  const folder = join(outdir, "bootstrap");
  mkdirSync(folder, { recursive: true });
  const app = new App({ outdir: folder, stackTraces: false });
  const file = relative(rootOf(outdir, idOf(bucket)), localState(outdir, idOf(bucket)));
  const own = stage === "keep" ? {} : { localState: file };
  new StateBucketStack(app, idOf(bucket), { bucket, adopt: stage === "adopt", ...own });
  app.synth();
  if (existsSync(LOCK_FILE)) copyFileSync(LOCK_FILE, join(rootOf(outdir, idOf(bucket)), LOCK_FILE));
}

/**
 * Creates a bucket and moves the bucket's own state into it, or updates an existing bucket. If it is interrupted, the next run continues
 * from what it finds in S3 and in the local state.
 * @param task - a task whose root module is already written
 */
export async function bootstrap(
  task: Task,
  { outdir, engine, signal }: { outdir: string; engine: Engine; signal: AbortSignal },
): Promise<Outcome> {
  const { bucket, stage, next } = task;
  const account = idOf(bucket);
  const root = rootOf(outdir, account);
  const log = new Log(logFile(outdir, account));
  let counted = "";
  const step = async (...args: readonly string[]) => {
    const all = [...args, "-input=false", "-no-color"];
    const ended = await call(engine, { root, args: all, log, signal });
    if (ended.code !== 0) throw new Refusal(errorText(ended));
    counted = /^Apply complete! Resources: (.+)\.$/m.exec(ended.text)?.[1] ?? counted;
  };
  try {
    // An earlier run may have ended with another backend: -reconfigure.
    const apply = async () => {
      await step("init", "-reconfigure");
      await step("apply", "-auto-approve");
    };
    if (stage !== "keep") {
      await apply();
      writeRoot(outdir, { ...task, stage: "keep" });
      await step("init", "-migrate-state", "-force-copy");
    }
    await removeLocalState(outdir, bucket);
    if (stage === "keep") await apply();
    if (next) {
      // The policy now allows both roles. The new role removes the former one.
      writeRoot(outdir, { bucket: next, stage: "keep" });
      await apply();
    }
    if (counted !== "" && !/[1-9]/.test(counted)) return { account, status: "unchanged" };
    return { account, status: "done", detail: counted };
  } catch (error) {
    return { account, status: signal.aborted ? "stopped" : "failed", detail: (error as Error).message };
  } finally {
    log.close();
  }
}

/** Deletes the local state once the bucket contains all of it. Terraform gives the copy a new lineage. */
async function removeLocalState(outdir: string, bucket: StateBucket): Promise<void> {
  const file = localState(outdir, idOf(bucket));
  if (!existsSync(file)) return;
  const place = { Bucket: bucket.name, Key: BUCKET_STATE_KEY, ExpectedBucketOwner: bucket.owner.id };
  const { Body } = await (await s3Of(bucket)).send(new GetObjectCommand(place));
  const moved = JSON.parse((await Body?.transformToString()) as string);
  if (!isDeepStrictEqual(moved.resources, JSON.parse(readFileSync(file, "utf8")).resources)) {
    throw new Refusal(
      `The bucket ${bucket.name} already contains its own state, ${BUCKET_STATE_KEY}, with other resources than ${file}. Compare ` +
        "the two, and delete the file if the state in the bucket is right.",
    );
  }
  for (const path of [file, `${file}.backup`]) rmSync(path, { force: true });
}
