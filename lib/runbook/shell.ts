import { unicodeEscape } from "../input/errors";
import type { Procedure, Reference, StepOf, Steps } from "./procedure";

type Writers = { [Kind in keyof Steps]: (step: Steps[Kind]) => string };

/** Language of a script. Comments begin with #. */
export interface Shell extends Writers {
  /** Returns the definitions that all steps use. They follow the preface. */
  head(): string;
}

/** Returns the whole procedure in a shell's language: the preface, the head, and all steps, each under its title. */
export function writeScript(shell: Shell, { preface, steps }: Procedure): string {
  const comments = preface.map((line) => `# ${line}`.trimEnd());
  return [...comments, shell.head(), ...steps.flatMap((step) => writeStep(shell, step)), ""].join("\n");
}

function writeStep<Kind extends keyof Steps>(writers: Writers, step: StepOf<Kind>): string[] {
  return [...(step.title ? ["", `# ${step.title}`] : []), writers[step.kind](step)];
}

export function hasStep({ steps }: Procedure, kind: keyof Steps): boolean {
  return steps.some((step) => step.kind === kind);
}

/** Messages that the scripts for all shells share. Both languages replace `$caller` with its value. */
export const TEXT = {
  wrongAccount: ({ account, role }: Procedure) =>
    `These are credentials of account $caller, not of ${account} (${role.accountId}). Nothing was written.`,
  missing: ({ kind, name }: Reference) => `The ${kind} ${name} does not exist. Nothing was written.`,
  /** `found` is the shell's expression for the ARN of the existing role. */
  elsewhere: (found: string, arn: string) =>
    `The role ${found} already exists, and IAM cannot move it to ${arn}. Nothing was written.`,
  /** Follows the settings of the existing role. `found` is the shell's expression for its ARN. */
  foreign: (found: string, { account }: Procedure) =>
    `The role ${found} exists with another trust policy than in accounts.yaml. Nothing was written. ` +
    `To let this script change the role, set role.adopt: true for ${account} and print the script again.`,
  leftBoundary: "Not in the file, but stays on the role: the permissions boundary",
  leftHolder: "Not in the file, but keeps its policy:",
  leftAttached: "Not in the file, but stays attached:",
  unready: ({ role }: Procedure) =>
    `The role ${role.name} does not have all of its policies. Run its runbook first. No activation was created.`,
  foreignSecret: ({ secret, mark }: Steps["renew"]) =>
    `The secret ${secret} exists without the tag ${mark.Key} = ${mark.Value}. Nothing was written. ` +
    "If the script may write this secret, add the tag. Otherwise choose another name.",
  deletedSecret: (secret: string) =>
    `The secret ${secret} is scheduled for deletion. Nothing was written. Restore it (RestoreSecret), or choose another name.`,
  /** Reasons for a new activation. `current` is the shell's expression for the ID of the current activation. */
  why: (secret: string, days: number, current: string) => ({
    missing: `The secret ${secret} does not exist yet.`,
    empty: `The secret ${secret} has no value yet.`,
    gone: `The activation ${current} does not exist.`,
    expired: `The activation ${current} has expired.`,
    full: `The activation ${current} is used up.`,
    soon: `The activation ${current} expires in less than ${days} ${days === 1 ? "day" : "days"}.`,
  }),
  good: (conditions: readonly string[], current: string) =>
    `The activation ${current} needs no renewal (${conditions.join(", ")}). Nothing was written.`,
  delivered: (secret: string, id: string) =>
    `The secret ${secret} contains the ID and code of the new activation ${id}.`,
  undelivered: (id: string) =>
    `The activation ${id} was created, but storing its code failed. Run this script again. If it creates another activation, delete ` +
    "this one: nobody has its code.",
  fiveVersions:
    "# IAM keeps five versions of a policy. The non-default version with the lowest number is deleted to make room.",
  deletion: "# To delete the activation when it is no longer needed (registered machines stay registered):",
} as const;

/**
 * Returns commands for a script, without the indent of the surrounding code. A value alone on its line can have several
 * lines, which all get the line's indent. If it is empty, the line is omitted.
 */
export function commands(texts: TemplateStringsArray, ...values: readonly (Part | readonly string[])[]): string {
  const [, ...lines] = String.raw({ raw: texts }, ...values.map((_, index) => `\0${index}\0`)).split("\n");
  const depth = lines.find(Boolean)?.search(/\S/);
  const written = lines.flatMap((whole) => {
    const line = whole.slice(depth);
    const [, indent = "", alone] = /^( *)\0([0-9]+)\0$/.exec(line) ?? [];
    if (alone === undefined) return line.replace(/\0([0-9]+)\0/g, (_, index) => String(values[index] || ""));
    const block = [values[Number(alone)] || []].flat().join("\n");
    return block === "" ? [] : block.replace(/^/gm, indent);
  });
  return written.join("\n");
}

/** Part of a command. An empty part is omitted. */
export type Part = string | false | undefined;

/** Joins the parts of a command. A long command gets several lines, which end with the shell's continuation sign. */
export function breakLine(parts: readonly Part[], sign: string): string {
  const all = parts.filter(Boolean);
  const line = all.join(" ");
  return line.length <= 100 ? line : all.join(` ${sign}\n    `);
}

/** Returns JSON in ASCII, so that every shell, code page and JMESPath literal reads it the same way. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[`\u007f-\uffff]/g, unicodeEscape);
}
