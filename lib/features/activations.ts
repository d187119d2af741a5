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
const PURPOSE = "Hybrid activations that machines register with";
const PAGE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html";
/** Maximum lifetime of an activation, in days. */
const MAX_DAYS = 30;
/** Maximum length of `IamRole` in CreateActivation. */
const MAX_ROLE_LENGTH = 64;

const entries = z.record(
  text(LABEL),
  z
    .strictObject({
      registration_limit: wholeNumber("registration_limit", 1, 1000, PAGE)
        .default(1)
        .describe("Number of machines that can register with it: 1 to 1,000."),
      expiration_date: text(EXPIRATION_DATE)
        .refine((date) => !EXPIRATION_DATE.pattern.test(date) || isCalendarDate(date), {
          error: "must be a valid calendar date",
          params: {
            code: EXPIRATION_DATE.code,
            terraform: (date) => `can(timeadd(${date}, "0s"))`,
            fix: "Correct the day or the month.",
          } satisfies RuleParams,
        })
        .optional()
        .describe(
          `Time until which machines can register, in RFC 3339 format and UTC. At most ${MAX_DAYS} days after the activation is created.`,
        ),
      expires_in_days: wholeNumber("expires_in_days", 1, MAX_DAYS, PAGE)
        .optional()
        .describe(
          `Lifetime in days, 1 to ${MAX_DAYS}, from the plan that creates the activation. Without both fields, AWS sets 24 hours.`,
        ),
      description: text(ACTIVATION_DESCRIPTION)
        .optional()
        .describe("Description of the activation, at most 256 characters. Default: none."),
      default_instance_name: text(INSTANCE_NAME)
        .optional()
        .describe("Name of each machine in Systems Manager. Default: none."),
      tags: tags()
        .default({})
        .describe("Tags of the machines that register, in addition to the account's tags. Default: none."),
      region: knownRegion()
        .optional()
        .describe(
          "Region in which the activation is created and Systems Manager manages the machines. Default: the account's region.",
        ),
      by_runbook: stated(
        z
          .boolean()
          .default(false)
          .describe(
            "Whether the runbook creates the activation instead of Terraform. Its code is then in no Terraform state.",
          ),
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

/** Returns whether the calendar has a date. JavaScript parses February 30 as March 2. */
function isCalendarDate(date: string): boolean {
  return new Date(date).toISOString().slice(0, 10) === date.slice(0, 10);
}

/** Rules for an activation and its role. */
const RULES = {
  roleTooLong: `must result in a role path and name of at most ${MAX_ROLE_LENGTH} characters together, which is the limit of an activation`,
  region: "must be in a region of trust.regions, because machines cannot use the role otherwise",
  expiry: `must expire in the future, at most ${MAX_DAYS} days after it is created`,
};

/** `IamRole` of an activation: the role's path and name, without the leading slash. */
const IAM_ROLE = `trimprefix("\${local.path}\${local.role_name}", "/")`;
/** Expression for the entries that Terraform creates. */
const byTerraform = (where = "") => code(`{ for k, e in var.${NAME} : k => e if e.by_runbook != true${where} }`);
const BY_TERRAFORM = byTerraform();
/** Expression for the time when an entry was first planned, or last changed. */
const CREATED_AT = `terraform_data.${NAME}[each.key].input`;
/** Expression for whether an entry's date has passed. */
const hasPassed = (entry: string) =>
  `(${entry}.expiration_date == null ? false : timecmp(${entry}.expiration_date, plantimestamp()) <= 0)`;
/** Lifetime of an activation that is recreated after its date has passed: AWS does not accept a time in the past. */
const RECREATED_LIFETIME = { terraform: "5m", words: "five minutes" };
/** Expression for the expiry of a new activation. Later plans ignore it. */
const EXPIRY =
  'each.value.expires_in_days != null ? timeadd(plantimestamp(), "${24 * coalesce(each.value.expires_in_days, 0)}h") : ' +
  `${hasPassed("each.value")} ? timeadd(timestamp(), "${RECREATED_LIFETIME.terraform}") : each.value.expiration_date`;

/**
 * Hybrid activations. A machine outside AWS registers with an activation's id and code, and then uses the role.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
 */
export const activations = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}. The Terraform state contains their codes. Key: a label of your choice. Off when empty.`,
  title: "Activations",
  // terraform_data records when each activation was created. It creates nothing in AWS.
  resources: ["terraform_data", "aws_ssm_activation"],
  check,
  notices: (map) =>
    Object.values(map).some(({ by_runbook }) => !by_runbook)
      ? [
          {
            code: "codes-in-state",
            text: "The state contains activation codes. Anyone who can read it can register machines until the codes expire.",
          },
        ]
      : [],
  words,
  build(scope, { attachments, tags, providers }) {
    // Records when each entry was created, so that a date that passes later is not an error. Also detects changes.
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
    const create = (name: string, provider: TerraformProvider | undefined, where: string) => {
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
          // Any change, and a rotation, replaces the activation and its expiry.
          replaceTriggeredBy: [`terraform_data.${NAME}[each.key]`],
          // A new tag of the account must not invalidate all codes, and the expiry counts from creation. terraform_data
          // detects changes of an entry's tags and expiry.
          ignoreChanges: ["tags", "tags_all", "expiration_date"],
        },
      });
      activation.addOverride("depends_on", attachments);
      literalResource(activation, name, tags && hcl`merge(${tags}, each.value.tags)`);
      return name;
    };
    const names = [
      create(NAME, undefined, inOwnRegion),
      ...Object.entries(providers).map(([region, provider]) =>
        create(`${NAME}_${region}`, provider, ` && e.region == ${JSON.stringify(region)}`),
      ),
    ];
    new LiteralBlock(scope, "check", "activation_dates", { assert: [NOT_PASSED] });
    const all = (attribute: string) => {
      const maps = names.map((name) => `{ for k, a in aws_ssm_activation.${name} : k => a.${attribute} }`);
      return expression(maps.length === 1 ? (maps[0] as string) : `merge(${maps.join(", ")})`);
    };
    return {
      outputs: {
        activation_ids: { value: all("id"), description: "Id of each activation, by label." },
        activation_codes: {
          value: all("activation_code"),
          description:
            "Code of each activation, by label. It is a secret: anyone can register a machine with it until it expires.",
          sensitive: true,
        },
      },
    };
  },
} satisfies Feature<typeof entries>;

/** Only a warning: an entry whose date has passed must not block changes of the account. */
const NOT_PASSED = {
  condition: expression(`alltrue([for e in values(${BY_TERRAFORM.code}) : !${hasPassed("e")}])`),
  error_message:
    `${NAME}: expiration_date has passed in \${join(", ", [for k, e in ${BY_TERRAFORM.code} : k if ${hasPassed("e")}])}. Machines can no ` +
    `longer register with it. Set a later date, or remove the entry. If somebody deleted the activation, Terraform recreates it for ` +
    `${RECREATED_LIFETIME.words}, because AWS does not accept a date in the past.`,
};

function words({
  registration_limit: limit,
  expiration_date: date,
  expires_in_days: days,
  ...entry
}: Entry): EntryWords {
  const until = date
    ? `until ${date}`
    : days
      ? `for ${days} days after the activation is created`
      : "for 24 hours after the activation is created";
  const tagList = Object.entries(entry.tags).map(([key, value]) => `${key} = ${value}`);
  return {
    text: `${limit === 1 ? "One machine" : `Up to ${limit} machines`} can register ${until}.`,
    terms: [
      ["Region", entry.region],
      [
        "Created by",
        entry.by_runbook ? "the runbook; no state contains its code" : "Terraform; the state contains its code",
      ],
      ["Description", entry.description],
      ["Machine name", entry.default_instance_name],
      ["Machine tags", tagList.join(", ")],
    ],
  };
}

/** Returns whether activations of a region can use the role. */
export function trusts(regions: readonly string[], region: string): boolean {
  return regions.length === 0 || regions.includes(region);
}

function check(map: Entries, { path, name, partition, region, trustedRegions }: RoleContext): FieldError[] {
  const labels = Object.keys(map);
  if (labels.length === 0) return [];
  const errors: FieldError[] = [];
  const role = `${path}${name}`.slice(1);
  if (role.length > MAX_ROLE_LENGTH) {
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
  // Entries without a region share one error. A label is never empty.
  const places = new Map(
    Object.entries(map).map(([label, { region: own }]) => [own === undefined ? "" : label, own] as const),
  );
  for (const [label, own] of places) {
    const value = own ?? region;
    const at = own === undefined ? [NAME] : [NAME, label, "region"];
    if (partitionOf(value) !== partition) {
      const rule = `must be a region of the account's partition, ${partition}.`;
      errors.push(errorAt(at, { code: "partition", value, rule, fix: "Specify another region, or remove this one." }));
    } else if (!trusts(trustedRegions, value)) {
      const fix = `Add ${value} to trust.regions${own === undefined ? ", or set a region of that list for each activation" : ""}.`;
      errors.push(errorAt(at, { code: "activation_region", value, rule: `${RULES.region}.`, fix }));
    }
  }
  return errors;
}

