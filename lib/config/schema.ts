import { z } from "zod";
import { PARTITIONS } from "../aws/partitions";
import { type FeatureSchemas, mapFeatures } from "../features/features";
import type { Camel } from "../input/names";
import { ACCOUNT_ID, ACCOUNT_NAME_RULES, EXTERNAL_ID, PROFILE, ROLE_ARN, TAG_KEY } from "../input/rules";
import { knownRegion, optionalText, tags, text } from "../input/schemas";
import { roleSchema, trustSchema } from "../role/schema";
import { stateSchema } from "./backends";
import { SESSION, TRANSITIVE_KEYS_ARE_TAGS } from "./session";

/** Feature maps as fields of an account. A feature is off if its map is missing. */
const featureFields = mapFeatures(({ entries, description }) => entries.prefault({}).describe(description)) as {
  // The type of each feature's own schema, which the list of features loses.
  readonly [Name in keyof FeatureSchemas]: z.ZodPrefault<FeatureSchemas[Name]>;
};

/** Schema of an account, after `defaults` are merged: the only definition of the file's shape. */
export const accountSchema = z.strictObject({
  id: text(ACCOUNT_ID).describe('Id of the AWS account: 12 digits, in quotes ("012345678901").'),
  region: knownRegion().describe(
    `Region of the provider. The partition (${PARTITIONS.join(", ")}) is derived from it.`,
  ),
  profile: optionalText(
    "AWS CLI profile with the credentials for Terraform's provider, npm run bootstrap and the checks before a plan, for example an IAM " +
      "Identity Center profile for each account. It may contain {account_name}. The state has its own setting, state.profile. Default: none; " +
      "AWS_PROFILE and the other variables of the AWS CLI apply.",
    PROFILE,
  ),
  deploy_role_arn: optionalText(
    "Role that Terraform assumes in the account. Default: the caller's own credentials.",
    ROLE_ARN,
  ),
  external_id: optionalText("External id that the deploy role's trust policy requires. Default: none.", EXTERNAL_ID),
  deploy_session: z
    .strictObject(SESSION)
    .refine(...TRANSITIVE_KEYS_ARE_TAGS)
    .optional()
    .describe("Session of the deploy role in Terraform and in npm run bootstrap. Default: a session without tags."),
  use_fips_endpoint: z
    .boolean()
    .default(false)
    .describe(
      "Use AWS FIPS endpoints. Requests to a service without one in the region fail. The state has its own setting.",
    ),
  use_dualstack_endpoint: z
    .boolean()
    .default(false)
    .describe(
      "Use AWS dual-stack endpoints, over IPv6 or IPv4. Requests to a service without one in the region fail. The state has its own " +
        "setting.",
    ),
  role: roleSchema.prefault({}).describe("Settings of the service role."),
  trust: trustSchema.prefault({}).describe("Trust policy of the service role."),
  tags: tags().prefault({}).describe("Tags of all resources (the provider's default_tags)."),
  ignore_tags: z
    .strictObject({
      keys: z.array(text(TAG_KEY)).default([]).describe("Keys of the ignored tags. Default: none."),
      key_prefixes: z.array(text(TAG_KEY)).default([]).describe("Key prefixes of the ignored tags. Default: none."),
    })
    .prefault({})
    .describe(
      "Tags that others, such as an organization's tagging tool, add to the resources created here. Terraform leaves them unchanged, and " +
        "shows no change for them (the provider's ignore_tags). Default: Terraform removes every tag that it did not set.",
    ),
  state: stateSchema
    .prefault({ backend: "local" })
    .describe("Backend for the account's Terraform state. Default: local."),
  ...featureFields,
});

/** Fields that `defaults` may contain: all except the id. */
export const defaultsSchema = accountSchema.omit({ id: true });

export const fleetSchema = z.strictObject({
  defaults: defaultsSchema
    .optional()
    .describe("Fields that each account inherits. null in an account removes the field that it inherits."),
  accounts: z
    .record(text(...ACCOUNT_NAME_RULES), accountSchema)
    .describe("Accounts, by a name that you choose. It is also the name of the account's folder, stack and state."),
});

/** Fields of an account, with all defaults filled in, by their names in the file. */
export type AccountFields = z.output<typeof accountSchema>;
/** An account that was read from a file, with all defaults filled in. */
export interface FleetAccount extends Camel<AccountFields> {}
