import { faultAt, type PathFault } from "../input/issues";
import { expression } from "../terraform/hcl";
import type { Requirement } from "./attachments";
import type { RoleIdentity } from "./feature";

/** What is said of a KMS key in another partition than the account's. */
const KEY_OF_PARTITION = "must be a key of the account's own partition";

/** The keys of a feature's entries that are in another partition: a policy may name them, and nobody could use them. */
export function foreignKeys(
  feature: string,
  entries: Readonly<Record<string, { readonly kms_key_arn?: string | undefined }>>,
  { partition }: RoleIdentity,
): PathFault[] {
  return Object.entries(entries)
    .filter(([, { kms_key_arn }]) => kms_key_arn && kms_key_arn.split(":")[1] !== partition)
    .map(([key, { kms_key_arn }]) =>
      faultAt([feature, key, "kms_key_arn"], {
        code: "partition",
        value: kms_key_arn,
        rule: `${KEY_OF_PARTITION}, ${partition}.`,
        fix: "Name the key that encrypts what the entry is about.",
      }),
    );
}

/** The same check at plan. */
export function keysOfPartition(feature: string): Requirement {
  const keys = `compact(values(var.${feature})[*].kms_key_arn)`;
  return {
    condition: expression(`alltrue([for key in ${keys} : startswith(key, "arn:\${local.partition}:")])`),
    errorMessage: `${feature}: kms_key_arn ${KEY_OF_PARTITION}, \${local.partition}.`,
  };
}
