import { roleWith } from "./machine";
import type { Pair, Table } from "./pair";
import { keyArn, own, type Place, s3Arn, stranger } from "./place";

/** The account's own buckets: one for each purpose, with and without a folder and a key. */
export function s3BucketEntries(place: Place) {
  return {
    output: {
      bucket: own(place, "output"),
      purpose: "run_command",
      prefix: "run-command",
      kms_key_arn: keyArn(place, "output"),
    },
    sessions: { bucket: own(place, "sessions"), purpose: "session_manager" },
    associations: { bucket: own(place, "associations"), purpose: "state_manager", prefix: "state/manager" },
    inventory: { bucket: own(place, "inventory"), purpose: "inventory", put_object_acl: true },
    patches: { bucket: own(place, "patches"), purpose: "patch_baseline", prefix: "lists" },
    scripts: { bucket: own(place, "scripts"), purpose: "scripts", kms_key_arn: keyArn(place, "scripts") },
  };
}

/** Writing and reading the account's own buckets, to each what its purpose needs. */
export const s3Buckets: Table = {
  name: "s3_buckets",
  ...roleWith("s3_buckets"),
  pairs: (place) => [
    ...writes(place, own(place, "output"), "run-command/"),
    ...writes(place, own(place, "sessions")),
    ...writes(place, own(place, "associations"), "state/manager/"),
    ...writes(place, own(place, "inventory")),
    ...reads(place, own(place, "patches"), "lists/"),
    ...reads(place, own(place, "scripts")),
    ...acl(place),
    ...usesKey(place, "kms:GenerateDataKey", "output"),
    ...usesKey(place, "kms:Decrypt", "output"),
    ...usesKey(place, "kms:Decrypt", "scripts"),
    ...readsWithKey(place, "scripts"),
  ],
};

function writes(place: Place, bucket: string, folder = ""): Pair[] {
  const object = (name: string) => s3Arn(place, `${bucket}/${folder}${name}`);
  const write = { may: `write to ${bucket}/${folder}`, action: "s3:PutObject" };
  const settings = {
    may: `read how ${bucket} is encrypted`,
    action: "s3:GetEncryptionConfiguration",
    resource: s3Arn(place, bucket),
  };
  return [
    {
      ...write,
      resource: object("a"),
      not: { what: "to another bucket", resource: s3Arn(place, own(place, "other/a")) },
    },
    {
      ...write,
      resource: object("b"),
      not: { what: "to a bucket named alike", resource: s3Arn(place, `${bucket}-2/b`) },
    },
    { ...write, resource: object("c"), not: { what: "read it", action: "s3:GetObject" } },
    { ...write, resource: object("d"), not: { what: "delete it", action: "s3:DeleteObject" } },
    ...otherFolder(place, bucket, folder, write),
    { ...settings, not: { what: "of another bucket", resource: s3Arn(place, own(place, "other")) } },
    { ...settings, not: { what: "change it", action: "s3:PutEncryptionConfiguration" } },
    { ...settings, not: { what: "list it", action: "s3:ListBucket" } },
  ];
}

function reads(place: Place, bucket: string, folder = ""): Pair[] {
  const object = (name: string) => s3Arn(place, `${bucket}/${folder}${name}`);
  const read = { may: `read ${bucket}/${folder}`, action: "s3:GetObject" };
  return [
    { ...read, resource: object("a"), not: { what: "another bucket", resource: s3Arn(place, own(place, "other/a")) } },
    { ...read, resource: object("b"), not: { what: "write to it", action: "s3:PutObject" } },
    { ...read, resource: object("c"), not: { what: "an earlier version", action: "s3:GetObjectVersion" } },
    ...otherFolder(place, bucket, folder, read),
    {
      ...read,
      resource: object("d"),
      not: {
        what: "how the bucket is encrypted",
        action: "s3:GetEncryptionConfiguration",
        resource: s3Arn(place, bucket),
      },
    },
  ];
}

function otherFolder(place: Place, bucket: string, folder: string, asked: { may: string; action: string }): Pair[] {
  if (folder === "") return [];
  const resource = s3Arn(place, `${bucket}/${folder}e`);
  const not = (what: string, key: string) => ({
    ...asked,
    resource,
    not: { what, resource: s3Arn(place, `${bucket}/${key}`) },
  });
  return [not("in another folder", "private/e"), not("in a folder named alike", `${folder.slice(0, -1)}-2/e`)];
}

function acl(place: Place): Pair[] {
  const give = { may: "give its objects to the bucket's owner", action: "s3:PutObjectAcl" };
  const resource = s3Arn(place, own(place, "inventory/a"));
  return [
    {
      ...give,
      resource,
      not: { what: "those of a bucket of our own", resource: s3Arn(place, own(place, "sessions/a")) },
    },
    {
      ...give,
      resource,
      not: { what: "the bucket", action: "s3:PutBucketAcl", resource: s3Arn(place, own(place, "inventory")) },
    },
  ];
}

function usesKey(place: Place, action: string, key: string): Pair[] {
  const use = { may: `${action} with the key of ${key}`, action, resource: keyArn(place, key) };
  return place.dnsSuffixes.flatMap((suffix): Pair[] => {
    const via = (service: string, region = place.region) => ({ "kms:ViaService": `${service}.${region}.${suffix}` });
    const through = { ...use, context: via("s3") };
    return [
      { ...through, not: { what: "past S3", context: {} } },
      { ...through, not: { what: "through another service", context: via("secretsmanager") } },
      { ...through, not: { what: "through S3 of another region", context: via("s3", place.otherRegion) } },
      { ...through, not: { what: "with another key", resource: keyArn(place, "other") } },
      { ...through, not: { what: "with another account's key", resource: keyArn(stranger(place), key) } },
      { ...through, not: { what: "change the key", action: "kms:PutKeyPolicy" } },
    ];
  });
}

/** Who only reads needs no new data key. */
function readsWithKey(place: Place, key: string): Pair[] {
  return place.dnsSuffixes.map((suffix) => ({
    may: `decrypt with the key of ${key}`,
    action: "kms:Decrypt",
    resource: keyArn(place, key),
    context: { "kms:ViaService": `s3.${place.region}.${suffix}` },
    not: { what: "encrypt", action: "kms:GenerateDataKey" },
  }));
}
