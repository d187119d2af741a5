import { parseAccount } from "../../lib/config/account";
import { policies as awsPolicies } from "./aws-policies.json";
import type { Document } from "./pair";
import type { Place } from "./place";
import { account } from "./tables";

/** A policy document and its author: this project or AWS. */
export interface Attached {
  readonly document: Document;
  readonly ours: boolean;
}

/** Documents of an account, including AWS managed policies. */
export interface Documents {
  readonly trust: Document;
  /** Documents attached to the service role, by the attachments' name: `core` and the features. */
  readonly attached: Readonly<Record<string, readonly Attached[]>>;
  /** Documents for people, by the entry of user_access. */
  readonly userAccess: Readonly<Record<string, Document>>;
}

/** Returns the documents of the account with every feature, computed in TypeScript. */
export function documentsOf(place: Place): Documents {
  const { account: parsed, errors } = parseAccount(place.partition, account(place));
  if (!parsed || errors.length > 0) throw new Error(JSON.stringify(errors));
  const { serviceRole } = parsed;
  const attached: Record<string, Attached[]> = {};
  for (const { field, arn, document } of serviceRole.attached) {
    const [feature = ""] = field;
    const one = { document: document ?? awsPolicy(arn, place), ours: document !== undefined };
    const name = feature === "role" ? "core" : feature;
    attached[name] = [...(attached[name] ?? []), one];
  }
  return {
    trust: serviceRole.trustPolicy,
    attached,
    userAccess: Object.fromEntries(serviceRole.granted.map(({ field, document }) => [field[1], document])),
  };
}

/**
 * Returns the document of an AWS managed policy by its name or ARN. The copy has the documents of the partition `aws`.
 * `__tests__/e2e/iam-truth.test.ts` compares it with the emulator's.
 */
export function awsPolicy(arn: string, { partition }: Place): Document {
  const found: Document | undefined = Object.entries(awsPolicies).find(([name]) => arn.endsWith(name))?.[1].document;
  if (!found) throw new Error(`no copy of ${arn}: add it to aws-policies.json`);
  return JSON.parse(JSON.stringify(found).replaceAll('"arn:aws:', `"arn:${partition}:`));
}
