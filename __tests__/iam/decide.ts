import { runSimulation, runUnsafeSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Decision, Document, Policies, Row } from "./pair";
import { globalArn, type Place } from "./place";

/**
 * Returns IAM's decision on a request, computed by iam-simulate, which also checks the documents and the request.
 * @throws if a request is impossible: an unknown action, or a resource or context key that the action does not support
 */
export async function decide(row: Row, policies: Policies, place: Place): Promise<Decision> {
  const { text, request } = row;
  if (request.unchecked) return decideUnchecked(row, policies, place);
  const result = await runSimulation(simulation(row, policies, place), {});
  if (result.resultType === "error")
    throw new Error(`${text}\nis not a valid request: ${JSON.stringify(result.errors)}`);
  const ignored = result.resultType === "single" ? (result.result.ignoredContextKeys ?? []) : [];
  if (ignored.length > 0) throw new Error(`${text}\nhas a context key that the action does not know: ${ignored}`);
  return decision(result.overallResult);
}

/** Like {@link decide}, without the checks, which take most of the time. */
export function decideUnchecked(row: Row, policies: Policies, place: Place): Decision {
  const { resourcePolicy, ...rest } = simulation(row, policies, place);
  // The library requires a name for a resource policy, which only this internal form has.
  const named = { __validated: true, policyDocument: resourcePolicy, metadata: {}, errors: [] };
  return decision(runUnsafeSimulation({ ...rest, ...(resourcePolicy && { resourcePolicy: named }) }, {}));
}

function decision(result: string): Decision {
  return result === "Allowed" ? "allowed" : "denied";
}

/**
 * The owner of a resource in another account, such as AWS's buckets, has its own policy. It is assumed to allow the request, so that
 * only the documents here decide. KMS never allows a request without the key's policy, so a key has AWS's default key policy.
 */
function simulation({ request }: Row, { identity, resource }: Policies, place: Place): Simulation {
  const { by, action, context = {} } = request;
  const resourcePolicy = action.startsWith("kms:") ? defaultKeyPolicy(place) : resource;
  return {
    request: {
      principal: by,
      action,
      resource: { resource: request.resource, accountId: place.account },
      contextVariables: { ...context },
    },
    identityPolicies: identity.map((policy, index) => ({ name: String(index), policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resourcePolicy && { resourcePolicy }),
  };
}

function defaultKeyPolicy(place: Place): Document {
  const root = globalArn(place, "iam", "root");
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" }],
  };
}
