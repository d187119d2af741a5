import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { Construct } from "constructs";
import { customerManagedPolicyArn } from "../aws/partitions";
import { POLICY_SIZE, type PolicyDocument } from "../aws/policy-document";
import { forEach, LiteralBlock, literalResource, type Precondition } from "../terraform/blocks";
import { code, expression, type Hcl, hcl, IDENTITY, ROLE, ROLE_MADE } from "../terraform/hcl";
import type { AttachedPolicy, BuildContext, BuiltFeature, RoleIdentity } from "./feature";

/** Attaches one policy to the role, or one for each entry of `each`. `policyArn` is an ARN or an expression. */
export function attach(scope: Construct, id: string, policyArn: string, each?: Hcl): string {
  const attachment = new IamRolePolicyAttachment(scope, `attachment_${id}`, {
    role: expression(`${ROLE}.name`),
    policyArn,
    ...(each && { forEach: forEach(each) }),
    lifecycle: { replaceTriggeredBy: [ROLE_MADE] },
  });
  literalResource(attachment, id);
  return `aws_iam_role_policy_attachment.${id}`;
}

/**
 * Attaches a policy for each entry of a feature.
 * @param policyArn - returns the ARN for the entry that the code refers to
 */
export function attachEach(scope: Construct, feature: string, policyArn: (entry: Hcl) => Hcl): BuiltFeature {
  const entries = code(`local.${feature}`);
  return {
    attached: {
      attachment: attach(scope, feature, expression(policyArn(code("each.value"))), entries),
      policyArns: hcl`{ for k, e in ${entries} : "${code(feature)}[\${jsonencode(k)}]" => ${policyArn(code("e"))} }`,
    },
  };
}

/** A customer managed policy that all entries of a feature share, because a role has a quota for attached policies. */
export interface SharedPolicy {
  readonly feature: string;
  /** Suffix of the policy's name, after the role's name. */
  readonly suffix: string;
  readonly description: string;
  /** Policy document, as a Terraform expression. */
  readonly document: Hcl;
}

/** Returns the policy that the entries of a feature share; empty without entries. */
export function sharedPolicy(
  { feature, suffix, description }: SharedPolicy,
  role: RoleIdentity,
  document: PolicyDocument,
): AttachedPolicy[] {
  const arn = customerManagedPolicyArn(role, role.path, `${role.name}-${suffix}`);
  return document.Statement.length > 0 ? [{ field: [feature], arn, document, description }] : [];
}

/** Creates the shared policy of a feature's entries, if there are any, and attaches it. */
export function attachShared(
  scope: Construct,
  { feature, suffix, description, document: content }: SharedPolicy,
  { tags }: BuildContext,
  ...requires: readonly Precondition[]
): BuiltFeature {
  const document = `${feature}_document`;
  new LiteralBlock(scope, "locals", document, expression(content));
  // Both iterate over the variable: with keys from a resource, `terraform import` into an empty state fails.
  const each = code(`length(var.${feature}) > 0 ? toset(["this"]) : toset([])`);
  const policy = new IamPolicy(scope, `policy_${feature}`, {
    name: `${expression("local.role_name")}-${suffix}`,
    path: expression("local.path"),
    description,
    policy: expression(`local.${document}`),
    forEach: forEach(each),
    lifecycle: {
      precondition: [
        {
          condition: expression(`length(local.${document}) <= ${POLICY_SIZE.managed}`),
          errorMessage: `${feature}: ${POLICY_TOO_LONG}`,
        },
        ...requires,
      ],
    },
  });
  policy.addOverride("depends_on", [IDENTITY]);
  literalResource(policy, feature, tags);
  const arn = hcl`"arn:\${local.partition}:iam::\${local.account_id}:policy\${local.path}\${local.role_name}-${code(suffix)}"`;
  return {
    attached: {
      attachment: attach(scope, feature, expression(`aws_iam_policy.${feature}[each.key].arn`), each),
      policyArns: hcl`{ for k in [${feature}] : k => ${arn} if length(var.${code(feature)}) > 0 }`,
    },
  };
}

/** Rule for a policy that exceeds IAM's size limit. */
export const POLICY_TOO_LONG = `must result in a policy of at most ${POLICY_SIZE.managed.toLocaleString("en-US")} characters, not counting white space`;
