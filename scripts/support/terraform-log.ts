import { stripVTControlCharacters } from "node:util";

/** What a deployment of one account came to. */
export interface Outcome {
  readonly account: string;
  readonly status: "done" | "unchanged" | "failed" | "not started";
  /** Terraform's count of changes, or its own error lines. @default - nothing to tell */
  readonly detail?: string;
  /** Commands that mend what a run left behind that was cut off. @default - nothing of the kind is seen */
  readonly wayOut?: string;
}

/** The locals of an account's root that stand in its ARNs. */
export interface RootLocals {
  readonly account_id: string;
  readonly partition: string;
  readonly path: string;
}

/** What AWS has and the state does not. */
export interface Leftover {
  /** The resource that stands for it in the root. */
  readonly address: string;
  /** What `terraform import` knows it by. */
  readonly id: string;
}

/** Reads the outcome of an account out of what Terraform said. */
export function outcome(account: string, log: string, error?: unknown): Outcome {
  const plain = withoutColours(log);
  if (error !== undefined) return { account, status: "failed", detail: errorLines(plain) || String(error) };
  const [, counts] = /^Apply complete! Resources: (.+)\.$/m.exec(plain) ?? [];
  const nothing = counts !== undefined && !/[1-9]/.test(counts);
  return { account, status: nothing ? "unchanged" : "done", ...(counts && { detail: counts }) };
}

/**
 * What Terraform said, without the codes of activations: the provider does not mark them as secret, so Terraform shows the code of
 * an activation that it replaces or deletes.
 */
export function withoutCodes(log: string): string {
  return log.replace(/^.*activation_code\b.*$/gm, (line) => line.replace(/"[^"]*"/g, "(sensitive value)"));
}

function withoutColours(log: string): string {
  return stripVTControlCharacters(log).replaceAll("\r", "");
}

/** The lock that keeps a run out. */
export function heldLock(
  log: string,
): { readonly id: string; readonly who: string; readonly since: string } | undefined {
  const [, info] = withoutColours(log).split("Lock Info:");
  const said = (name: string) => new RegExp(`^[│ ]*${name}: *(.*?) *$`, "m").exec(info ?? "")?.[1] ?? "";
  return said("ID") === "" ? undefined : { id: said("ID"), who: said("Who"), since: said("Created") };
}

/** What a run was refused for: a role or policy of that name is there already, and in no state. */
export function leftovers(log: string, { account_id, partition, path }: RootLocals): Leftover[] {
  const exists = /creating IAM (Role|Policy) \(([^)]+)\):[^│]*?EntityAlreadyExists.*?with (aws_[^,]+),/g;
  const oneLine = withoutColours(log).replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  return [...oneLine.matchAll(exists)].map(([, kind, name, address]) => ({
    address: address as string,
    id: kind === "Role" ? (name as string) : `arn:${partition}:iam::${account_id}:policy${path}${name}`,
  }));
}

/** How to go on after a run that was cut off: commands to paste, and when they are right. */
export function wayOut(log: string, folder: string, locals: RootLocals): string | undefined {
  const terraform = `  terraform -chdir='${folder}'`;
  const lock = heldLock(log);
  if (lock) {
    return [
      `${lock.who} has held the lock since ${lock.since}. Once that run is known to be dead, and not before:`,
      `${terraform} force-unlock ${lock.id}`,
    ].join("\n");
  }
  const found = leftovers(log, locals);
  if (found.length === 0) return undefined;
  return [
    "If a run of this account was cut off before it wrote its state, it left these; take them over:",
    ...found.map(({ address, id }) => `${terraform} import '${address}' '${id}'`),
    "If others made them, do not: see role.adopt in README, or give the role another name.",
  ].join("\n");
}

/** The boxes that Terraform draws around its errors, without their frames; a warning is no reason of a failure. */
function errorLines(plain: string): string {
  const boxes = plain.match(/╷\n[^╵]*╵/g) ?? [];
  const texts = boxes.map((box) => box.replace(/^[╷╵│] ?/gm, "").trim());
  const errors = texts.filter((text) => text.startsWith("Error:"));
  // With -no-color, or without a terminal, there are no boxes.
  const rest = /^Error: [\s\S]*/m.exec(plain)?.[0].trim() ?? "";
  return errors.length > 0 ? errors.join("\n\n") : rest;
}

/** An outcome in one line, as soon as it is there. */
export function outcomeLine({ account, status, detail }: Outcome): string {
  return `${account}: ${status}${status === "done" && detail ? `, ${detail}` : ""}`;
}

/** The summary at the end: one line an account, failures last with their reason. */
export function summary(outcomes: readonly Outcome[], logOf: (account: string) => string): string {
  const named = (status: Outcome["status"]) => outcomes.filter((one) => one.status === status);
  const list = (status: Outcome["status"]) => {
    const found = named(status);
    return found.length > 0 ? [`${status} (${found.length}): ${found.map(({ account }) => account).join(", ")}`] : [];
  };
  const indented = (text = "") => text.split("\n").map((line) => (line.trim() === "" ? "" : `      ${line}`));
  const failed = named("failed").flatMap(({ account, detail, wayOut }) => [
    `  ${account}: all it said is in ${logOf(account)}`,
    ...indented(detail),
    ...(wayOut ? ["", ...indented(wayOut), ""] : []),
  ]);
  const again = named("failed").length + named("not started").length > 0;
  return [
    ...(["done", "unchanged", "not started", "failed"] as const).flatMap(list),
    ...failed,
    ...(again ? ["Mend the cause and run it again: what is done stays as it is."] : []),
  ].join("\n");
}
