import { z } from "zod";
import { FEATURES } from "../features/features";
import type { Camel } from "../input/names";
import { ACCOUNT_ID, ACCOUNT_NAME, EXTERNAL_ID, knownRegion, ROLE_ARN, tags, text } from "../input/rules";
import { roleSchema, trustSchema } from "../role/schema";
import { stateSchema } from "./backends";

/** A feature's map, as a field of an account: off when it is left out. */
function feature<Name extends keyof typeof FEATURES>(name: Name): z.ZodPrefault<(typeof FEATURES)[Name]["entries"]> {
  const { entries, description } = FEATURES[name];
  return (entries as z.ZodRecord).prefault({}).describe(description) as never;
}

/** One account of the file, the fields of `defaults` merged in: the only definition of the file's shape. */
export const accountSchema = z.strictObject({
  id: text(ACCOUNT_ID).describe('Id of the AWS account: 12 digits, in quotes ("012345678901").'),
  region: knownRegion().describe("Region of the provider; the partition (aws, aws-cn, aws-us-gov) follows from it."),
  deploy_role_arn: text(ROLE_ARN)
    .optional()
    .describe("Role that Terraform assumes in the account. Default: the caller's own credentials."),
  external_id: text(EXTERNAL_ID)
    .optional()
    .describe("External id that the deploy role's trust policy asks for. Default: none."),
  role: roleSchema.prefault({}).describe("The service role itself."),
  trust: trustSchema.prefault({}).describe("Who may assume the service role."),
  tags: tags().prefault({}).describe("Tags of all resources (the provider's default_tags)."),
  state: stateSchema
    .prefault({ backend: "local" })
    .describe("Where the account's Terraform state is kept. Default: local."),
  directory_service: feature("directory_service"),
  cloudwatch_agent: feature("cloudwatch_agent"),
  s3_managed_buckets: feature("s3_managed_buckets"),
  s3_buckets: feature("s3_buckets"),
  log_groups: feature("log_groups"),
  policies: feature("policies"),
  user_access: feature("user_access"),
  activations: feature("activations"),
});

/** What may stand under `defaults`: everything but the id. */
export const defaultsSchema = accountSchema.omit({ id: true });

/** The whole file. */
export const fleetSchema = z.strictObject({
  defaults: defaultsSchema
    .optional()
    .describe("Merged under each account; an account's null removes what stands here."),
  accounts: z
    .record(text(ACCOUNT_NAME), accountSchema)
    .describe("The accounts, by a name of your own, which names the account's folder, stack and state."),
});

/** One account, defaults filled in, in the file's own names. */
export type Account = z.output<typeof accountSchema>;
/** One account as a program writes it. */
export interface AccountProps extends Camel<z.input<typeof accountSchema>> {}
/** One account as a file's reader gives it, defaults filled in. */
export interface FleetAccount extends Camel<Account> {}
