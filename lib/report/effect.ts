import type { Statement } from "../aws/policy-document";
import { listOf } from "./words";

/** What a change does to access: something is allowed that was not before, or less is allowed. */
export type Effect = "wider" | "narrower";

/** @default - neither */
export function effectOf(gain: boolean, loss: boolean): Effect | undefined {
  // What moves to another place is allowed something new there.
  if (gain) return "wider";
  return loss ? "narrower" : undefined;
}

/**
 * Whether a statement matches every request that another one matches. `false` where that cannot be told.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function covers(wide: Statement, narrow: Statement): boolean {
  return (
    wide.Effect === narrow.Effect &&
    JSON.stringify(wide.Principal) === JSON.stringify(narrow.Principal) &&
    coversAll(listOf(wide.Action), listOf(narrow.Action)) &&
    coversAll(listOf(wide.Resource), listOf(narrow.Resource)) &&
    coversConditions(wide.Condition, narrow.Condition)
  );
}

/** Every condition of the wider statement stands in the narrower one too, with the same values or fewer. */
function coversConditions(wide: Statement["Condition"] = {}, narrow: Statement["Condition"] = {}): boolean {
  return Object.entries(wide).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const its = narrow[operator]?.[key];
      if (its === undefined) return false;
      // Several values of a negated operator must all differ: more of them is narrower.
      if (/Not/.test(operator)) return listOf(values).every((value) => listOf(its).includes(value));
      if (/^(String|Arn)Like|^ArnEquals/.test(operator)) return coversAll(listOf(values), listOf(its));
      return listOf(its).every((value) => listOf(values).includes(value));
    }),
  );
}

function coversAll(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((other) => pattern === other || wildcard(other).test(pattern)));
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source.replaceAll("?", ".")}$`, "s");
}
