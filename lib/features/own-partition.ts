import { parseArn } from "../aws/arn";
import { partitionOf } from "../aws/partitions";
import { errorAt, type FieldError } from "../input/issues";
import type { Precondition } from "../terraform/blocks";
import { expression, partitionOfRegion } from "../terraform/hcl";
import type { RoleIdentity } from "./feature";

const KEY_OF_PARTITION = "must be a KMS key of the account's partition";

/** Returns errors for KMS keys of a feature's entries outside the account's partition. Nobody could use them. */
export function foreignKeys(
  feature: string,
  entries: Readonly<Record<string, { readonly kms_key_arn?: string | undefined }>>,
  { partition }: RoleIdentity,
): FieldError[] {
  return Object.entries(entries)
    .filter(([, { kms_key_arn }]) => kms_key_arn && parseArn(kms_key_arn).partition !== partition)
    .map(([key, { kms_key_arn }]) =>
      errorAt([feature, key, "kms_key_arn"], {
        code: "partition",
        value: kms_key_arn,
        rule: `${KEY_OF_PARTITION}, ${partition}.`,
        fix: "Specify the KMS key that encrypts the data of this entry.",
      }),
    );
}

/** Returns the same check as a precondition. */
export function keysOfPartition(feature: string): Precondition {
  const keys = `compact(values(local.${feature})[*].kms_key_arn)`;
  return {
    condition: expression(`alltrue([for key in ${keys} : startswith(key, "arn:\${local.partition}:")])`),
    errorMessage: `${feature}: kms_key_arn ${KEY_OF_PARTITION}, \${local.partition}.`,
  };
}

export const REGION_OF_PARTITION = "must contain only regions of the account's partition";

export function foreignRegions(path: readonly string[], regions: readonly string[], partition: string): FieldError[] {
  return regions
    .filter((region) => partitionOf(region) !== partition)
    .map((region) => {
      const rule = `${REGION_OF_PARTITION}: ${partition}.`;
      return errorAt([...path, region], { code: "partition", rule, fix: "Remove the region." });
    });
}

/** Returns the same check as a Terraform condition. */
export function regionsOfPartition(regions: string): string {
  return expression(`alltrue([for region in ${regions} : local.partition == ${partitionOfRegion("region").code}])`);
}
