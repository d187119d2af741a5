/** Limits of AWS services, from their documentation. */
export const QUOTAS = {
  /** Characters of a customer managed policy without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  managedPolicy: 6144,
  /** Characters of a role's trust policy, with the default quota: the same page. */
  trustPolicy: 2048,
  /** Managed policies attached to a role, default and maximum: the same page. */
  policiesPerRole: [10, 20],
  /** Bytes of a bucket policy: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
  bucketPolicy: 20 * 1024,
};
