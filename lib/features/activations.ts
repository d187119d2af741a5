import { SsmActivation } from "@cdktf/provider-aws/lib/ssm-activation";
import type { TerraformProvider } from "cdktf";
import { z } from "zod";
import { partitionOf } from "../aws/partitions";
import { errorAt, type FieldError } from "../input/issues";
import { ACTIVATION_DESCRIPTION, EXPIRATION_DATE, INSTANCE_NAME, LABEL, type RuleParams } from "../input/rules";
import { knownRegion, stated, tags, text, wholeNumber } from "../input/schemas";
import { forEach, LiteralBlock, literalResource, type Precondition } from "../terraform/blocks";
import { code, expression, hcl, ROLE, ROLE_MADE, typed } from "../terraform/hcl";
import type { EntryWords, Feature, RoleContext } from "./feature";

const NAME = "activations" as const;
const PURPOSE = "Hybrid activations, with which machines register";
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
      region: knownRegion()
        .optional()
        .describe(
          "Region in which the activation is made, and in which Systems Manager then has the machines. Default: the account's region.",
        ),
      by_runbook: stated(
        z
          .boolean()
          .default(false)
          .describe("Leave it to the runbook, so that its code is in no Terraform state: Terraform then makes none."),
      ),
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
type Entry = Entries[string];

/** JavaScript makes the 2nd of March of the 30th of February. */
function isOfCalendar(date: string): boolean {
  return new Date(date).toISOString().slice(0, 10) === date.slice(0, 10);
}

/** The rules between an activation and its role. */
const RULES = {
  roleTooLong: `must result in a role path and name of at most ${LONGEST_ROLE} characters together: an activation takes no more`,
  region: "must be in a region of trust.regions, or no machine could use the role",
  expiry: `must expire in the future, at most ${LONGEST} days after it is created`,
};

/** The role as an activation takes it: with its path, without the first slash. */
const IAM_ROLE = `trimprefix("\${local.path}\${local.role_name}", "/")`;
/** The entries that Terraform makes. */
const byTerraform = (where = "") => code(`{ for k, e in var.${NAME} : k => e if e.by_runbook != true${where} }`);
const BY_TERRAFORM = byTerraform();
/** The moment in which an entry was first planned, or changed. */
const MADE = `terraform_data.${NAME}[each.key].input`;
/** Whether the date of an entry has passed. */
const hasPassed = (entry: string) =>
  `(${entry}.expiration_date == null ? false : timecmp(${entry}.expiration_date, plantimestamp()) <= 0)`;
/** How long an activation lives that was deleted by hand after its date: AWS takes no moment of the past. */
const REMNANT = { terraform: "5m", words: "five minutes" };
/** Of an activation that this very plan makes: later plans ignore it. */
const EXPIRY =
  'each.value.expires_in_days != null ? timeadd(plantimestamp(), "${24 * coalesce(each.value.expires_in_days, 0)}h") : ' +
  `${hasPassed("each.value")} ? timeadd(timestamp(), "${REMNANT.terraform}") : each.value.expiration_date`;

/**
 * Hybrid activations: with the id and code of one, a machine outside AWS registers and uses the role.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
 */
