import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../lib/config/account";
import type { Existing } from "./checks";
import { type RunOptions, run } from "./run";
import { commandName, type Ended, type Engine, errorText } from "./terraform";
import { rootOf, type Work } from "./work";

/** Backend of a root module, with its settings. */
interface BackendOfRoot {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Account, role and backend of a synthesized root module. */
interface RootFile {
  readonly locals: { readonly account_id: string; readonly role_name: string };
  readonly terraform: {
    readonly backend?: Readonly<Record<string, BackendOfRoot["settings"]>>;
    readonly cloud?: BackendOfRoot["settings"];
  };
}

function readRootFile(root: string): RootFile | undefined {
  const file = join(root, "cdk.tf.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function backendOfRoot({ terraform: { backend, cloud } }: RootFile): BackendOfRoot {
  if (cloud) return { type: "cloud", settings: cloud };
  const [[type, settings] = ["local", {}]] = Object.entries(backend ?? {});
  return { type, settings };
}

/** Returns the engine's command for an account's root module, as a user types it. */
export function command(engine: Engine, root: string, args: string): string {
  return `${commandName(engine)} -chdir='${root}' ${args}`;
}

/**
 * Returns the commands for a changed backend. `init` refuses it without saying which option is right: -migrate-state, which moves the state,
 * or -reconfigure, if the new location already has the state.
 * @see https://developer.hashicorp.com/terraform/cli/commands/init#backend-initialization
 */
export async function backendChanged(work: Work, { name }: Account, ended: Ended): Promise<string | undefined> {
  if (!/Backend (configuration|type) changed|-migrate-state/i.test(errorText(ended))) return undefined;
  const root = rootOf(work, name);
  const has = await hasState(work, root);
  const migrate = command(work.engine, root, "init -migrate-state");
  const leave = command(work.engine, root, "init -reconfigure");
  if (has === undefined) {
    return `The state of ${name} has a new location.\nTo move the state:\n  ${migrate}\nIf the state is already there:\n  ${leave}`;
  }
  return has
    ? `The state of ${name} has a new location, and there is already a state at this location. To use it:\n  ${leave}`
    : `The state of ${name} has a new location, which is empty. To move the state:\n  ${migrate}`;
}

/** The part of a state file that is read here. @see https://developer.hashicorp.com/terraform/cli/commands/state/pull */
interface PulledState {
  readonly resources?: readonly object[];
  readonly outputs?: Readonly<Record<string, { readonly value: unknown } | undefined>>;
}

/**
 * Initializes the backend of a root module and reads its state.
 * @returns no state and no error if the state does not exist yet
 */
export async function pullState(
  program: string,
  options: RunOptions,
  signal?: AbortSignal,
): Promise<{ readonly state?: PulledState; readonly error?: string }> {
  const init = await run(program, ["init", "-input=false", "-no-color", "-reconfigure"], options);
  if (init.code !== 0) return { error: init.output.trim() };
  if (signal?.aborted) return { error: "Stopped." };
  const { code, stdout, stderr } = await run(program, ["state", "pull"], options);
  if (code !== 0) return { error: stderr.trim() };
  return stdout.trim() === "" ? {} : { state: JSON.parse(stdout) };
}

/** Whether the backend of the root module contains a state. `undefined` if it cannot be read. */
async function hasState({ engine, stop }: Work, root: string): Promise<boolean | undefined> {
  const data = mkdtempSync(join(tmpdir(), "state-"));
  try {
    const options = { cwd: root, env: { ...engine.env, TF_DATA_DIR: data } };
    const { state, error } = await pullState(engine.program, options, stop.first);
    return error === undefined ? (state?.resources ?? []).length > 0 : undefined;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Returns what to do if the role exists but is missing from the state. In most cases, the account was renamed in the file. */
export function stateIsNew(work: Work, account: Account, there: readonly Existing[]): string {
  const { name, serviceRole } = account;
  const root = rootOf(work, name);
  const imports = there.map(({ address, id }) => `  ${command(work.engine, root, `import '${address}' '${id}'`)}`);
  return [
    `The role ${serviceRole.arn} exists, but it is missing from the state of ${name}. Nothing was changed.`,
    `If ${name} had another name in the file, its state file has the old name. To move it:`,
    ...moves(work, account).map((line) => `  ${line}`),
    "If an earlier run was interrupted before it wrote the state, import the resources that it created:",
    ...imports,
    "If someone else created the role, set role.adopt: true to import it, or choose another role.name.",
  ].join("\n");
}

/** Returns the commands that move the state of a renamed account. */
function moves(work: Work, { name, fields, serviceRole }: Account): string[] {
  const root = rootOf(work, name);
  const file = readRootFile(root);
  if (!file) return [];
  const { type, settings } = backendOfRoot(file);
  const { accountId, name: roleName } = serviceRole.identity;
  const before = leftRoots(work, [name]).find(
    ({ accountId: id, roleName: role }) => id === accountId && role === roleName,
  );
  if (type === "cloud") {
    const to = fields.state.backend === "cloud" ? fields.state.workspace : name;
    return [`In HCP Terraform, rename the workspace of ${before?.name ?? "<old name>"} to ${to}, and plan again.`];
  }
  const old = before?.backend.type === type ? before.backend.settings : undefined;
  const options = Object.entries(settings).flatMap(([key, value]) => {
    if (typeof value !== "string") return [];
    const was = String(old ? old[key] : value.replaceAll(name, "<old name>"));
    // The query string of an address may contain a secret.
    return was === value ? [] : [` -backend-config='${key}=${was.includes("?") ? `<old ${key}>` : was}'`];
  });
  return [
    command(work.engine, root, `init -reconfigure${options.join("")}`),
    command(work.engine, root, "init -migrate-state"),
  ];
}

/** A root module in `cdktf.out` whose account is no longer in the file. */
export interface LeftRoot {
  readonly name: string;
  readonly folder: string;
  readonly accountId: string;
  readonly roleName: string;
  readonly backend: BackendOfRoot;
}

/** Returns the root modules of accounts that are not in the file. @param known - names of the accounts in the file */
export function leftRoots({ outdir }: Pick<Work, "outdir">, known: Iterable<string>): LeftRoot[] {
  const names = new Set(known);
  const folders = ["stacks", "kept"].map((name) => join(outdir, name)).filter((folder) => existsSync(folder));
  return folders.flatMap((folder) =>
    readdirSync(folder).flatMap((name) => {
      const file = names.has(name) ? undefined : readRootFile(join(folder, name));
      if (!file) return [];
      const { account_id: accountId, role_name: roleName } = file.locals;
      return [{ name, folder: join(folder, name), accountId, roleName, backend: backendOfRoot(file) }];
    }),
  );
}

/** Returns a report of the accounts that were removed from the file, without those that were renamed. */
export function leftAccounts(
  work: Pick<Work, "outdir">,
  accounts: ReadonlyMap<string, Account>,
  file: string,
): string[] {
  const roles = new Set(
    [...accounts.values()].map(({ serviceRole: { identity } }) => `${identity.accountId} ${identity.name}`),
  );
  const left = leftRoots(work, accounts.keys()).filter(
    ({ accountId, roleName }) => !roles.has(`${accountId} ${roleName}`),
  );
  if (left.length === 0) return [];
  return [
    `No longer in ${file}. Their roles and state files are unchanged:`,
    ...left.map(
      ({ name, accountId, roleName, folder }) =>
        `  ${name}: role ${roleName} in account ${accountId}, folder ${folder}`,
    ),
    `To destroy one, add it to ${file} again, run npx cdktf destroy <account>, and then remove it. To keep its role, delete the folder.`,
  ];
}
