import { stripVTControlCharacters } from "node:util";

/** What a deployment of one account came to. */
export interface Outcome {
  readonly account: string;
  readonly status: "done" | "unchanged" | "failed" | "not started";
  /** Terraform's count of changes, or its own error lines. @default - nothing to tell */
  readonly detail?: string;
}

/** Reads the outcome of an account out of what Terraform said. */
export function outcome(account: string, log: string, error?: unknown): Outcome {
  const plain = stripVTControlCharacters(log).replaceAll("\r", "");
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
  const failed = named("failed").flatMap(({ account, detail }) => [
    `  ${account}: all it said is in ${logOf(account)}`,
    ...(detail ?? "").split("\n").map((line) => (line.trim() === "" ? "" : `      ${line}`)),
  ]);
  const again = named("failed").length + named("not started").length > 0;
  return [
    ...(["done", "unchanged", "not started", "failed"] as const).flatMap(list),
    ...failed,
    ...(again ? ["Mend the cause and run it again: what is done stays as it is."] : []),
  ].join("\n");
}
