import type { Statement } from "../aws/policy-document";
import { listOf } from "./words";

/** Effect of a change on access: "wider" if something new is allowed, "narrower" if only less is allowed. */
export type Effect = "wider" | "narrower";

/** Returns the effect of a change; `undefined` without gain and loss. */
export function effectOf(gain: boolean, loss: boolean): Effect | undefined {
  // Access that moves to another resource is new there.
  if (gain) return "wider";
  return loss ? "narrower" : undefined;
}

/** Conditions that {@link isCovered} can compare. */
const COMPARABLE = /^((String|Arn)(Not)?(Equals|Like)|Bool)(IfExists)?$/;

export function isComparable({ Condition = {} }: Statement): boolean {
  return Object.keys(Condition).every((operator) => COMPARABLE.test(operator));
}

/**
 * Returns whether other statements match every request that a statement matches: each action on each resource.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isCovered(statement: Statement, others: readonly Statement[]): boolean {
  const alike = others.filter(
    (other) =>
      other.Effect === statement.Effect &&
      JSON.stringify(other.Principal) === JSON.stringify(statement.Principal) &&
      coversConditions(other.Condition, statement.Condition),
  );
  // A trust policy's statements have no resource.
  const resources = statement.Resource === undefined ? [undefined] : listOf(statement.Resource);
  return listOf(statement.Action).every((action) =>
    resources.every((resource) =>
      alike.some(
        ({ Action, Resource }) =>
          matches(listOf(Action), action) && (resource === undefined || matches(listOf(Resource), resource)),
      ),
    ),
  );
}

/** Returns whether the narrower statement has every condition of the wider one, with the same values or fewer. */
function coversConditions(wide: Statement["Condition"] = {}, narrow: Statement["Condition"] = {}): boolean {
  return Object.entries(wide).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const its = narrow[operator]?.[key];
      if (its === undefined) return false;
      // A negated operator requires that all values differ, so more values are narrower.
      if (/Not/.test(operator)) return listOf(values).every((value) => listOf(its).includes(value));
      if (/^(String|Arn)Like|^ArnEquals/.test(operator))
        return listOf(its).every((value) => matches(listOf(values), value));
      return listOf(its).every((value) => listOf(values).includes(value));
    }),
  );
}

function matches(patterns: readonly string[], one: string): boolean {
  return patterns.some((pattern) => pattern === one || wildcard(pattern).test(one));
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source.replaceAll("?", ".")}$`, "s");
}
