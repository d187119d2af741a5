import { stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import type { Document, Pair, Table } from "./pair";
import { globalArn, type Place, s3Arn, stranger } from "./place";

const BUCKET = "example-states";
const OWN = "factory/one.tfstate";
const OTHERS = "office/two.tfstate";
const OF_BUCKET = "state-bucket.tfstate";

/** The principal's own policies allow everything. Only the bucket policy denies. */
const EVERYTHING: Document = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
};

/**
 * The bucket for states, which two roles share and a third one sets up. Its policy is not an expression: Terraform uses it as written
 * here, and `bootstrap.test.ts` compares it with the policy in S3.
 */
export const stateBucket: Table = {
  name: "state bucket",
  who: deployRole,
  documents: (_, place) => [{ document: policy(place, { [OWN]: deployRole, [OTHERS]: otherRole }), ours: true }],
  asker: [EVERYTHING],
  pairs: (place) => [
    ...ofRole(place, deployRole(place), OWN, OTHERS),
    ...ofRole(place, otherRole(place), OTHERS, OWN),
    ...ofSetupRole(place, deployRole(place), OWN),
  ],
};

/** The same for a single role with all states, which the policy can contain as one pattern. */
export const stateBucketOfOneRole: Table = {
  ...stateBucket,
  name: "state bucket of one role",
  // The pattern matches everything that the setup role may write, so the statement would deny it nothing.
  equivalent: ["OwnStatesOnly2: without ArnEquals aws:PrincipalArn"],
  documents: (_, place) => {
    const all = { "one.tfstate": deployRole, "two.tfstate": deployRole };
    return [{ document: policy(place, all), ours: true }];
  },
  pairs: (place) => [
    ...ofRole(place, deployRole(place), "one.tfstate", "others.json"),
    {
      may: "write the state of an account that joins",
      action: "s3:PutObject",
      resource: s3Arn(place, `${BUCKET}/new.tfstate`),
      ...as(deployRole(place)),
      not: { what: "the lock of another object", resource: s3Arn(place, `${BUCKET}/new.json.tflock`) },
    },
    ...ofSetupRole(place, deployRole(place), "one.tfstate"),
  ],
};

function policy(place: Place, roles: Readonly<Record<string, (place: Place) => string>>): Document {
  const states = Object.entries(roles).map(([key, role]) => ({ key, roleArn: role(place) }));
  const setupRoleArns = [setupRole(place)];
  return stateBucketPolicy({ partition: place.partition, bucket: BUCKET, setupRoleArns, ownKey: OF_BUCKET, states });
}

function setupRole(place: Place): string {
  return globalArn(place, "iam", "role/StateSetup");
}

function deployRole(place: Place): string {
  return globalArn(place, "iam", "role/TerraformDeploy");
}

function otherRole(place: Place): string {
  return globalArn(place, "iam", "role/terraform/State");
}

/** Returns a role as the principal of a request. */
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
    { ...read, not: { what: "as a role with the same name in another account", ...namesake } },
    { ...read, ...plan, may: "read it for a plan", not: { what: "that of another role", resource: object(others) } },
    { ...list, ...plan, may: "find it for a plan", not: { what: "without TLS", ...as(`${role}Plan`, "false") } },
    { ...version, not: { what: "delete it", action: "s3:DeleteObjectVersion" } },
    { ...write, not: { what: "that of another role", resource: object(others) } },
    { ...write, not: { what: "a state of no account", resource: object(`${own}-2`) } },
    { ...write, not: { what: "the bucket's own state", resource: object(OF_BUCKET) } },
    { ...write, not: { what: "delete it", action: "s3:DeleteObject" } },
    { ...write, not: { what: "open it to others", action: "s3:PutObjectAcl" } },
    { ...lock, not: { what: "that of another role", resource: object(`${others}.tflock`) } },
    { ...unlock, not: { what: "that of another role", resource: object(`${others}.tflock`) } },
    { ...list, not: { what: "without TLS", ...as(role, "false") } },
    { ...list, not: { what: "as an administrator of the account", ...administrator } },
  ];
}

/** Returns pairs for the setup role and a role that writes states. */
function ofSetupRole(place: Place, stateRole: string, ofOthers: string): Pair[] {
  const settings = [
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
  ].map((action) => ({ action, resource: s3Arn(place, BUCKET) }));
  const object = (key: string) => s3Arn(place, `${BUCKET}/${key}`);
  const writes = [OF_BUCKET, `${OF_BUCKET}.tflock`].map((key) => ({ action: "s3:PutObject", resource: object(key) }));
  const asSetup = as(setupRole(place));
  const write = { action: "s3:PutObject", resource: object(OF_BUCKET), ...asSetup };
  return [
    ...[...settings, ...writes].map(({ action, resource }) => ({
      may: `${action} of the bucket`,
      action,
      resource,
      ...asSetup,
      not: { what: "as a role that writes states", ...as(stateRole) },
    })),
    { may: "write the bucket's state", ...write, not: { what: "an account's", resource: object(ofOthers) } },
    { may: "write the bucket's state", ...write, not: { what: "delete it", action: "s3:DeleteObject" } },
  ];
}
