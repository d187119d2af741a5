import { unicodeEscape } from "../input/errors";
import type { Named, Procedure, StepOf, Steps } from "./procedure";

type Writers = { [Kind in keyof Steps]: (step: Steps[Kind]) => string };

/** The language of a script. Its comments begin with #. */
export interface Shell extends Writers {
  /** What all steps use, after the preface. */
  head(): string;
}

/** The whole procedure in a shell's language: the preface, the head, and all steps, each under its title. */
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

/** What the scripts of all shells say in the same words. Both languages put the value in the place of `$caller`. */
export const TEXT = {
  wrongAccount: ({ account, role }: Procedure) =>
    `These are credentials of account $caller, not of ${account} (${role.accountId}): nothing was written.`,
  missing: ({ kind, name }: Named) => `There is no ${kind} ${name}: nothing was written.`,
  /** `found` is the shell's expression for the ARN of the role that is there. */
  elsewhere: (found: string, arn: string) =>
    `The role ${found} already exists, and IAM cannot move it to ${arn}: nothing was written.`,
  /** Follows what was found of the role. `found` is the shell's expression for its ARN. */
  foreign: (found: string, { account }: Procedure) =>
    `The role ${found} exists, and its trust policy is not that of accounts.yaml: nothing was written. ` +
    `If this script may change the role, set role.adopt: true for ${account} and print the script again.`,
  leftBoundary: "Left as it is: the permissions boundary",
  leftHolder: "Left with a policy, though the file does not name it:",
  leftAttached: "Left attached, though the file does not name it:",
  unready: ({ role }: Procedure) =>
    `The role ${role.name} does not have all of its policies: run its runbook first. No activation was made.`,
  foreignSecret: ({ secret, mark }: Steps["renew"]) =>
    `The secret ${secret} exists without the tag ${mark.Key} = ${mark.Value}: nothing was written. ` +
    "Give it this tag if the script may write it, or take another name.",
  deletedSecret: (secret: string) =>
    `The secret ${secret} is scheduled for deletion: nothing was written. Restore it (RestoreSecret), or take another name.`,
  /** Why a new activation is made. `current` is the shell's expression for the ID of the activation that there is. */
  why: (secret: string, days: number, current: string) => ({
    missing: `The secret ${secret} does not exist yet.`,
    empty: `The secret ${secret} has no value yet.`,
    gone: `The activation ${current} does not exist.`,
    expired: `The activation ${current} has expired.`,
    full: `The activation ${current} is used up.`,
    soon: `The activation ${current} expires in less than ${days} ${days === 1 ? "day" : "days"}.`,
  }),
  good: (conditions: readonly string[], current: string) =>
    `The activation ${current} needs no renewal (${conditions.join(", ")}): nothing was written.`,
  delivered: (secret: string, id: string) => `The secret ${secret} has the ID and code of the new activation ${id}.`,
  undelivered: (id: string) =>
    `The activation ${id} was made, but storing its code failed. Run this script again: if it makes another one, delete this one, ` +
    "whose code nobody has.",
  fiveVersions:
    "# IAM keeps five versions of a policy: the one with the lowest number that is not in force makes room.",
  deletion: "# When it is needed no more; machines that have registered stay registered:",
} as const;

/**
 * Commands as they stand in the script, without the indent of the code around them. A value that stands alone in its line may be
 * several lines, all of which get the line's indent, or nothing, which leaves the line out.
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

/** A part of a command; one that is not there is left out. */
export type Part = string | false | undefined;

/** A command of several parts; a long one on several lines, all but the last of which end with the shell's sign. */
export function breakLine(parts: readonly Part[], sign: string): string {
  const all = parts.filter(Boolean);
  const line = all.join(" ");
  return line.length <= 100 ? line : all.join(` ${sign}\n    `);
}

/** JSON in ASCII alone, so that no shell, code page or JMESPath literal reads it otherwise. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[`\u007f-\uffff]/g, unicodeEscape);
}
