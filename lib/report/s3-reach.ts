import { parseArn } from "../aws/arn";
import type { Statement } from "../aws/policy-document";
import type { AccountFacts } from "./read";
import { listOf, s3Place } from "./words";

/** What the machines of an account reach in S3 by one statement. */
export type S3Reach = ReturnType<typeof s3Reach>[number];

/** Everything in S3 that the policies made here open, in the order of their statements. */
export function s3Reach({ attached, features }: AccountFacts) {
  return attached.flatMap(({ field: [feature = ""], document }) =>
    (document?.Statement ?? []).filter(isOfObjects).map(({ Action, Resource }) => {
      const actions = listOf(Action);
      const places = listOf(Resource).map(s3Place);
      // The cast stays: every feature's entry that names a bucket has these two, as strings.
      const entry = Object.values(features[feature] ?? {}).find(
        ({ bucket, prefix }) => bucket === places[0]?.bucket && (prefix ? `${prefix}/` : "") === places[0]?.prefix,
      ) as { readonly kms_key_arn?: string; readonly purpose?: string } | undefined;
      return {
        places,
        read: actions.includes("s3:GetObject"),
        write: actions.includes("s3:PutObject"),
        acl: actions.includes("s3:PutObjectAcl"),
        /** Key that encrypts the bucket. @default - none of the customer's own */
        kmsKey: entry?.kms_key_arn,
        /** What the place is for. @default - the entry does not say */
        purpose: entry?.purpose,
        feature,
      };
    }),
  );
}

/** Whether a statement is about objects in S3. */
export function isOfObjects({ Resource }: Statement): boolean {
  const resources = listOf(Resource);
  const isObject = (arn: string) => parseArn(arn).service === "s3" && s3Place(arn).prefix !== undefined;
  return resources.length > 0 && resources.every(isObject);
}
