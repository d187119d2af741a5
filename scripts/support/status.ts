import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pLimit from "p-limit";
import type { Account } from "../../lib/config/account";
import { stateBlock } from "../../lib/config/backends";
import { suggestion } from "../../lib/input/issues";
import { AT_ONCE, callerOnce, failure } from "./checks";
import { InvalidArgumentError, Refusal } from "./command";
import { grouped, textTable } from "./outcomes";
import { pullState } from "./recovery";
import { type ActivationFound, askSystemsManager, type Machine, type RegionFound } from "./systems-manager";
import type { Engine } from "./terraform";
import { rootOf } from "./work";

/** An activation, with its label in the file or state. */
export interface ActivationStatus extends ActivationFound {
  /** Label in `activations`. @default - it is in no state and matches no entry of the file */
  readonly label?: string;
  readonly source: "state" | "runbook" | "unknown";
}

/** Machines and activations in one region of an account. */
export interface RegionStatus extends Omit<RegionFound, "activations" | "machines"> {
  /** Machines that use the service role of the account. */
  readonly machines: readonly Machine[];
  /** Number of machines that use other roles, by role name. */
  readonly otherMachines: Readonly<Record<string, number>>;
  readonly activations: readonly ActivationStatus[];
}

/** Status of one account. */
export interface AccountStatus {
  readonly account: string;
  readonly role: string;
  readonly regions: readonly RegionStatus[];
  /** @default - none */
  readonly error?: string;
}

/** Conditions that change the exit code. */
export interface Conditions {
  /** Number of days. Met if a usable activation expires within them. */
  readonly expiring?: number;
  /** Met if the registration limit of an activation is reached. */
  readonly full?: boolean;
  /** Met if a usable activation is in no state and matches no entry of the file. */
  readonly orphan?: boolean;
}

const CONDITIONS = ["expiring", "full", "orphan"] as const;
const DAY = 24 * 60 * 60 * 1000;

/** Parses a list of conditions: `expiring=7d,full,orphan`. @throws InvalidArgumentError with the invalid part */
export function conditionsOf(value: string): Conditions {
  return Object.assign({}, ...value.split(",").map(conditionOf));
}

function conditionOf(text: string): Conditions {
  if (text === "full" || text === "orphan") return { [text]: true };
  const [, days] = /^expiring=([1-9]\d{0,2})d$/.exec(text) ?? [];
  if (days !== undefined) return { expiring: Number(days) };
  const hint = suggestion(text, CONDITIONS, "Use a comma-separated list of expiring=<days>d, full and orphan.");
  throw new InvalidArgumentError(
    text.startsWith("expiring")
      ? "Use expiring with a number of days, for example expiring=7d."
      : `${text} is not a condition. ${hint}`,
  );
}

/**
 * Reads the machines and activations of accounts from Systems Manager, and the labels of activations from Terraform's states.
 * @param engine - called when the first state is read. Accounts without usable activations need no engine
 */
export async function statusOf(
  accounts: readonly Account[],
  outdir: string,
  engine: () => Engine,
  signal: AbortSignal,
): Promise<AccountStatus[]> {
  const caller = callerOnce();
  const [requests, states] = [pLimit(AT_ONCE), pLimit(4)];
  return requests.map([...accounts], async (account) => {
    const { name, serviceRole } = account;
    const told = { account: name, role: serviceRole.identity.name };
    if (signal.aborted) return { ...told, regions: [], error: "not asked" };
    try {
      const found = await askSystemsManager(account, caller);
      const live = found.some(({ activations }) => activations.some(({ expired }) => !expired));
      const labels = live ? await states(() => labelsInState(account, outdir, engine())) : new Map<string, string>();
      return { ...told, regions: found.map((region) => regionStatus(account, region, labels)) };
    } catch (error) {
      const { error: wrong, warning } = error instanceof Refusal ? { error: error.message } : failure(error);
      return { ...told, regions: [], error: withAdvice(wrong ?? warning ?? "") };
    }
  });
}

function withAdvice(error: string): string {
  return /AccessDenied/.test(error)
    ? `${error}\nThe roles of npm run deploy-role allow it. Create the template again, and update the CloudFormation stacks.`
    : error;
}

function regionStatus(account: Account, found: RegionFound, labels: ReadonlyMap<string, string>): RegionStatus {
  const { region, tier, machines, activations } = found;
  const role = account.serviceRole.identity.name;
  const otherMachines: Record<string, number> = {};
  for (const one of machines) if (one.role !== role) otherMachines[one.role] = (otherMachines[one.role] ?? 0) + 1;
  return {
    region,
    tier,
    machines: machines.filter((one) => one.role === role),
    otherMachines,
    activations: activations.map((one): ActivationStatus => {
      const inState = labels.get(one.id);
      if (inState !== undefined) return { ...one, label: inState, source: "state" };
      const label = runbookLabel(account, region, one);
      return label === undefined ? { ...one, source: "unknown" } : { ...one, label, source: "runbook" };
    }),
  };
}

