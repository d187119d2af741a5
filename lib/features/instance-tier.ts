import type { TerraformProvider } from "cdktf";
import { z } from "zod";
import { TIER } from "../aws/partitions";
import { knownRegion } from "../input/schemas";
import { LiteralBlock } from "../terraform/blocks";
import { code, expression } from "../terraform/hcl";
import type { Feature } from "./feature";
import { foreignRegions } from "./own-partition";

const NAME = "instance_tier" as const;
const PURPOSE = "Sets the advanced-instances tier for the machines outside AWS of a region";
const PRICING = "https://aws.amazon.com/systems-manager/pricing/";

/** Cost of the tier, for plans and reports. */
export const TIER_COSTS = `AWS charges for each machine outside AWS in the advanced-instances tier, by the hour: ${PRICING}`;

const entries = z.record(
  knownRegion("must be an AWS region: the key of an entry is its region, such as eu-central-1"),
  z.strictObject({
    tier: z
      .enum(["advanced"])
      .describe("Must be advanced. It is required because the tier costs money for each machine."),
  }),
);

/** Precondition for entries that use the account's own provider. A pipeline can add entries with `-var-file`. */
const IN_OWN_REGION = {
  condition: expression("try(each.key == local.region, false)"),
  error_message:
    `${NAME}: there is no provider for \${each.key}. A root module supports the regions that its account has in the file. The module supports ` +
    "one region: its input region, which must be set.",
};

/**
 * Advanced-instances tier of an account's regions. Session Manager on machines outside AWS requires it, and so do more
 * than 1,000 of these machines in a region. It is a setting of the account and region, not of the role. Terraform never
 * resets it: the provider would reset it on destroy, so a destroy is refused until the setting is removed from the
 * state.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-configure-instance-tiers.html
 */
export const instanceTier = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description:
    `${PURPOSE}. Session Manager on these machines requires it, and so do more than 1,000 of them. ${TIER_COSTS}. Key: the region. ` +
    "Off when empty. Removing an entry does not reset the tier: Terraform refuses the plan until the setting is removed from the state.",
  title: "Instance tier",
  // terraform_data shows the cost in each plan. It creates nothing in AWS.
  resources: ["terraform_data", "aws_ssm_service_setting"],
  check: (map, { partition }) =>
    foreignRegions([NAME], Object.keys(map), partition).map((error) => ({ ...error, inKey: true })),
  notices: (map) => (Object.keys(map).length > 0 ? [{ code: "advanced-tier-costs", text: `${TIER_COSTS}.` }] : []),
  words: () => ({
    text: "Machines outside AWS of this region are in the advanced-instances tier.",
    terms: [["Cost", TIER_COSTS]],
  }),
  build(scope, { providers }) {
    new LiteralBlock(scope, "resource", `terraform_data.${NAME}`, {
      for_each: expression(`var.${NAME}`),
      input: `\${each.value.tier} in \${each.key}: ${TIER_COSTS}`,
    });
    const create = (name: string, where: string, provider?: TerraformProvider) =>
      new LiteralBlock(scope, "resource", `aws_ssm_service_setting.${name}`, {
        ...(provider && { provider: provider.fqn }),
        for_each: expression(code(`{ for k, e in var.${NAME} : k => e if ${where} }`)),
        // The ARN, because the provider stores it and would show a change for the ID.
        setting_id: `arn:\${local.partition}:ssm:\${each.key}:\${local.account_id}:servicesetting${TIER}`,
        setting_value: expression("each.value.tier"),
        depends_on: [`terraform_data.${NAME}`],
        lifecycle: {
          prevent_destroy: true,
          ...(!provider && { precondition: [IN_OWN_REGION] }),
        },
      });
    create(NAME, "!contains(local.other_regions, k)");
    for (const [region, provider] of Object.entries(providers)) {
      create(`${NAME}_${region}`, `k == ${JSON.stringify(region)}`, provider);
    }
    return {};
  },
} satisfies Feature<typeof entries>;
