import { isOfAccount } from "../aws/arn";
import { type Partition, partitionOf } from "../aws/partitions";
import { InvalidInputError } from "../input/errors";
import { errorAt, type FieldError, fieldErrors } from "../input/issues";
import { type Fields, isFields } from "../input/merged";
import { inProgram, toCamel, toSnake } from "../input/names";
import { ACCOUNT_ID, PLACEHOLDER_PATTERN } from "../input/rules";
import type { AccountProps } from "../props";
import { ServiceRole } from "../role/service-role";
import { type AccountFields, accountSchema, type FleetAccount } from "./schema";

/** A validated account. Code that receives it does not validate it again. */
export interface Account {
  /** Name of the account in the file, and of its stack, folder and state. */
  readonly name: string;
  readonly fields: AccountFields;
  readonly serviceRole: ServiceRole;
}

/** The readable part of an account, and its errors. */
export interface ParsedAccount {
  /** Fields with an error have their defaults. @default - too many fields have errors */
  readonly account?: Account;
  readonly errors: readonly FieldError[];
}

const PLACEHOLDER = new RegExp(PLACEHOLDER_PATTERN, "g");

/** Replaces `{account_id}`, `{account_name}`, `{region}` and `{partition}` in every string with the account's values. */
export function expandPlaceholders<Value>(
  value: Value,
  name: string,
  account: { id?: unknown; region?: unknown },
): Value {
  // An invalid id or region is one error, not one more in each string that uses it.
  const id = typeof account.id === "string" && ACCOUNT_ID.pattern.test(account.id) ? account.id : "000000000000";
  const region = typeof account.region === "string" ? account.region : "us-east-1";
  const values: Fields = { account_id: id, account_name: name, region, partition: partitionOf(region) ?? "aws" };
  const expand = (inner: unknown): unknown => {
    if (typeof inner === "string") {
      return inner.includes("{") ? inner.replace(PLACEHOLDER, (_, key) => String(values[key])) : inner;
    }
    if (Array.isArray(inner)) return inner.map(expand);
    return isFields(inner) ? Object.fromEntries(Object.entries(inner).map(([key, one]) => [key, expand(one)])) : inner;
  };
  // Strings stay strings: the value keeps its type.
  return expand(value) as Value;
}

/** Returns errors for strings that are a CDKTF token after their placeholders are replaced: CDKTF would look up its value. */
function tokensIn(value: unknown, path: readonly string[] = []): FieldError[] {
  if (typeof value === "string") {
    const rule =
      "must not contain TfToken[ after {account_name} is replaced: CDKTF would replace it with another value.";
    const finding = { code: "template", value, rule, fix: "Rename the account, or write the value itself." };
    return value.includes("TfToken[") ? [errorAt(path, finding)] : [];
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => tokensIn(inner, [...path, key]))
    : [];
}

/** Validates an account, after the defaults are merged, field by field and then as a whole. */
export function parseAccount(name: string, merged: Fields): ParsedAccount {
  const expanded = expandPlaceholders(merged, name, merged);
  const result = accountSchema.safeParse(expanded);
  const errors = [...fieldErrors(accountSchema, expanded, result.error), ...tokensIn(expanded)];
  // Also check rules across fields, without the fields that have errors.
  const data = result.data ?? withoutErrors(expanded);
  if (!data) return { errors };
  // The defaults of a state contain placeholders.
  const fields = { ...data, state: expandPlaceholders(data.state, name, data) };
  const { id, region, role, trust } = fields;
  const identity = { accountId: id, partition: partitionOf(region) as Partition, path: role.path, name: role.name };
  const serviceRole = new ServiceRole(identity, region, role, trust, fields);
  const account = { name, fields, serviceRole };
  return {
    account,
    errors: [...errors, ...serviceRole.check(), ...checkDeployRole(account), ...checkIgnoredTags(account)],
  };
}

/** Validated account of each result of {@link fleetAccount}. */
const validated = new WeakMap<object, Account>();

/** Returns a validated account in the form for programs. It is frozen, because {@link accountOf} would not notice a change. */
export function fleetAccount(account: Account): FleetAccount {
  const props = frozen(toCamel(accountSchema, account.fields));
  validated.set(props, account);
  return props;
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

/**
 * Returns the validated account for a program's props. Those from {@link fleetAccount} are valid already; others are validated here.
 * @throws InvalidInputError with every error of the account
 */
export function accountOf(name: string, props: AccountProps): Account {
  const known = validated.get(props);
  if (known) return known.name === name ? known : { ...known, name };
  const { account, errors } = parseAccount(name, toSnake(accountSchema, props));
  if (!account || errors.length > 0) {
    throw new InvalidInputError(errors.map((error) => ({ ...inProgram(accountSchema, error), account: name })));
  }
  return account;
}

/** Returns the account without the entries that zod rejects. @returns `undefined` if nothing useful remains */
function withoutErrors(value: object): AccountFields | undefined {
  const copy = structuredClone(value);
  for (let round = 0; round < 4; round++) {
    const { data, error } = accountSchema.safeParse(copy);
    if (data) return data;
    for (const { path, ...issue } of error.issues.toReversed()) {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
      for (const key of keys) remove(copy, (key === undefined ? path : [...path, key]).map(String));
    }
  }
  return undefined;
}

/** Removes a field, or the entry in which it is missing. */
function remove(root: object, path: readonly string[]): void {
  const name = path.at(-1);
  if (name === undefined) return;
  const parent = path.slice(0, -1).reduce<unknown>((inner, key) => (inner as Fields | undefined)?.[key], root);
  if (isFields(parent) && Object.hasOwn(parent, name)) delete (parent as Record<string, unknown>)[name];
  else if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else remove(root, path.slice(0, -1));
}

/** Fields that require a deploy role, with the reason. */
const OF_DEPLOY_ROLE = {
  external_id: "only an assumed role can check it",
  deploy_session: "it is the session of that role",
} as const;

function checkDeployRole({ fields, serviceRole: { identity } }: Account): FieldError[] {
  const { deploy_role_arn: deployRole } = fields;
  const { partition, accountId } = identity;
  const errors: FieldError[] = [];
  if (deployRole && !isOfAccount(deployRole, identity)) {
    const rule = `must be a role of this account: arn:${partition}:iam::${accountId}:role/….`;
    const fix =
      "Specify the role in this account. {account_id} and {partition} are replaced with its id and partition.";
    errors.push(errorAt(["deploy_role_arn"], { code: "wrong_account", value: deployRole, rule, fix }));
  }
  for (const [name, why] of Object.entries(OF_DEPLOY_ROLE)) {
    const value = fields[name as keyof typeof OF_DEPLOY_ROLE];
    if (value === undefined || deployRole) continue;
    const rule = `requires deploy_role_arn: ${why}.`;
    errors.push(errorAt([name], { code: name, value, rule, fix: `Add deploy_role_arn, or remove ${name}.` }));
  }
  return errors;
}

/** Returns errors for tags that Terraform would not write, because it ignores them. */
function checkIgnoredTags({ fields: { tags, ignore_tags: ignored } }: Account): FieldError[] {
  const { keys, key_prefixes: prefixes } = ignored;
  return Object.keys(tags)
    .filter((key) => keys.includes(key) || prefixes.some((prefix) => key.startsWith(prefix)))
    .map((key) => {
      const rule = "must not be a tag that ignore_tags lists: Terraform would not write it.";
      const fix = "Remove it here, or from ignore_tags.";
      return { ...errorAt(["tags", key], { code: "ignored_tag", rule, fix }), inKey: true };
    });
}
