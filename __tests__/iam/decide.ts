import { runSimulation, runUnsafeSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Decision, Document, Policies, Row } from "./pair";
import { globalArn, type Place } from "./place";

/**
 * What IAM says of a request, by iam-simulate, which checks the documents and the request as well.
 * @throws where a request cannot be: an unknown action, a resource that the action does not take, a context key that it has not
 */
export async function decide(row: Row, policies: Policies, place: Place): Promise<Decision> {
  const { text, request } = row;
  if (request.unchecked) return decideUnchecked(row, policies, place);
  const result = await runSimulation(simulation(row, policies, place), {});
  if (result.resultType === "error") throw new Error(`${text}\nis no request: ${JSON.stringify(result.errors)}`);
  const ignored = result.resultType === "single" ? (result.result.ignoredContextKeys ?? []) : [];
  if (ignored.length > 0) throw new Error(`${text}\nhas a context key that the action does not know: ${ignored}`);
  return decision(result.overallResult);
}

/** The same without the checks, which take most of the time. */
export function decideUnchecked(row: Row, policies: Policies, place: Place): Decision {
  const { resourcePolicy, ...rest } = simulation(row, policies, place);
  // The library asks a resource's policy for a name, which it gives to none but this form of its own here.
  const named = { __validated: true, policyDocument: resourcePolicy, metadata: {}, errors: [] };
  return decision(runUnsafeSimulation({ ...rest, ...(resourcePolicy && { resourcePolicy: named }) }, {}));
}

function decision(result: string): Decision {
  return result === "Allowed" ? "allowed" : "denied";
}

/**
 * Who owns a resource of another account, such as AWS's buckets, has a policy of its own: it is taken to allow, so that the
 * documents here decide alone. KMS never allows without the key's policy, so a key has the one that AWS gives it by default.
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
