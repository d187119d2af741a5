import { TERRAFORM_VERSION } from "../terraform/versions";
import type { DeployRoles, RoleDefinition } from "./deploy-roles";

/** Template formats. */
export const FORMATS = ["cloudformation", "terraform"] as const;
export type Format = (typeof FORMATS)[number];

/** Returns the roles as a template: JSON that ends with a line break. */
export function template(roles: DeployRoles, format: Format): string {
  const body = format === "cloudformation" ? cloudFormation(roles) : terraform(roles);
  return `${JSON.stringify(body, null, 2)}\n`;
}

/** Placeholder for a list of the account's own values: `{state.Bucket}`. */
const LOOKUP = /^\{state\.(\w+)\}$/;

/** Replaces each string in a value, and each list that is a placeholder. */
function replaced(value: unknown, text: (text: string) => unknown, lookup: (field: string) => unknown): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, text, lookup)]));
  }
  const field = LOOKUP.exec(String(value[0]))?.[1];
  return field === undefined ? value.map((inner) => replaced(inner, text, lookup)) : lookup(field);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
function cloudFormation({ path, deploy, plan, states }: DeployRoles): object {
  const filled = (value: unknown) =>
    replaced(
      value,
      (text) => {
        const sub = text
          .replaceAll("{account_id}", `\${AWS::AccountId}`)
          .replaceAll("{partition}", `\${AWS::Partition}`);
        return sub === text ? text : { "Fn::Sub": sub };
      },
      (field) => ({ "Fn::FindInMap": ["StateFiles", { Ref: "AWS::AccountId" }, field] }),
    );
  const role = ({ name, description, trust, policy }: RoleDefinition) => ({
    Type: "AWS::IAM::Role",
    Properties: {
      RoleName: name,
      Path: path,
      Description: description,
      AssumeRolePolicyDocument: filled(trust),
      Policies: [{ PolicyName: "terraform", PolicyDocument: filled(policy) }],
    },
  });
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description:
      "Roles that Terraform assumes to manage an account's Systems Manager service role, and to read it for plans.",
    ...(states && { Mappings: { StateFiles: states } }),
    Resources: { DeployRole: role(deploy), PlanRole: role(plan) },
    Outputs: {
      DeployRoleArn: { Value: { "Fn::GetAtt": ["DeployRole", "Arn"] } },
      PlanRoleArn: { Value: { "Fn::GetAtt": ["PlanRole", "Arn"] } },
    },
  };
}

/** Returns a root module or module in Terraform's JSON syntax. The caller configures its provider. */
function terraform({ path, deploy, plan, states }: DeployRoles): object {
  const expression = (value: unknown) => {
    const looked = replaced(
      value,
      (text) =>
        text.replaceAll("{account_id}", `\${local.account_id}`).replaceAll("{partition}", `\${local.partition}`),
      (field) => `{state.${field}}`,
    );
    const json = JSON.stringify(looked).replaceAll(/"\{state\.(\w+)\}"/g, "local.state_files[local.account_id].$1");
    return `\${jsonencode(${json})}`;
  };
  const both = { deploy, plan };
  const each = (create: (role: RoleDefinition, kind: string) => object) =>
    Object.fromEntries(Object.entries(both).map(([kind, role]) => [kind, create(role, kind)]));
  return {
    terraform: { required_version: TERRAFORM_VERSION, required_providers: { aws: { source: "hashicorp/aws" } } },
    data: { aws_caller_identity: { current: {} }, aws_partition: { current: {} } },
    locals: {
      account_id: `\${data.aws_caller_identity.current.account_id}`,
      partition: `\${data.aws_partition.current.partition}`,
      ...(states && { state_files: states }),
    },
    resource: {
      aws_iam_role: each(({ name, description, trust }) => ({
        name,
        path,
        description,
        assume_role_policy: expression(trust),
      })),
      aws_iam_role_policy: each(({ policy }, kind) => ({
        name: "terraform",
        role: `\${aws_iam_role.${kind}.name}`,
        policy: expression(policy),
      })),
    },
    output: {
      deploy_role_arn: { value: "${aws_iam_role.deploy.arn}", description: "ARN of the deploy role." },
      plan_role_arn: { value: "${aws_iam_role.plan.arn}", description: "ARN of the read-only role." },
    },
  };
}
