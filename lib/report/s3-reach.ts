import { parseArn } from "../aws/arn";
import type { Statement } from "../aws/policy-document";
import type { AccountFacts } from "./read";
import { listOf, s3Place } from "./words";

/** S3 access of an account's machines by one statement. */
export type S3Reach = ReturnType<typeof s3Reach>[number];

/** Returns all S3 access that the policies created here allow, in the order of their statements. */
export function s3Reach({ attached, features }: AccountFacts) {
  return attached.flatMap(({ field: [feature = ""], document }) =>
    (document?.Statement ?? []).filter(isOfObjects).map(({ Action, Resource }) => {
      const actions = listOf(Action);
      const places = listOf(Resource).map(s3Place);
      // The cast is needed: every entry with a bucket has these two fields, as strings.
      const entry = Object.values(features[feature] ?? {}).find(
        ({ bucket, prefix }) => bucket === places[0]?.bucket && (prefix ? `${prefix}/` : "") === places[0]?.prefix,
      ) as { readonly kms_key_arn?: string; readonly purpose?: string } | undefined;
      return {
        places,
        read: actions.includes("s3:GetObject"),
        write: actions.includes("s3:PutObject"),
        acl: actions.includes("s3:PutObjectAcl"),
        /** KMS key that encrypts the bucket. @default - no key of the customer */
        kmsKey: entry?.kms_key_arn,
        /** Purpose of the bucket and prefix. @default - the entry has none */
        purpose: entry?.purpose,
        feature,
      };
    }),
  );
}

/** Returns whether a statement is about S3 objects. */
export function isOfObjects({ Resource }: Statement): boolean {
  const resources = listOf(Resource);
  const isObject = (arn: string) => parseArn(arn).service === "s3" && s3Place(arn).prefix !== undefined;
  return resources.length > 0 && resources.every(isObject);
}
