import { z } from "zod";
import { PARTITIONS } from "../aws/partitions";
import { type FeatureSchemas, mapFeatures } from "../features/features";
import type { Camel } from "../input/names";
import { ACCOUNT_ID, ACCOUNT_NAME_RULES, EXTERNAL_ID, PROFILE, ROLE_ARN, TAG_KEY } from "../input/rules";
import { knownRegion, optionalText, tags, text } from "../input/schemas";
import { roleSchema, trustSchema } from "../role/schema";
import { stateSchema } from "./backends";
import { SESSION, TRANSITIVE_KEYS_ARE_TAGS } from "./session";

/** The feature maps as fields of an account: off when they are left out. */
const featureFields = mapFeatures(({ entries, description }) => entries.prefault({}).describe(description)) as {
  // Each feature's own schema, which the list of features has forgotten.
  readonly [Name in keyof FeatureSchemas]: z.ZodPrefault<FeatureSchemas[Name]>;
};

/** One account of the file, the fields of `defaults` merged in: the only definition of the file's shape. */
export const accountSchema = z.strictObject({
  id: text(ACCOUNT_ID).describe('Id of the AWS account: 12 digits, in quotes ("012345678901").'),
  region: knownRegion().describe(`Region of the provider; the partition (${PARTITIONS.join(", ")}) follows from it.`),
  profile: optionalText(
    "Profile of the AWS CLI that Terraform's provider, npm run bootstrap and the checks before a plan take their credentials from, such " +
      "as one of IAM Identity Center for each account: {account_name} may stand in it. The state has state.profile. Default: none, which " +
      "leaves it to AWS_PROFILE and the other variables of the AWS CLI.",
    PROFILE,
  ),
  deploy_role_arn: optionalText(
    "Role that Terraform assumes in the account. Default: the caller's own credentials.",
    ROLE_ARN,
  ),
  external_id: optionalText("External id that the deploy role's trust policy asks for. Default: none.", EXTERNAL_ID),
  deploy_session: z
    .strictObject(SESSION)
    .refine(...TRANSITIVE_KEYS_ARE_TAGS)
    .optional()
    .describe(
      "Session in which Terraform has the deploy role; npm run bootstrap too. Default: a session without tags.",
    ),
  use_fips_endpoint: z
    .boolean()
    .default(false)
    .describe(
      "Call AWS at its FIPS endpoints; a service without one in the region fails. The state has its own setting.",
    ),
  use_dualstack_endpoint: z
    .boolean()
    .default(false)
    .describe(
      "Call AWS at its dual-stack endpoints, over IPv6 or IPv4; a service without one in the region fails. The state has its own setting.",
    ),
  role: roleSchema.prefault({}).describe("The service role itself."),
  trust: trustSchema.prefault({}).describe("Who may assume the service role."),
  tags: tags().prefault({}).describe("Tags of all resources (the provider's default_tags)."),
  ignore_tags: z
    .strictObject({
      keys: z.array(text(TAG_KEY)).default([]).describe("Keys of these tags. Default: none."),
      key_prefixes: z.array(text(TAG_KEY)).default([]).describe("Beginnings of these tags' keys. Default: none."),
    })
    .prefault({})
    .describe(
      "Tags that others write on what is made here, such as an organization's tagging tool: Terraform leaves them as they are, and " +
        "shows no change for them (the provider's ignore_tags). Default: it removes every tag that is not its own.",
    ),
  state: stateSchema
    .prefault({ backend: "local" })
    .describe("Where the account's Terraform state is kept. Default: local."),
  ...featureFields,
});

/** What may stand under `defaults`: everything but the id. */
export const defaultsSchema = accountSchema.omit({ id: true });

export const fleetSchema = z.strictObject({
  defaults: defaultsSchema
    .optional()
    .describe("Merged under each account; an account's null removes what stands here."),
  accounts: z
    .record(text(...ACCOUNT_NAME_RULES), accountSchema)
    .describe("The accounts, by a name of your own, which names the account's folder, stack and state."),
});

/** The fields of one account, defaults filled in, in the file's own names. */
export type AccountFields = z.output<typeof accountSchema>;
/** One account as a file's reader gives it, defaults filled in. */
export interface FleetAccount extends Camel<AccountFields> {}