/** Finds the entry of an activation that a runbook created. AWS stores no label, so the fields are compared. */
function runbookLabel({ fields }: Account, region: string, found: ActivationFound): string | undefined {
  const entries = Object.entries(fields.activations).filter(
    ([, entry]) =>
      entry.by_runbook &&
      (entry.region ?? fields.region) === region &&
      (entry.description ?? "") === found.description &&
      (entry.default_instance_name ?? "") === found.defaultInstanceName &&
      entry.registration_limit === found.limit,
  );
  return entries[0]?.[0];
}

/**
 * Returns the labels of the activations in an account's state, by ID. It uses a root module with only the backend, which needs no provider.
 * @throws Refusal if the state cannot be read
 */
async function labelsInState(
  { name, fields }: Account,
  outdir: string,
  { program, env }: Engine,
): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  try {
    const { region, state } = fields;
    const placed =
      state.backend === "local" ? { ...state, path: resolve(rootOf({ outdir }, name), state.path) } : state;
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: stateBlock(placed, region) }));
    const { state: pulled, error } = await pullState(program, { cwd: folder, env });
    if (error !== undefined) throw new Refusal(`The state cannot be read:\n${error}`);
    const ids = pulled?.outputs?.activation_ids?.value ?? {};
    return new Map(Object.entries(ids).map(([label, id]) => [String(id), label]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns a sentence for each condition that is met. */
export function met(statuses: readonly AccountStatus[], conditions: Conditions, now: Date): string[] {
  return statuses.flatMap(({ account, regions }) =>
    regions.flatMap(({ region, activations }) =>
      activations.flatMap((one) => {
        const what = `${account}: the activation ${one.label ?? one.id} in ${region}`;
        if (one.expired) return [];
        if (one.registered >= one.limit) {
          return conditions.full ? [`${what} is full: ${one.registered} of ${one.limit} machines are registered.`] : [];
        }
        const days = (Date.parse(one.expires) - now.getTime()) / DAY;
        return [
          ...(conditions.expiring !== undefined && days <= conditions.expiring
            ? [`${what} expires ${inTime(one.expires, now)}.`]
            : []),
          ...(conditions.orphan && one.source === "unknown"
            ? [`${what} is in no state and matches no entry with by_runbook. To delete it: ${deletion(region, one.id)}`]
            : []),
        ];
      }),
    ),
  );
}

function deletion(region: string, id: string): string {
  return `aws ssm delete-activation --region ${region} --activation-id ${id}`;
}

/** Returns the time until a date: `in 3 days`, `in 5 hours`. */
function inTime(moment: string, now: Date): string {
  const hours = Math.floor((Date.parse(moment) - now.getTime()) / (60 * 60 * 1000));
  const count = (number: number, unit: string) => `in ${number} ${unit}${number === 1 ? "" : "s"}`;
  if (hours < 1) return "in less than an hour";
  return hours < 48 ? count(hours, "hour") : count(Math.floor(hours / 24), "day");
}

/** Returns the status as tables: machines by account and region, then activations. */
export function statusText(statuses: readonly AccountStatus[], now: Date): string {
  const good = statuses.filter(({ error }) => error === undefined);
  const regions = good.flatMap(({ account, regions: some }) => some.map((one) => ({ account, ...one })));
  const pinged = (machines: readonly Machine[], status: Machine["pingStatus"]) =>
    String(machines.filter(({ pingStatus }) => pingStatus === status).length);
  const machines = regions.map(({ account, region, tier, machines: some }) => [
    ...[account, region, tier, String(some.length)],
    ...(["Online", "ConnectionLost", "Inactive"] as const).map((status) => pinged(some, status)),
    versions(some),
  ]);
  const live = regions.flatMap(({ account, region, activations }) =>
    activations
      .filter(({ expired }) => !expired)
      .map((one) => [
        ...[account, region, named(one), one.id, `${one.registered} of ${one.limit}`],
        `${one.expires.slice(0, 16)}Z, ${inTime(one.expires, now)}`,
      ]),
  );
  const expired = regions.flatMap(({ activations }) => activations.filter((one) => one.expired)).length;
  const others = regions.flatMap(({ account, region, otherMachines }) =>
    Object.entries(otherMachines).map(([role, count]) => `  ${account}, ${region}: ${count} with ${role || "no role"}`),
  );
  const failed = statuses.filter(({ error }) => error !== undefined);
  const blocks = [
    machines.length > 0
      ? [
          textTable(
            ["account", "region", "tier", "machines", "online", "lost", "inactive", "agent versions"],
            machines,
            3,
          ),
        ]
      : [],
    others.length > 0 ? ["Machines with other roles:", ...others] : [],
    live.length > 0 ? [textTable(["account", "region", "activation", "id", "registered", "expires"], live, 6)] : [],
    expired > 0 ? [`${expired} expired ${expired === 1 ? "activation" : "activations"}, which --json lists.`] : [],
    failed.length > 0 ? [`failed (${failed.length}):`, ...grouped(failed)] : [],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function named({ label, source }: ActivationStatus): string {
  if (source === "unknown") return "(in no state)";
  return source === "runbook" ? `${label} (by runbook)` : String(label);
}

/** Returns the versions of SSM Agent, the most frequent first. */
function versions(machines: readonly Machine[]): string {
  const counts = new Map<string, number>();
  for (const { agentVersion } of machines) counts.set(agentVersion, (counts.get(agentVersion) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([version, count]) => `${version} (${count})`)
    .join(", ");
}