export const activations = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}. Terraform keeps their codes in its state. Key: a label of your own. Off when empty.`,
  title: "Activations",
  // The first remembers when each activation was made; nothing in AWS.
  resources: ["terraform_data", "aws_ssm_activation"],
  check,
  notices: (map) =>
    Object.values(map).some(({ by_runbook }) => !by_runbook)
      ? [
          {
            code: "codes-in-state",
            text: "The state holds activation codes: whoever reads it can register machines until they expire.",
          },
        ]
      : [],
  words,
  build(scope, { attachments, tags, providers }) {
    // Remembers when each entry was made, so that a date that has passed since is no error, and sees what an entry changes.
    new LiteralBlock(scope, "resource", `terraform_data.${NAME}`, {
      for_each: expression(BY_TERRAFORM),
      input: expression("plantimestamp()"),
      triggers_replace: [
        expression("each.value.registration_limit"),
        expression("each.value.expiration_date"),
        expression("each.value.expires_in_days"),
        expression("each.value.description"),
        expression("each.value.default_instance_name"),
        expression("each.value.tags"),
        expression(IAM_ROLE),
      ],
      lifecycle: { ignore_changes: ["input"], replace_triggered_by: [ROLE_MADE] },
    });
    const regions = Object.keys(providers);
    new LiteralBlock(scope, "locals", "other_regions", regions);
    const inOwnRegion = regions.length > 0 ? ' && !contains(local.other_regions, coalesce(e.region, "-"))' : "";
    const make = (name: string, provider: TerraformProvider | undefined, where: string) => {
      const activation = new SsmActivation(scope, `ssm_${name}`, {
        ...(provider && { provider }),
        iamRole: expression(`trimprefix("\${${ROLE}.path}\${${ROLE}.name}", "/")`),
        name: expression("each.value.default_instance_name"),
        description: expression("each.value.description"),
        registrationLimit: typed<number>(expression("each.value.registration_limit")),
        expirationDate: expression(EXPIRY),
        tags: typed<Record<string, string>>(expression("each.value.tags")),
        forEach: forEach(byTerraform(where)),
        lifecycle: {
          precondition: preconditions(),
          // So that any change, and a rotation, makes it anew with an expiry of its own.
          replaceTriggeredBy: [`terraform_data.${NAME}[each.key]`],
          // A new tag of the whole account would end all codes, and the expiry counts from when it is made. What an entry changes of both,
          // terraform_data sees.
          ignoreChanges: ["tags", "tags_all", "expiration_date"],
        },
      });
      activation.addOverride("depends_on", attachments);
      literalResource(activation, name, tags && hcl`merge(${tags}, each.value.tags)`);
      return name;
    };
    const made = [
      make(NAME, undefined, inOwnRegion),
      ...Object.entries(providers).map(([region, provider]) =>
        make(`${NAME}_${region}`, provider, ` && e.region == ${JSON.stringify(region)}`),
      ),
    ];
    new LiteralBlock(scope, "check", "activation_dates", { assert: [NOT_PASSED] });
    const all = (attribute: string) => {
      const maps = made.map((name) => `{ for k, a in aws_ssm_activation.${name} : k => a.${attribute} }`);
      return expression(maps.length === 1 ? (maps[0] as string) : `merge(${maps.join(", ")})`);
    };
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

/** A warning only: nothing else of the account may wait for an entry whose date has passed. */
const NOT_PASSED = {
  condition: expression(`alltrue([for e in values(${BY_TERRAFORM.code}) : !${hasPassed("e")}])`),
  error_message:
    `${NAME}: expiration_date has passed in \${join(", ", [for k, e in ${BY_TERRAFORM.code} : k if ${hasPassed("e")}])}: no machine ` +
    `registers with it any more. Give it a later date, or remove it. Where somebody deleted the activation, Terraform makes it anew for ` +
    `${REMNANT.words}, as AWS takes no date of the past.`,
};

function words({
  registration_limit: limit,
  expiration_date: date,
  expires_in_days: days,
  ...entry
}: Entry): EntryWords {
  const until = date ? `until ${date}` : days ? `for ${days} days after it is made` : "for 24 hours after it is made";
  const tagList = Object.entries(entry.tags).map(([key, value]) => `${key} = ${value}`);
  return {
    text: `${limit === 1 ? "One machine" : `Up to ${limit} machines`} may register with it, ${until}.`,
    terms: [
      ["Region", entry.region],
      ["Made by", entry.by_runbook ? "the runbook: its code is in no state" : "Terraform, whose state holds its code"],
      ["Description", entry.description],
      ["Machines' name", entry.default_instance_name],
      ["Machines' tags", tagList.join(", ")],
    ],
  };
}

/** Whether the role may be used by activations of a region. */
export function trusts(regions: readonly string[], region: string): boolean {
  return regions.length === 0 || regions.includes(region);
}

function check(map: Entries, { path, name, partition, region, trustedRegions }: RoleContext): FieldError[] {
  const labels = Object.keys(map);
  if (labels.length === 0) return [];
  const errors: FieldError[] = [];
  const role = `${path}${name}`.slice(1);
  if (role.length > LONGEST_ROLE) {
    const rule = `${RULES.roleTooLong}; this one has ${role.length}.`;
    errors.push(
      errorAt([NAME], {
        code: "activation_role",
        value: role,
        rule,
        fix: "Shorten role.path or role.name.",
        page: PAGE,
      }),
    );
  }
  // Entries without a region are one error. No label is empty.
  const places = new Map(
    Object.entries(map).map(([label, { region: own }]) => [own === undefined ? "" : label, own] as const),
  );
  for (const [label, own] of places) {
    const value = own ?? region;
    const at = own === undefined ? [NAME] : [NAME, label, "region"];
    if (partitionOf(value) !== partition) {
      const rule = `must be a region of the account's own partition, ${partition}.`;
      errors.push(errorAt(at, { code: "partition", value, rule, fix: "Name another region, or leave it out." }));
    } else if (!trusts(trustedRegions, value)) {
      const fix = `Add ${value} to trust.regions${own === undefined ? ", or give each activation a region that is in it" : ""}.`;
      errors.push(errorAt(at, { code: "activation_region", value, rule: `${RULES.region}.`, fix }));
    }
  }
  return errors;
}

