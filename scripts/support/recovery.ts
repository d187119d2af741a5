import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../lib/config/account";
import type { Existing } from "./checks";
import { type RunOptions, run } from "./run";
import { commandName, type Ended, type Engine, errorText } from "./terraform";
import { rootOf, type Work } from "./work";

/** The backend of a root module, with its settings. */
interface BackendOfRoot {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a synthesized root module says of its account. */
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

/** An engine's command in an account's root module, as a person types it. */
export function command(engine: Engine, root: string, args: string): string {
  return `${commandName(engine)} -chdir='${root}' ${args}`;
}

/**
 * What to do where the backend of an account changed, which `init` refuses without saying which of its two options is right: the one
 * that moves the state, or, where the new place has a state of this account, the one that leaves the old state alone.
 * @see https://developer.hashicorp.com/terraform/cli/commands/init#backend-initialization
 */
export async function backendChanged(work: Work, { name }: Account, ended: Ended): Promise<string | undefined> {
  if (!/Backend (configuration|type) changed|-migrate-state/i.test(errorText(ended))) return undefined;
  const root = rootOf(work, name);
  const has = await hasState(work, root);
  const migrate = command(work.engine, root, "init -migrate-state");
  const leave = command(work.engine, root, "init -reconfigure");
  if (has === undefined) {
    return `The state of ${name} is configured in another place than before.\nTo move it:\n  ${migrate}\nIf the new place already has it:\n  ${leave}`;
  }
  return has
    ? `The state of ${name} is configured in another place than before, and the new place already has a state. To use that one:\n  ${leave}`
    : `The state of ${name} is configured in another place than before, and the new place is empty. To move the state:\n  ${migrate}`;
}

/** What a root module's state says, as far as it is read here. @see https://developer.hashicorp.com/terraform/cli/commands/state/pull */
interface PulledState {
  readonly resources?: readonly object[];
  readonly outputs?: Readonly<Record<string, { readonly value: unknown } | undefined>>;
}

/**
 * Reads the state of a root module from its backend, which it initializes first.
 * @returns neither state nor error where there is no state yet
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

/** Whether the place that the root module names has a state; `undefined` where it could not be asked. */
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

/** What to do where the role is there and the state does not know it: by far most often, the account was renamed in the file. */
export function stateIsNew(work: Work, account: Account, there: readonly Existing[]): string {
  const { name, serviceRole } = account;
  const root = rootOf(work, name);
  const imports = there.map(({ address, id }) => `  ${command(work.engine, root, `import '${address}' '${id}'`)}`);
  return [
    `The state of ${name} has no role, but ${serviceRole.arn} exists. Nothing was changed.`,
    `If ${name} had another name in the file, its state file is under that name. To move it:`,
    ...moves(work, account).map((line) => `  ${line}`),
    "If a run was interrupted before it wrote the state, import what it created:",
    ...imports,
    "If somebody else created the role, set role.adopt: true to import it, or choose another role.name.",
  ].join("\n");
}

/** The commands that move the state of an account that had another name. */
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
    // The query string of an address may hold a secret.
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

/** The root modules of accounts that are not in the file. @param known - names that are */
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

/** What is said of accounts that left the file, but for those that only changed their name. */
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
    `To destroy one, put it back into ${file}, run npx cdktf destroy <account>, and remove it again. To keep it, delete the folder.`,
  ];
}
