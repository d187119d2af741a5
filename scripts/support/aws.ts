import {
  CreatePolicyCommand,
  DeletePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { parseArn } from "../../lib/aws/arn";
import type { Account } from "../../lib/config/account";
import { stateInS3 } from "../../lib/config/backends";
import type { Lab } from "./lab";

const ANY_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" }],
});

/** A temporary AWS resource, and how to delete it. */
export interface Prerequisite {
  readonly what: string;
  remove(): Promise<unknown>;
}

/**
 * Creates resources that the accounts reference and that do not exist: their state buckets, and policies that they attach.
 * @param made - receives each created resource, also if a later one fails
 */
export async function createPrerequisites(
  lab: Lab,
  accounts: readonly Account[],
  made: Prerequisite[] = [],
): Promise<void> {
  const all = accounts.map(({ fields }) => fields);
  const states = all.flatMap((fields) => stateInS3(fields) ?? []);
  for (const Bucket of new Set(states.map(({ bucket }) => bucket))) {
    const role = states.find(({ bucket }) => bucket === Bucket)?.assume_role?.role_arn;
    const s3 = role === undefined ? lab.s3() : await lab.s3Of(parseArn(role).accountId);
    // CreateBucket also succeeds for an existing bucket of the account in us-east-1.
    if (await succeeds(s3.send(new HeadBucketCommand({ Bucket })), "NotFound")) continue;
    await s3.send(new CreateBucketCommand({ Bucket }));
    made.push({ what: `state bucket ${Bucket}`, remove: () => emptyAndDelete(s3, Bucket) });
  }
  for (const { role, policies, directory_service, cloudwatch_agent } of all) {
    const named = [policies, directory_service, cloudwatch_agent].flatMap((map) => Object.values(map));
    const arns = [...named.map(({ policy_arn }) => policy_arn), role.core_policy_arn, role.permissions_boundary];
    for (const PolicyArn of new Set(arns)) {
      const [, , , , accountId, resource] = PolicyArn?.split(":") ?? [];
      if (!accountId || accountId === "aws" || !resource) continue;
      const iam = await lab.iam(accountId);
      const [, Path = "/", PolicyName = ""] = /^policy(\/(?:.+\/)?)([^/]+)$/.exec(resource) ?? [];
      const created = iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument: ANY_POLICY }));
      if (!(await succeeds(created, "EntityAlreadyExistsException"))) continue;
      made.push({ what: `policy ${PolicyArn}`, remove: () => iam.send(new DeletePolicyCommand({ PolicyArn })) });
    }
  }
}

/** Whether a request succeeds. @param expected - name of the error for which it returns false */
async function succeeds(request: Promise<unknown>, expected: string): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if ((error as Error).name === expected) return false;
    throw error;
  }
}

async function emptyAndDelete(s3: S3Client, Bucket: string): Promise<void> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** A role, as IAM returns it. */
export interface ReportedRole {
  readonly arn: string;
  readonly policyArns: readonly string[];
}

/** Reads a role and its attached policies from IAM. */
export async function reportRole(lab: Lab, accountId: string, RoleName: string): Promise<ReportedRole> {
  const iam = await lab.iam(accountId);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  return { arn: Role?.Arn as string, policyArns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn as string).sort() };
}
