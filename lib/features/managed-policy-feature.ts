import { z } from "zod";
import { awsManagedPolicyArn } from "../aws/partitions";
import { LABEL, NOT_DEPRECATED_POLICY, POLICY_ARN, text } from "../input/rules";
import { awsManagedPolicy } from "../terraform/hcl";
import { attachEach } from "./attachments";
import type { Feature } from "./feature";

/** A feature that attaches a policy of AWS's, or another in its stead, for each of its entries. */
export function managedPolicyFeature(name: string, policy: string, purpose: string) {
  const entries = z.record(
    text(LABEL),
    z.strictObject({
      policy_arn: text(POLICY_ARN, NOT_DEPRECATED_POLICY)
        .optional()
        .describe(`ARN of a narrower policy to attach instead. Default: ${policy} of the account's partition.`),
    }),
  );
  return {
    name,
    entries,
    description: `${purpose}: attaches ${policy}, or the policy named. Key: a label of your own. Off when empty.`,
    policies: (map, role) =>
      Object.entries(map).map(([key, entry]) => ({
        field: [name, key, "policy_arn"],
        arn: entry.policy_arn ?? awsManagedPolicyArn(role.partition, policy),
      })),
    build: (scope) => attachEach(scope, name, `coalesce(e.policy_arn, ${awsManagedPolicy(policy)})`),
  } satisfies Feature<typeof entries>;
}
