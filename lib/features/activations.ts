import { SsmActivation } from "@cdktf/provider-aws/lib/ssm-activation";
import { z } from "zod";
import { faultAt, type PathFault } from "../input/issues";
import {
  ACTIVATION_DESCRIPTION,
  EXPIRATION_DATE,
  INSTANCE_NAME,
  LABEL,
  type RuleParams,
  tags,
  text,
  wholeNumber,
} from "../input/rules";
import { LiteralBlock, literalResource } from "../terraform/blocks";
import { expression, ROLE } from "../terraform/hcl";
import { each } from "./attachments";
import type { Feature, RoleContext } from "./feature";

const NAME = "activations";
const PAGE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html";
/** Furthest expiry, in days from the moment in which the activation is made. */
const LONGEST = 30;
/** Longest `IamRole` that CreateActivation takes. */
const LONGEST_ROLE = 64;

const entries = z.record(
  text(LABEL),
  z
    .strictObject({
      registration_limit: wholeNumber("registration_limit", 1, 1000, PAGE)
        .default(1)
        .describe("How many machines may register with it: 1 to 1,000."),
      expiration_date: text(EXPIRATION_DATE)
        .refine((date) => !EXPIRATION_DATE.pattern.test(date) || isOfCalendar(date), {
          error: "must be a day of the calendar",
          params: {
            code: EXPIRATION_DATE.code,
            terraform: (date) => `can(timeadd(${date}, "0s"))`,
            fix: "Correct the day or the month.",
          } satisfies RuleParams,
        })
        .optional()
        .describe(
          `Until when machines may register: a moment of RFC 3339 in UTC, at most ${LONGEST} days after the activation is made.`,
        ),
      expires_in_days: wholeNumber("expires_in_days", 1, LONGEST, PAGE)
        .optional()
        .describe(
          `The same as a number of days, 1 to ${LONGEST}, from the plan that makes the activation. Default of both: AWS's own, 24 hours.`,
        ),
      description: text(ACTIVATION_DESCRIPTION)
        .optional()
        .describe("Description of the activation, at most 256 characters. Default: none."),
      default_instance_name: text(INSTANCE_NAME)
        .optional()
        .describe("Name that each machine has in Systems Manager. Default: none."),
      tags: tags()
        .default({})
        .describe("Tags of the machines that register, besides those of the account. Default: none."),
      by_runbook: z
        .boolean()
        .default(false)
        .describe("Leave it to the runbook, so that its code is in no Terraform state: Terraform then makes none."),
    })
    .refine((e) => e.expiration_date === undefined || e.expires_in_days === undefined, {
      error: "must not have both expiration_date and expires_in_days",
      params: {
        code: "expiry",
        terraform: (e) => `${e}.expiration_date == null || ${e}.expires_in_days == null`,
        fix: "Remove one of the two.",
      } satisfies RuleParams,
    }),
);

type Entries = z.output<typeof entries>;

/** JavaScript makes the 2nd of March of the 30th of February. */
function isOfCalendar(date: string): boolean {
  return new Date(date).toISOString().slice(0, 10) === date.slice(0, 10);
}

/** The rules between an activation and its role, in the words of faults and preconditions. */
export const ACTIVATION_RULES = {
  roleTooLong: `must make a role's path and name of at most ${LONGEST_ROLE} characters together, which is all that an activation takes`,
  region: "must be made in a region that trust.regions lists, or no machine could use the role",
  expiry: `must expire in the future, at most ${LONGEST} days after it is made`,
};

/** The role as an activation takes it: with its path, without the first slash. */
const iamRole = `trimprefix("\${local.path}\${local.role_name}", "/")`;
/** The entries that Terraform makes. */
const byTerraform = `{ for k, e in var.${NAME} : k => e if !e.by_runbook }`;
/** The moment in which an entry was first planned, or changed. */
const made = `terraform_data.${NAME}[each.key].input`;
const expiry =
  "each.value.expires_in_days == null ? each.value.expiration_date : " +
  `timeadd(${made}, "\${24 * coalesce(each.value.expires_in_days, 0)}h")`;

