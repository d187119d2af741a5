import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformIterator } from "cdktf";
import type { Construct } from "constructs";
import { customerManagedPolicyArn } from "../aws/partitions";
import { POLICY_SIZE, type PolicyDocument } from "../aws/policy-document";
import { LiteralBlock, literalResource } from "../terraform/blocks";
import { expression, ownPolicy, ROLE } from "../terraform/hcl";
import type { AttachedPolicy, BuiltFeature, ImportBlock, RoleIdentity } from "./feature";

/** What CDKTF takes as `forEach`, for an expression: its own iterators make a token of each access. */
export function each(code: string): ITerraformIterator {
  return { _getForEachExpression: () => expression(code) } as ITerraformIterator;
}

/** Attaches one policy to the role. `policyArn` is an ARN or an expression. */
export function attach(scope: Construct, id: string, policyArn: string, forEach?: string): string {
  const attachment = new IamRolePolicyAttachment(scope, `attachment_${id}`, {
    role: expression(`${ROLE}.name`),
    policyArn,
    ...(forEach && { forEach: each(forEach) }),
  });
  literalResource(attachment, id);
  return `aws_iam_role_policy_attachment.${id}`;
}

/** Attaches a policy for each entry of a feature; `policyArn` is an expression on the entry `e`. */
export function attachEach(scope: Construct, feature: string, policyArn: string): BuiltFeature {
  const ofEach = expression(policyArn.replaceAll(/\be\./g, "each.value."));
  const attachment = attach(scope, feature, ofEach, `var.${feature}`);
  return {
    attached: {
      attachment,
      adoption: adoption(`${attachment}[each.key]`, ofEach, `var.${feature}`),
      policyArns: `{ for k, e in var.${feature} : "${feature}[\${jsonencode(k)}]" => ${policyArn} }`,
    },
  };
}

/** The block that takes over an attachment which exists already. */
export function adoption(to: string, policyArn: string, forEach?: string): ImportBlock {
  return { ...(forEach && { for_each: expression(forEach) }), to, id: `${expression("local.role_name")}/${policyArn}` };
}

/** A customer-managed policy that all entries of a feature make together. */
export interface SharedPolicy {
  readonly feature: string;
  /** Of the policy's name, behind the role's. */
  readonly suffix: string;
  readonly description: string;
}

/** The policy that the entries of a feature make together; none where there is no entry. */
export function sharedPolicy(
  { feature, suffix, description }: SharedPolicy,
  role: RoleIdentity,
  document: PolicyDocument,
): AttachedPolicy[] {
  const arn = customerManagedPolicyArn(role, role.path, `${role.name}-${suffix}`);
  return document.Statement.length > 0 ? [{ field: [feature], arn, document, description }] : [];
}

/**
 * Makes the policy of a feature's entries, where there are any, and attaches it.
 * @param code - of the document, in Terraform's language
 */
export function attachDocument(
  scope: Construct,
  { feature, suffix, description }: SharedPolicy,
  code: string,
  ...requires: readonly Requirement[]
): BuiltFeature {
  const document = `${feature}_document`;
  new LiteralBlock(scope, "locals", document, expression(code));
  const resource = new IamPolicy(scope, `policy_${feature}`, {
    name: `${expression("local.role_name")}-${suffix}`,
    path: expression("local.path"),
    description,
    policy: expression(`local.${document}`),
    // One policy for all entries: a role has few places for attachments.
    forEach: each(`length(var.${feature}) > 0 ? toset(["this"]) : toset([])`),
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
  literalResource(resource, feature);
  return {
    attached: {
      attachment: attach(scope, feature, expression("each.value.arn"), `aws_iam_policy.${feature}`),
      policyArns: `{ for k in ["${feature}"] : k => ${ownPolicy(suffix)} if length(var.${feature}) > 0 }`,
    },
  };
}

/** A precondition of a resource. */
export interface Requirement {
  readonly condition: string;
  readonly errorMessage: string;
}

/** What is said of a policy that IAM would refuse for its length. */
export const POLICY_TOO_LONG = `must make a policy of at most ${POLICY_SIZE.managed.toLocaleString("en-US")} characters, white space left out`;