/** What an account has in regions. */
interface Regional {
  readonly region: string;
  readonly activations: Entries;
  readonly instance_tier: Readonly<Record<string, unknown>>;
}

/**
 * The regions that an account uses, its own first: those of activations and of `instance_tier`. An activation of the runbook counts: to
 * delete the last activation of a region, Terraform needs the region's provider once more.
 */
export function regionsOf({ activations, instance_tier: tiers, region: own }: Regional): string[] {
  const used = [...Object.values(activations).flatMap(({ region }) => region ?? []), ...Object.keys(tiers)];
  return [own, ...[...new Set(used)].filter((region) => region !== own).sort()];
}

/**
 * Requirement of a root module or module: each activation is in a region that it has a provider for and that the role's trust names. A
 * pipeline may add activations by `-var-file`.
 * @param trusted - whether the trust names the account's own region
 */
export function activationRegions(trusted: boolean): Precondition {
  const inOwn = "(e.region == null ? true : e.region == local.region)";
  return {
    condition: expression(
      `alltrue([for e in values(${BY_TERRAFORM.code}) : ${inOwn} ? ${trusted} : contains(local.other_regions, e.region)])`,
    ),
    errorMessage:
      `${NAME}: ${RULES.region}, and that there is a provider for: ` +
      `\${join(", ", compact(concat([${trusted ? "local.region" : ""}], local.other_regions)))}.`,
  };
}

/** The same of the module's trust, which is known at plan. */
export const ACTIVATIONS_TRUSTED: Precondition = {
  condition: expression(
    `length(var.${NAME}) == 0 || length(var.trust_regions) == 0 || ` +
      "(var.region == null ? true : contains(var.trust_regions, var.region))",
  ),
  errorMessage: `${NAME}: ${RULES.region}.`,
};

function preconditions(): Precondition[] {
  return [
    {
      condition: expression(`length(${IAM_ROLE}) <= ${LONGEST_ROLE}`),
      errorMessage: `${NAME}: ${RULES.roleTooLong}.`,
    },
    {
      condition: expression(
        `each.value.expiration_date == null ? true : timecmp(each.value.expiration_date, ${MADE}) > 0 && ` +
          `timecmp(each.value.expiration_date, timeadd(${MADE}, "${24 * LONGEST}h")) <= 0`,
      ),
      errorMessage: `${NAME}[\${jsonencode(each.key)}].expiration_date = \${jsonencode(each.value.expiration_date)} ${RULES.expiry}.`,
    },
  ];
}