/**
 * Hybrid activations: with the id and code of one, a machine outside AWS registers and uses the role.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
 */
export const activations = {
  name: NAME,
  entries,
  description:
    "Hybrid activations, with which machines register. Terraform keeps their codes in its state. Key: a label of your own. Off when empty.",
  check,
  build(scope, attachments) {
    // Remembers when each entry was made, so that its expiry is the same in every later plan.
    new LiteralBlock(scope, "resource", "terraform_data", {
      [NAME]: {
        for_each: expression(byTerraform),
        input: expression("plantimestamp()"),
        triggers_replace: [
          expression("each.value.registration_limit"),
          expression("each.value.expiration_date"),
          expression("each.value.expires_in_days"),
          expression("each.value.description"),
          expression("each.value.default_instance_name"),
          expression("each.value.tags"),
          expression(iamRole),
        ],
        lifecycle: { ignore_changes: ["input"] },
      },
    });
    const activation = new SsmActivation(scope, `ssm_${NAME}`, {
      iamRole: expression(`trimprefix("\${${ROLE}.path}\${${ROLE}.name}", "/")`),
      name: expression("each.value.default_instance_name"),
      description: expression("each.value.description"),
      registrationLimit: expression("each.value.registration_limit") as unknown as number,
      expirationDate: expression(expiry),
      tags: expression("each.value.tags") as unknown as Record<string, string>,
      forEach: each(byTerraform),
      lifecycle: {
        precondition: preconditions(),
        // So that any change, and a rotation, makes it anew with an expiry of its own.
        replaceTriggeredBy: [`terraform_data.${NAME}[each.key]`],
        // A new tag of the whole account would end all codes, and could not make one anew that has expired.
        ignoreChanges: ["tags", "tags_all"],
      },
    });
    literalResource(activation, NAME).addOverride("depends_on", attachments);
    const all = (attribute: string) => expression(`{ for k, a in aws_ssm_activation.${NAME} : k => a.${attribute} }`);
    return {
      outputs: {
        activation_ids: { value: all("id"), description: "Id of each activation, by label." },
        activation_codes: {
          value: all("activation_code"),
          description:
            "Code of each activation, by label: a secret, with which anybody can register a machine until it expires.",
          sensitive: true,
        },
      },
    };
  },
} satisfies Feature<typeof entries>;

/** Whether the role may be used by activations of a region. */
export function trusts(regions: readonly string[], region: string): boolean {
  return regions.length === 0 || regions.includes(region);
}

function check(map: Entries, { path, name, region, trustedRegions }: RoleContext): PathFault[] {
  const labels = Object.keys(map);
  if (labels.length === 0) return [];
  const faults: PathFault[] = [];
  const role = `${path}${name}`.slice(1);
  if (role.length > LONGEST_ROLE) {
    const rule = `${ACTIVATION_RULES.roleTooLong}; this makes ${role.length}.`;
    faults.push(
      faultAt([NAME], {
        code: "activation_role",
        value: role,
        rule,
        fix: "Shorten role.path or role.name.",
        page: PAGE,
      }),
    );
  }
  if (!trusts(trustedRegions, region)) {
    const fix = `Add ${region} to trust.regions: activations are made in the account's own region.`;
    faults.push(
      faultAt([NAME], { code: "activation_region", value: region, rule: `${ACTIVATION_RULES.region}.`, fix }),
    );
  }
  return faults;
}

function preconditions() {
  return [
    {
      condition: expression(`length(${iamRole}) <= ${LONGEST_ROLE}`),
      errorMessage: `${NAME}: ${ACTIVATION_RULES.roleTooLong}.`,
    },
    {
      condition: expression(
        `each.value.expiration_date == null ? true : timecmp(each.value.expiration_date, ${made}) > 0 && ` +
          `timecmp(each.value.expiration_date, timeadd(${made}, "${24 * LONGEST}h")) <= 0`,
      ),
      errorMessage: `${NAME}[\${jsonencode(each.key)}].expiration_date = \${jsonencode(each.value.expiration_date)} ${ACTIVATION_RULES.expiry}.`,
    },
  ];
}
