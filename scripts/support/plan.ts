import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { parseArn } from "../../lib/aws/arn";
import type { Account } from "../../lib/config/account";
import { TIER_COSTS } from "../../lib/features/instance-tier";
import { REPLACING } from "../../lib/role/identity";
import { checkAccounts, existing } from "./checks";
import { fixFor } from "./fixes";
import { type AccountPlan, type Change, counts, losesRole } from "./outcomes";
import { backendChanged, stateIsNew } from "./recovery";
import { run } from "./run";
import { roleUse } from "./systems-manager";
import { call, diagnosticText, type Ended, errorText, Log, type Message } from "./terraform";
import { logFile, PLAN, rootOf, type Work } from "./work";

/**
 * Plans accounts with limited parallelism, and saves the plans.
 * @param replaced - accounts whose role may be replaced
 */
export async function planAccounts(
  work: Work,
  accounts: readonly Account[],
  replaced: readonly string[] = [],
): Promise<AccountPlan[]> {
  const { stop, progress } = work;
  const checked = await checkAccounts(accounts, (name) => rootOf(work, name), stop.first);
  const limit = pLimit(work.parallelism);
  await progress.stage("plan", accounts.length);
  try {
    return await limit.map([...accounts], async (account): Promise<AccountPlan> => {
      const { name } = account;
      const nothing = { account: name, changes: [], drift: [] } as const;
      const { error, warning } = checked.get(name) ?? {};
      if (stop.first.aborted) return { ...nothing, status: "not started" };
      progress.start(name);
      const plan = error
        ? ({ ...nothing, status: "failed", error } as const)
        : await planAccount(work, account, replaced.includes(name));
      const failed = plan.status === "failed" && warning ? { ...plan, error: `${plan.error}\n${warning}` } : plan;
      progress.done(name, planWords(failed));
      return failed;
    });
  } finally {
    progress.stop();
  }
}

/** Returns a plan in short form: `1 to add, 2 to replace`. */
function planWords(plan: AccountPlan): string {
  if (plan.status !== "changes") return plan.status;
  const { add, change, replace, destroy, import: imported } = counts(plan);
  const words = { add, change, replace, destroy, import: imported };
  const told = Object.entries(words).flatMap(([word, count]) => (count > 0 ? [`${count} to ${word}`] : []));
  return told.join(", ") || "outputs change";
}

async function planAccount(work: Work, account: Account, replaceRole: boolean): Promise<AccountPlan> {
  const { engine, progress, lockTimeout } = work;
  // A plan can be interrupted, because it changes nothing.
  const signal = work.stop.first;
  const { name } = account;
  const root = rootOf(work, name);
  const log = new Log(logFile(work, name, "plan"));
  const changes: Change[] = [];
  const drift: Change[] = [];
  const failed = (error: string): AccountPlan => ({ account: name, status: "failed", changes: [], drift: [], error });
  const lock = lockTimeout === undefined ? [] : [`-lock-timeout=${lockTimeout}`];
  const onMessage = (message: Message) => {
    progress.message(name, message);
    const change = changeOf(message);
    if (change) (message.type === "resource_drift" ? drift : changes).push(change);
  };
  const initArgs = ["init", "-input=false", "-no-color", ...lock];
  const init = () => work.providers.init(root, (env) => call(engine, { root, args: initArgs, log, signal, env }));
  const plan = async () => {
    changes.length = 0;
    drift.length = 0;
    rmSync(join(root, PLAN), { force: true });
    await work.providers.spare(root);
    const force = replaceRole ? [`-replace=${IDENTITY}`] : [];
    const planArgs = ["plan", "-input=false", "-json", "-detailed-exitcode", `-out=${PLAN}`, ...lock, ...force];
    return call(engine, { root, args: planArgs, log, signal, onMessage });
  };
  try {
    // `init` takes half as long as a plan. An initialized folder needs it again only if Terraform reports that.
    let ended = existsSync(join(root, ".terraform")) ? await plan() : undefined;
    if (ended === undefined || (ended.code === 1 && wantsInit(ended) && !signal.aborted)) {
      const initialized = await init();
      if (initialized.code !== 0 && !signal.aborted) {
        const changed = await backendChanged(work, account, initialized);
        return failed(changed ?? explained(work, account, initialized));
      }
      if (!signal.aborted) ended = await plan();
    }
    if (signal.aborted || ended === undefined) return { account: name, status: "not started", changes: [], drift: [] };
    if (ended.code !== 0 && ended.code !== 2) {
      // The identity guard's message ends with this. Terraform's error contains no address.
      const refused = ended.errors.some(({ detail }) => detail?.includes(REPLACING));
      const use = refused ? await useOfRole(work, account) : undefined;
      return failed([explained(work, account, ended), use].filter(Boolean).join("\n\n"));
    }
    const warnings = ended.warnings.map(diagnosticText);
    if (changes.length === 0) changes.push(...textChanges(ended.text));
    if (ended.code === 0) {
      rmSync(join(root, PLAN), { force: true });
      return { account: name, status: "no changes", changes, drift: [], warnings };
    }
    chmodSync(join(root, PLAN), 0o600);
    const created = changes.filter(({ action }) => action === "create").map(({ address }) => address);
    const there = await existing(account, created);
    if (there.length > 0) return failed(stateIsNew(work, account, there));
    const planned = { account: name, status: "changes" as const, ...(await detailed(work, name, changes, drift)) };
    if (created.some((address) => address.startsWith("aws_ssm_service_setting."))) warnings.push(`${TIER_COSTS}.`);
    const use = losesRole(planned) ? await useOfRole(work, account) : undefined;
    return { ...planned, warnings: use ? [...warnings, use] : warnings };
  } finally {
    log.close();
  }
}

