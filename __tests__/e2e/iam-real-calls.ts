import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Lab } from "../../scripts/support/lab";
import type { Decision, Row } from "../iam/pair";
import { globalArn, type Place, ROLE } from "../iam/place";

interface S3Object {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * API call for each action in a table, if the emulator can decide it. For S3, moto evaluates the assumed role's
 * attached policies, by action and resource. It cannot evaluate
 *
 * - resources of other services: it checks them for all resources,
 * - conditions of identity policies: KMS through S3, tags of machines,
 * - a trust policy for a service principal, so that any caller can assume any role,
 * - s3:GetEncryptionConfiguration, which it treats as s3:ListBucket.
 */
const CALLS: Readonly<Record<string, (s3: S3Client, object: S3Object) => Promise<unknown>>> = {
  "s3:GetObject": (s3, object) => s3.send(new GetObjectCommand(object)),
  "s3:GetObjectVersion": (s3, object) => s3.send(new GetObjectCommand({ ...object, VersionId: "1" })),
  "s3:PutObject": (s3, object) => s3.send(new PutObjectCommand({ ...object, Body: "by a machine" })),
  "s3:PutObjectAcl": (s3, object) => s3.send(new PutObjectAclCommand({ ...object, ACL: "bucket-owner-full-control" })),
  "s3:DeleteObject": (s3, object) => s3.send(new DeleteObjectCommand(object)),
  "s3:ListBucket": (s3, { Bucket }) => s3.send(new ListObjectsV2Command({ Bucket })),
  "s3:PutBucketAcl": (s3, { Bucket }) => s3.send(new PutBucketAclCommand({ Bucket, ACL: "private" })),
};

/**
 * Whether the emulator can decide a row: there is a call for the action, and the request has no condition keys, which
 * the emulator ignores.
 */
export function isDrivable({ request }: Row): boolean {
  return request.action in CALLS && !request.context;
}

/**
 * Makes the emulator enforce IAM, and sends the requests of rows with the credentials of the existing service role.
 * @returns the decision for each row
 */
export async function driveAsMachine(lab: Lab, place: Place, all: readonly Row[]): Promise<Map<Row, Decision>> {
  const objects = new Map(all.map((row) => [row, objectOf(row)]));
  await makeAll(new S3Client(client(lab, place)), [...objects.values()], place);
  const machine = await assumeRole(lab, place);
  const decisions = new Map<Row, Decision>();
  await enforce(lab, "0");
  try {
    for (const [row, object] of objects)
      decisions.set(row, await decisionOf(CALLS[row.request.action]?.(machine, object)));
  } finally {
    await enforce(lab, "inf");
  }
  return decisions;
}

function objectOf({ request }: Row): S3Object {
  const [Bucket = "", ...key] = request.resource.replace(/^.*:::/, "").split("/");
  // A row about a bucket itself has no key, and its call needs none.
  return { Bucket, Key: key.join("/") || "any" };
}

async function makeAll(s3: S3Client, objects: readonly S3Object[], { region }: Place): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  for (const Bucket of new Set(objects.map((object) => object.Bucket))) {
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }
  for (const object of objects) await s3.send(new PutObjectCommand({ ...object, Body: "there already" }));
}

function client({ endpoint }: Lab, { region }: Place) {
  return { endpoint, region, forcePathStyle: true, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

async function assumeRole(lab: Lab, place: Place): Promise<S3Client> {
  const caller = client(lab, place);
  const RoleArn = globalArn(place, "iam", `role${ROLE.path}${ROLE.name}`);
  const { Credentials } = await new STSClient(caller).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "mi-1" }));
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId as string,
    secretAccessKey: Credentials?.SecretAccessKey as string,
    sessionToken: Credentials?.SessionToken as string,
  };
  return new S3Client({ ...caller, credentials });
}

/** Sets the number of requests after which the emulator enforces IAM. */
async function enforce(lab: Lab, afterRequests: string): Promise<void> {
  const answer = await fetch(`${lab.endpoint}/moto-api/reset-auth`, { method: "POST", body: afterRequests });
  if (!answer.ok) throw new Error(`the emulator does not enforce IAM: ${answer.status} ${await answer.text()}`);
}

async function decisionOf(call: Promise<unknown> | undefined): Promise<Decision> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    if ((error as S3ServiceException).name === "AccessDenied") return "denied";
    throw error;
  }
}