/** Fields of an account that have regions. */
interface Regional {
  readonly region: string;
  readonly activations: Entries;
  readonly instance_tier: Readonly<Record<string, unknown>>;
}

/**
 * Returns the regions that an account uses in activations and in `instance_tier`, with its own region first.
 * Activations of the runbook count too: Terraform needs a region's provider to delete the last activation in it.
 */
export function regionsOf({ activations, instance_tier: tiers, region: own }: Regional): string[] {
  const used = [...Object.values(activations).flatMap(({ region }) => region ?? []), ...Object.keys(tiers)];
  return [own, ...[...new Set(used)].filter((region) => region !== own).sort()];
}

/**
 * Returns the precondition that each activation is in a region that has a provider and that the role's trust policy
 * allows. A pipeline can add activations with `-var-file`.
 * @param trusted - whether the trust policy allows the account's own region
 */
export function activationRegions(trusted: boolean): Precondition {
  const inOwn = "(e.region == null ? true : e.region == local.region)";
  return {
    condition: expression(
      `alltrue([for e in values(${BY_TERRAFORM.code}) : ${inOwn} ? ${trusted} : contains(local.other_regions, e.region)])`,
    ),
    errorMessage:
      `${NAME}: must be in a region of trust.regions that has a provider: ` +
      `\${join(", ", compact(concat([${trusted ? "local.region" : ""}], local.other_regions)))}.`,
  };
}

/** The same precondition for the module, whose trust regions are known only at plan. */
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
      condition: expression(`length(${IAM_ROLE}) <= ${MAX_ROLE_LENGTH}`),
      errorMessage: `${NAME}: ${RULES.roleTooLong}.`,
    },
    {
      condition: expression(
        `each.value.expiration_date == null ? true : timecmp(each.value.expiration_date, ${CREATED_AT}) > 0 && ` +
          `timecmp(each.value.expiration_date, timeadd(${CREATED_AT}, "${24 * MAX_DAYS}h")) <= 0`,
      ),
      errorMessage: `${NAME}[\${jsonencode(each.key)}].expiration_date = \${jsonencode(each.value.expiration_date)} ${RULES.expiry}.`,
    },
  ];
}
