import { partitionOf } from "../aws/partitions";
import type { Account } from "../config/account";
import { InvalidInputError } from "../input/errors";
import { errorAt, type Finding, suggestion } from "../input/issues";
import type { StepOf } from "./procedure";

const API = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html";

/** Key of the tag of a secret that a renewal can write. The value is `<account>/<label>`, as in the file. */
export const SECRET_TAG = "hybrid-activation";

/** When to renew an activation, and where to store its code. Both fields are required. */
export interface ActivationRenewal {
  /**
   * Conditions, such as `expired,full,7d`. Any of them triggers a renewal. `7d` means that the activation expires in
   * less than seven days, or has expired. `<n>d` must be less than the entry's `expires_in_days`.
   */
  readonly renewIf?: string | undefined;
  /** `secretsmanager:<name of the secret>`, in the activation's account and region. A missing secret is created. */
  readonly deliver?: string | undefined;
}

const RENEW_IF = "--renew-if";
const DELIVER = "--deliver";
const CONDITIONS = ["expired", "full"];
const EXAMPLES = { [RENEW_IF]: "expired,full,7d", [DELIVER]: "secretsmanager:hybrid/line-1" };

/**
 * Returns the step of a renewal that decides whether a new activation is needed.
 * @param label - label of the entry in `activations`
 * @throws InvalidInputError if an option is missing or wrong, or if the entry cannot be renewed
 */
export function renewalStep(
  account: Account,
  label: string,
  entry: Account["fields"]["activations"][string],
  region: string,
  { renewIf, deliver }: ActivationRenewal,
): StepOf<"renew"> {
  const { name: accountName, fields } = account;
  const fail = (path: readonly string[], finding: Finding): never => {
    throw new InvalidInputError([{ ...errorAt(path, finding), account: accountName }]);
  };
  const wrong = (option: string, finding: Omit<Finding, "code">): never => {
    const code = option === DELIVER ? "deliver" : "renew_if";
    throw new InvalidInputError([{ field: option, code, ...finding, account: accountName }]);
  };
  const required = (option: keyof typeof EXAMPLES, other: string, value: string | undefined): string =>
    value ?? wrong(option, { rule: `is required with ${other}.`, fix: `Add ${option} ${EXAMPLES[option]}.` });

  const conditions = required(RENEW_IF, DELIVER, renewIf).split(",");
  const secret = secretName(required(DELIVER, RENEW_IF, deliver), wrong);
  const unknown = conditions.find((one) => !CONDITIONS.includes(one) && !/^[1-9][0-9]?d$/.test(one));
  if (unknown !== undefined) {
    const otherwise = `Write one or more of these, such as ${EXAMPLES[RENEW_IF]}.`;
    const fix = /^[0-9]+$/.test(unknown) ? `Did you mean ${unknown}d?` : suggestion(unknown, CONDITIONS, otherwise);
    wrong(RENEW_IF, { value: unknown, rule: "must be expired, full or a number of days, 1d to 29d.", fix });
  }

  const at = (field: string) => ["activations", label, field];
  if (!entry.by_runbook) {
    const rule = "must be true for a renewal, because Terraform creates the activation otherwise.";
    fail(at("by_runbook"), { code: "renewal", value: entry.by_runbook, rule, fix: "Write by_runbook: true." });
  }
  if (entry.expiration_date !== undefined) {
    const rule = "must not be set for a renewal: the next activation would have the same date.";
    const fix = "Write expires_in_days instead.";
    fail(at("expiration_date"), { code: "renewal", value: entry.expiration_date, rule, fix });
  }
  const days = Math.max(0, ...conditions.map((one) => Number.parseInt(one, 10) || 0));
  // The default of AWS is 24 hours.
  const life = entry.expires_in_days ?? 1;
  if (days >= life) {
    const rule = `must be more than the ${days} days of ${RENEW_IF} (default 1). Otherwise each run would create a new activation.`;
    const fix = days < 30 ? `Write expires_in_days: ${Math.min(30, days + 7)}, or fewer days.` : "Write fewer days.";
    fail(at("expires_in_days"), { code: "renewal", value: entry.expires_in_days, rule, fix });
  }
  return {
    kind: "renew",
    title: "Check whether a new activation is needed: read the secret's tags and versions, not its value",
    conditions,
    expired: conditions.includes("expired"),
    full: conditions.includes("full"),
    days,
    secret,
    secretArn: `arn:${partitionOf(region)}:secretsmanager:${region}:${fields.id}:secret:${secret}`,
    mark: { Key: SECRET_TAG, Value: `${accountName}/${label}` },
  };
}

type Wrong = (option: string, finding: Omit<Finding, "code">) => never;

function secretName(deliver: string, wrong: Wrong): string {
  const [, service = "", name = ""] = /^([^:]*):?(.*)$/s.exec(deliver) ?? [];
  const write = `Write ${DELIVER} ${EXAMPLES[DELIVER]}.`;
  if (/^(ssm|parameter-?store)$/i.test(service)) {
    const rule =
      "must not be Parameter Store: AmazonSSMManagedInstanceCore, which every machine has, allows ssm:GetParameter for every parameter.";
    const page = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html";
    return wrong(DELIVER, { value: deliver, rule, fix: write, page });
  }
  if (service !== "secretsmanager" || name === "") {
    const rule = "must be secretsmanager:<name of the secret>.";
    return wrong(DELIVER, { value: deliver, rule, fix: write });
  }
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) {
    const rule = "must have a secret name of 1 to 512 letters, digits or any of / _ + = . @ -";
    return wrong(DELIVER, { value: deliver, rule, fix: "Choose another name.", page: API });
  }
  if (/-.{6}$/.test(name)) {
    const rule =
      "must not end with a hyphen and six characters: Secrets Manager adds such a suffix to the ARN of each secret, and could confuse two secrets.";
    return wrong(DELIVER, { value: deliver, rule, fix: "Choose another name.", page: API });
  }
  return name;
}
