import { stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import type { Document, Pair, Table } from "./pair";
import { globalArn, type Place, s3Arn, stranger } from "./place";

const BUCKET = "example-states";
const OWN = "factory/one.tfstate";
const OTHERS = "office/two.tfstate";

/** Whoever asks may do everything by policies of their own: the bucket's policy alone stands against it. */
const EVERYTHING: Document = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
};

/**
 * The bucket of the states, which two roles share. Its policy is no expression: Terraform has it as it is written here, and
 * `bootstrap.test.ts` compares it with what S3 holds.
 */
export const stateBucket: Table = {
  name: "state bucket",
  who: deployRole,
  documents: (_, place) => [{ document: policy(place), ours: true }],
  asker: [EVERYTHING],
  pairs: (place) => [
    ...ofRole(place, deployRole(place), OWN, OTHERS),
    ...ofRole(place, otherRole(place), OTHERS, OWN),
    ...ofDeployRole(place),
  ],
};

function policy(place: Place): Document {
  const states = [
    { roleArn: deployRole(place), key: OWN },
    { roleArn: otherRole(place), key: OTHERS },
  ];
  return stateBucketPolicy({ partition: place.partition, bucket: BUCKET, deployRoleArn: deployRole(place), states });
}

function deployRole(place: Place): string {
  return globalArn(place, "iam", "role/TerraformDeploy");
}

function otherRole(place: Place): string {
  return globalArn(place, "iam", "role/terraform/State");
}

/** A role as who asks. */
function as(by: string, tls = "true") {
  return { by, context: { "aws:PrincipalArn": by, "aws:SecureTransport": tls } };
}

function ofRole(place: Place, role: string, own: string, others: string): Pair[] {
  const object = (key: string) => s3Arn(place, `${BUCKET}/${key}`);
  const read = { may: "read its state", action: "s3:GetObject", resource: object(own), ...as(role) };
  const version = { ...read, may: "read an earlier version", action: "s3:GetObjectVersion" };
  const write = { ...read, may: "write its state", action: "s3:PutObject" };
  const lock = { ...write, may: "lock its state", resource: object(`${own}.tflock`) };
  const unlock = { ...lock, may: "unlock its state", action: "s3:DeleteObject" };
  const list = { ...read, may: "find states", action: "s3:ListBucket", resource: s3Arn(place, BUCKET) };
  const administrator = as(globalArn(place, "iam", "role/Administrator"));
  const plan = as(`${role}Plan`);
  const namesake = as(role.replace(place.account, stranger(place).account));
  return [
    { ...read, not: { what: "that of another role", resource: object(others) } },
    { ...read, not: { what: "without TLS", ...as(role, "false") } },
    { ...read, not: { what: "as an administrator of the account", ...administrator } },
    { ...read, not: { what: "as a role of the same name in another account", ...namesake } },
    { ...read, ...plan, may: "read it for a plan", not: { what: "that of another role", resource: object(others) } },
    { ...list, ...plan, may: "find it for a plan", not: { what: "without TLS", ...as(`${role}Plan`, "false") } },
    { ...version, not: { what: "delete it", action: "s3:DeleteObjectVersion" } },
    { ...write, not: { what: "that of another role", resource: object(others) } },
    { ...write, not: { what: "a state that nobody has", resource: object(`${own}-2`) } },
    { ...write, not: { what: "delete it", action: "s3:DeleteObject" } },
    { ...write, not: { what: "open it to others", action: "s3:PutObjectAcl" } },
    { ...lock, not: { what: "that of another role", resource: object(`${others}.tflock`) } },
    { ...unlock, not: { what: "that of another role", resource: object(`${others}.tflock`) } },
    { ...list, not: { what: "without TLS", ...as(role, "false") } },
    { ...list, not: { what: "as an administrator of the account", ...administrator } },
  ];
}

function ofDeployRole(place: Place): Pair[] {
  const actions = [
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
  ];
  return actions.map((action) => ({
    may: `${action} of the bucket`,
    action,
    resource: s3Arn(place, BUCKET),
    ...as(deployRole(place)),
    not: { what: "as the role of another state", ...as(otherRole(place)) },
  }));
}
