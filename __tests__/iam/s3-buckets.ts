import { listedPrefix } from "../facts/sessions";
import { roleWith } from "./machine";
import { but, need, type Pair, type Table } from "./pair";
import { keyArn, own, type Place, s3Arn, stranger } from "./place";

/** Returns the account's own buckets: one for each purpose, with and without a folder and a key. */
export function s3BucketEntries(place: Place) {
  return {
    output: {
      bucket: own(place, "output"),
      purpose: "run_command",
      prefix: "run-command",
      kms_key_arn: keyArn(place, "output"),
    },
    sessions: { bucket: own(place, "sessions"), prefix: "", purpose: "session_manager" },
    associations: { bucket: own(place, "associations"), purpose: "state_manager", prefix: "state/manager" },
    inventory: { bucket: own(place, "inventory"), prefix: "", purpose: "inventory", put_object_acl: true },
    patches: { bucket: own(place, "patches"), purpose: "patch_baseline", prefix: "lists" },
    scripts: { bucket: own(place, "scripts"), prefix: "", purpose: "scripts", kms_key_arn: keyArn(place, "scripts") },
    modules: { bucket: own(place, "modules"), purpose: "scripts", prefix: "ansible/plays" },
  };
}

/** Writing to and reading from the account's own buckets, according to each bucket's purpose. */
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
    ...reads(place, own(place, "modules"), "ansible/plays/"),
    ...lists(place),
    ...acl(place),
    ...usesKey(place, "kms:GenerateDataKey", "output"),
    ...usesKey(place, "kms:Decrypt", "output"),
    ...usesKey(place, "kms:Decrypt", "scripts"),
    ...readsWithKey(place, "scripts"),
  ],
};

function writes(place: Place, bucket: string, folder = ""): Pair[] {
  const object = (name: string) => s3Arn(place, `${bucket}/${folder}${name}`);
  const write = (name: string) => need(`write to ${bucket}/${folder}`, "s3:PutObject", object(name));
  return [
    ...but(write("a"), { "to another bucket": { resource: s3Arn(place, own(place, "other/a")) } }),
    ...but(write("b"), { "to a bucket with a similar name": { resource: s3Arn(place, `${bucket}-2/b`) } }),
    ...but(write("c"), { "read it": { action: "s3:GetObject" } }),
    ...but(write("d"), { "delete it": { action: "s3:DeleteObject" } }),
    ...otherFolder(place, bucket, folder, write("e")),
    ...but(need(`read how ${bucket} is encrypted`, "s3:GetEncryptionConfiguration", s3Arn(place, bucket)), {
      "of another bucket": { resource: s3Arn(place, own(place, "other")) },
      "change it": { action: "s3:PutEncryptionConfiguration" },
      "list it": { action: "s3:ListBucket" },
    }),
  ];
}

function reads(place: Place, bucket: string, folder = ""): Pair[] {
  const object = (name: string) => s3Arn(place, `${bucket}/${folder}${name}`);
  const read = (name: string) => ({ may: `read ${bucket}/${folder}`, action: "s3:GetObject", resource: object(name) });
  const settings = { action: "s3:GetEncryptionConfiguration", resource: s3Arn(place, bucket) };
  return [
    ...but(read("a"), { "another bucket": { resource: s3Arn(place, own(place, "other/a")) } }),
    ...but(read("b"), { "write to it": { action: "s3:PutObject" } }),
    ...but(read("c"), { "an earlier version": { action: "s3:GetObjectVersion" } }),
    ...otherFolder(place, bucket, folder, read("e")),
    ...but(read("d"), { "how the bucket is encrypted": settings }),
  ];
}

/** Scripts are in folders, which SSM Agent lists first. */
function lists(place: Place): Pair[] {
  const of = (prefix: string) => ({ context: { "s3:prefix": prefix } });
  const bucket = (name: string) => s3Arn(place, own(place, name));
  const list = (name: string, folder: string) =>
    need(`list ${folder} of ${name}`, "s3:ListBucket", bucket(name), of(listedPrefix(folder)));
  return [
    ...but(list("modules", "ansible/plays"), {
      "the whole bucket": { context: {} },
      "the folder above": of(listedPrefix("ansible")),
      "a folder with a similar name": of(listedPrefix("ansible/plays-2")),
      "a bucket of patch lists": { resource: bucket("patches") },
    }),
    ...but(list("modules", "ansible/plays/roles"), { "earlier versions": { action: "s3:ListBucketVersions" } }),
    ...but(list("scripts", "any"), { "a bucket with a similar name": { resource: bucket("scripts-2") } }),
    ...but(need("list all of scripts", "s3:ListBucket", bucket("scripts")), {
      "a bucket to write to": { resource: bucket("output") },
    }),
  ];
}

function otherFolder(place: Place, bucket: string, folder: string, asked: Omit<Pair, "not">): Pair[] {
  if (folder === "") return [];
  return but(asked, {
    "in another folder": { resource: s3Arn(place, `${bucket}/private/e`) },
    "in a folder with a similar name": { resource: s3Arn(place, `${bucket}/${folder.slice(0, -1)}-2/e`) },
  });
}

function acl(place: Place): Pair[] {
  const bucket = s3Arn(place, own(place, "inventory"));
  const give = {
    may: "grant the bucket's owner access to its objects",
    action: "s3:PutObjectAcl",
    resource: `${bucket}/a`,
  };
  return but(give, {
    "those of the account's own bucket": { resource: s3Arn(place, own(place, "sessions/a")) },
    "the bucket": { action: "s3:PutBucketAcl", resource: bucket },
  });
}

function usesKey(place: Place, action: string, key: string): Pair[] {
  const use = { may: `${action} with the key of ${key}`, action, resource: keyArn(place, key) };
  return place.dnsSuffixes.flatMap((suffix): Pair[] => {
    const via = (service: string, region = place.region) => ({ "kms:ViaService": `${service}.${region}.${suffix}` });
    const through = { ...use, context: via("s3") };
    return but(through, {
      "without S3": { context: {} },
      "through another service": { context: via("secretsmanager") },
      "through S3 of another region": { context: via("s3", place.otherRegion) },
      "with another key": { resource: keyArn(place, "other") },
      "with another account's key": { resource: keyArn(stranger(place), key) },
      "change the key": { action: "kms:PutKeyPolicy" },
    });
  });
}

/** A reader needs no new data key. */
function readsWithKey(place: Place, key: string): Pair[] {
  return place.dnsSuffixes.map((suffix) => ({
    may: `decrypt with the key of ${key}`,
    action: "kms:Decrypt",
    resource: keyArn(place, key),
    context: { "kms:ViaService": `s3.${place.region}.${suffix}` },
    not: { what: "encrypt", action: "kms:GenerateDataKey" },
  }));
}
