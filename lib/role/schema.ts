import { z } from "zod";
import {
  IAM_PATH_RULES,
  IAM_QUOTAS,
  NOT_DEPRECATED_POLICY,
  POLICY_ARN,
  ROLE_DESCRIPTION,
  ROLE_NAME,
  SERVICE_PRINCIPAL,
} from "../input/rules";
import { knownRegion, optionalText, text, wholeNumber } from "../input/schemas";

const CREATE_ROLE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html";

/** Role settings that the Terraform module supports. */
export const moduleRoleSchema = z.strictObject({
  name: text(ROLE_NAME)
    .default("SSMServiceRole")
    .describe("Name of the role: 1 to 64 characters, unique in the account, regardless of case."),
  path: text(...IAM_PATH_RULES)
    .default("/")
    .describe("IAM path of the role and of the policies created with it. Begins and ends with /."),
  description: optionalText("Description of the role. Default: none.", ROLE_DESCRIPTION),
  max_session_duration: wholeNumber("max_session_duration", 3600, 43200, CREATE_ROLE)
    .optional()
    .describe("Maximum session duration of the role in seconds, 3,600 to 43,200. Default: IAM's default, 3,600."),
  permissions_boundary: optionalText(
    "ARN of the managed policy that is the role's permissions boundary. Default: no boundary.",
    POLICY_ARN,
  ),
  force_detach_policies: z
    .boolean()
    .default(false)
    .describe(
      "Before the role is destroyed, detach the policies that others attached. Otherwise such policies make the destroy fail.",
    ),
  core_policy_arn: optionalText(
    "ARN of a narrower policy to attach instead of AmazonSSMManagedInstanceCore, which allows each machine to read every " +
      "SSM parameter of the account. Default: AmazonSSMManagedInstanceCore.",
    POLICY_ARN,
    NOT_DEPRECATED_POLICY,
  ),
  managed_policy_quota: wholeNumber("managed_policy_quota", 10, 20, IAM_QUOTAS)
    .default(10)
    .describe("The account's quota `Managed policies per role`: 10, or up to 20 if AWS raised it."),
});

/** Role settings, with those that only a root module supports. */
export const roleSchema = moduleRoleSchema.extend({
  adopt: z
    .boolean()
    .default(false)
    .describe(
      "The role already exists: import it at the next apply, and change in place what differs from the file. A permissions boundary " +
        "that the file does not specify is removed; attached policies stay. Refuses a plan that would replace the role. Also allows the " +
        "runbook to change an existing role with another trust policy. Remove this setting after the apply.",
    ),
  exclusive_policies: z
    .boolean()
    .default(false)
    .describe(
      "Detach every managed policy that others attach to the role, and delete every inline policy. Requires provider hashicorp/aws 5.72 or " +
        "later.",
    ),
});

/** Trust policy of the role. */
export const trustSchema = z.strictObject({
  conditions: z
    .boolean()
    .default(true)
    .describe(
      "Add the conditions that prevent the confused deputy problem: aws:SourceAccount and aws:SourceArn of this account.",
    ),
  regions: z
    .array(knownRegion())
    .default([])
    .describe(
      "Regions whose hybrid activations may use the role, in aws:SourceArn. Default: all regions of the account.",
    ),
  service_principal: text(SERVICE_PRINCIPAL)
    .default("ssm.amazonaws.com")
    .describe("Service principal that can assume the role. AWS's pages for China also list ssm.amazonaws.com.cn."),
});

export type RoleSettings = z.output<typeof roleSchema>;
export type TrustSettings = z.output<typeof trustSchema>;