/** Resource that stores which role the state belongs to. */
const IDENTITY = "terraform_data.identity";

function wantsInit({ errors, text }: Ended): boolean {
  return /\b(terraform|tofu) init\b/.test(
    [text, ...errors.map(({ summary, detail }) => `${summary} ${detail}`)].join("\n"),
  );
}

/** Reports the machines that use a role to be replaced. Reports nothing if that role is in another account, where it remains. */
async function useOfRole({ engine, outdir }: Work, account: Account): Promise<string | undefined> {
  const options = { cwd: rootOf({ outdir }, account.name), env: engine.env };
  const { code, stdout } = await run(engine.program, ["output", "-no-color", "-raw", "role_arn"], options);
  if (code !== 0) return undefined;
  const { accountId, resource } = parseArn(stdout.trim());
  return accountId === account.fields.id ? roleUse(account, resource.slice(resource.lastIndexOf("/") + 1)) : undefined;
}

function explained(work: Work, account: Account, ended: Ended): string {
  const parts = [errorText(ended), fixFor(ended, rootOf(work, account.name), account, work.engine)];
  return parts.filter((part) => part !== undefined).join("\n\n");
}

const ACTIONS: Readonly<Record<string, Change["action"]>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  import: "import",
  remove: "forget",
  forget: "forget",
  move: "move",
};

function changeOf({ type, change }: Message): Change | undefined {
  if (!change || (type !== "planned_change" && type !== "resource_drift")) return undefined;
  const action = ACTIONS[change.action];
  if (action === undefined) return undefined;
  return {
    address: change.resource.addr,
    action,
    ...(change.importing && { imported: true }),
    ...(change.reason && { reason: change.reason }),
  };
}

const TEXT_ACTIONS: readonly (readonly [words: RegExp, action: Change["action"]])[] = [
  [/will be created/, "create"],
  [/will be updated in-place/, "update"],
  [/replaced/, "replace"],
  [/will be destroyed/, "delete"],
  [/will be imported/, "import"],
];

