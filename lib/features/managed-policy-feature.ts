import { z } from "zod";
import { awsManagedPolicyArn } from "../aws/partitions";
import { LABEL, NOT_DEPRECATED_POLICY, POLICY_ARN } from "../input/rules";
import { stated, text } from "../input/schemas";
import { awsManagedPolicy, hcl } from "../terraform/hcl";
import { attachEach } from "./attachments";
import type { AwsPolicy, Feature } from "./feature";

interface ManagedPolicyFeature<Name extends string> extends Pick<Feature, "purpose" | "title"> {
  readonly name: Name;
  readonly step: string;
  readonly policy: string;
  readonly policyWords: AwsPolicy;
}

/** Returns a feature that attaches an AWS managed policy, or another policy instead, for each of its entries. */
export function managedPolicyFeature<const Name extends string>(of: ManagedPolicyFeature<Name>) {
  const { name, policy, purpose, title, step, policyWords } = of;
  const entries = z.record(
    text(LABEL),
    z.strictObject({
      policy_arn: stated(
        text(POLICY_ARN, NOT_DEPRECATED_POLICY)
          .optional()
          .describe(`ARN of a narrower policy to attach instead. Default: ${policy} of the account's partition.`),
      ),
    }),
  );
  return {
    name,
    entries,
    purpose,
    description: `${purpose}: attaches ${policy}, or the policy in policy_arn. Key: a label of your choice. Off when empty.`,
    title,
    step,
    resources: ["aws_iam_role_policy_attachment"],
    awsPolicies: { [policy]: policyWords },
    policies: (map, role) =>
      Object.entries(map).map(([key, entry]) => ({
        field: [name, key, "policy_arn"],
        arn: entry.policy_arn ?? awsManagedPolicyArn(role.partition, policy),
      })),
    build: (scope) => attachEach(scope, name, (e) => hcl`coalesce(${e}.policy_arn, ${awsManagedPolicy(policy)})`),
  } satisfies Feature<typeof entries>;
}
