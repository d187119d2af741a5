import { parseArn } from "../aws/arn";
import type { Statement } from "../aws/policy-document";
import type { AccountFacts, Entry } from "./read";
import { listOf, type S3Place, s3Place } from "./words";

/** What the machines of an account reach in S3 by one statement. */
export interface S3Reach {
  readonly places: readonly S3Place[];
  readonly read: boolean;
  readonly write: boolean;
  readonly acl: boolean;
  /** Key that encrypts the bucket. @default - none of the customer's own */
  readonly kmsKey?: string | undefined;
  /** What the place is for, as the entry says. @default - the entry does not say */
  readonly purpose?: string | undefined;
  /** The map that asks for it. */
  readonly feature: string;
}

/** Everything in S3 that the policies made here open, in the order of their statements. */
export function s3Reach({ policies, features }: AccountFacts): S3Reach[] {
  return policies.flatMap(({ field: [feature = ""], document }) =>
    (document?.Statement ?? []).filter(isOfObjects).map((statement) => {
      const actions = listOf(statement.Action);
      const places = listOf(statement.Resource).map(s3Place);
      const entry = entryOf(features[feature] ?? {}, places[0]);
      return {
        places,
        read: actions.includes("s3:GetObject"),
        write: actions.includes("s3:PutObject"),
        acl: actions.includes("s3:PutObjectAcl"),
        kmsKey: entry?.kms_key_arn as string | undefined,
        purpose: entry?.purpose as string | undefined,
        feature,
      };
    }),
  );
}

/** Whether a statement is about objects in S3. */
export function isOfObjects({ Resource }: Statement): boolean {
  const resources = listOf(Resource);
  return (
    resources.length > 0 &&
    resources.every((arn) => parseArn(arn).service === "s3" && s3Place(arn).prefix !== undefined)
  );
}

/** The entry that names a place. */
function entryOf(entries: Readonly<Record<string, Entry>>, place: S3Place | undefined): Entry | undefined {
  return Object.values(entries).find(
    ({ bucket, prefix }) => bucket === place?.bucket && (prefix === undefined ? "" : `${prefix}/`) === place?.prefix,
  );
}