/** Reads the changes from a plan in text form, which HCP Terraform prints for remote runs even with -json. */
export function textChanges(text: string): Change[] {
  return [...text.matchAll(/^ *# ([a-z]\S*(?:\["[^"]*"\])?)(?: is tainted, so)? ((?:will|must) be .*)$/gm)].flatMap(
    ([, address, words]) => {
      const found = TEXT_ACTIONS.find(([pattern]) => pattern.test(words as string));
      return address && found ? [{ address, action: found[1] }] : [];
    },
  );
}

/** A resource in `terraform show -json`. @see https://developer.hashicorp.com/terraform/internals/json-format#change-representation */
interface ShownChange {
  readonly address: string;
  readonly change: {
    readonly before: Attributes | null;
    readonly after: Attributes | null;
    readonly after_unknown: Attributes;
    readonly before_sensitive: Attributes | boolean;
    readonly after_sensitive: Attributes | boolean;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

type Attributes = Readonly<Record<string, unknown>>;

/**
 * Adds the lost and reverted attributes. This reads the saved plan, which starts the provider again, so it is done only if a resource is
 * destroyed or replaced, or if others changed a resource that the plan changes.
 */
async function detailed(work: Work, account: string, changes: readonly Change[], drift: readonly Change[]) {
  const lost = changes.filter(({ action }) => action === "delete" || action === "replace");
  // Terraform also reports computed attributes, such as managed_policy_arns, as drift. Real drift leads to a planned change.
  const changed = drift.filter((one) => changes.some(({ address }) => address === one.address));
  if (lost.length === 0 && changed.length === 0) return { changes, drift: [] };
  const { engine, stop } = work;
  const options = { cwd: rootOf(work, account), env: engine.env };
  const shown = stop.first.aborted ? undefined : await run(engine.program, ["show", "-json", PLAN], options);
  if (shown?.code !== 0 || !shown.stdout.startsWith("{")) return { changes, drift: changed };
  const { resource_changes: planned = [], resource_drift: drifted = [] } = JSON.parse(shown.stdout);
  const find = (list: readonly ShownChange[], address: string) => list.find((one) => one.address === address);
  return {
    changes: changes.map((one) => {
      const found = find(planned, one.address);
      return lost.includes(one) && found ? { ...one, details: lostOf(found) } : one;
    }),
    drift: changed.flatMap((one) => {
      const found = find(drifted, one.address);
      const details = found ? differences(found).filter(([name]) => !COMPUTED.includes(name)) : [];
      if (found && details.length === 0 && one.action === "update") return [];
      return { ...one, details: details.map(([, text]) => text) };
    }),
  };
}

/** Attributes of a role that AWS computes from its attachments. */
const COMPUTED = ["managed_policy_arns", "inline_policy"];

/** Attributes that identify a resource to be destroyed. */
const IDENTIFYING = ["arn", "id", "policy_arn", "role", "group", "user"];

function lostOf(shown: ShownChange): string[] {
  const { before, after, replace_paths: paths = [] } = shown.change;
  if (after === null) {
    return IDENTIFYING.flatMap((name) => (before?.[name] ? [`${name}: ${JSON.stringify(before[name])}`] : []));
  }
  const forcing = paths.map(([first]) => String(first));
  const forced = differences(shown).filter(([name]) => forcing.includes(name));
  return forced.map(([, text]) => `${text} (forces replacement)`);
}

/** Returns the changed attributes as `name: before -> after`, without secrets and values that are known after apply. */
function differences({ change }: ShownChange): [name: string, text: string][] {
  const { before, after, after_unknown: unknown } = change;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.flatMap((name) => {
    const [old, fresh] = [shownValue(before?.[name]), shownValue(after?.[name])];
    if (old === fresh || unknown?.[name] === true) return [];
    return [[name, `${name}: ${isSecret(name, change) ? "(sensitive value)" : `${old} -> ${fresh}`}`]];
  });
}

/** Returns a value as JSON. The provider writes an empty value as null, {} or []. */
function shownValue(value: unknown): string {
  const json = JSON.stringify(value ?? null);
  return json === "{}" || json === "[]" ? "null" : json;
}

/** The provider does not mark the code of an activation as sensitive. */
function isSecret(name: string, { before_sensitive: before, after_sensitive: after }: ShownChange["change"]): boolean {
  const marks = [before, after].map((mark) => (typeof mark === "object" ? mark?.[name] : mark));
  return name === "activation_code" || marks.some((mark) => JSON.stringify(mark ?? false).includes("true"));
}
