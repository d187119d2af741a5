/** An account in a partition. */
export interface Identity {
  readonly partition: string;
  /** 12 digits. */
  readonly accountId: string;
}

export interface Arn extends Identity {
  readonly service: string;
  /** Empty for a global service such as IAM. */
  readonly region: string;
  /** Part after the account id: `role/path/name`, `log-group:name`. */
  readonly resource: string;
}

/**
 * Returns the parts of an ARN. A missing part is an empty string.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(arn: string): Arn {
  const [, partition = "", service = "", region = "", accountId = "", ...resource] = arn.split(":");
  return { partition, service, region, accountId, resource: resource.join(":") };
}

/** Returns whether an ARN belongs to an account and to the account's partition. */
export function isOfAccount(arn: string, identity: Identity): boolean {
  const { partition, accountId } = parseArn(arn);
  return partition === identity.partition && accountId === identity.accountId;
}

/**
 * Returns the ARN of a deploy role's read-only role for plans: the same path, and the same name with the suffix `Plan`.
 * @param deployRoleArn - ARN of the deploy role
 */
export function planRoleArn(deployRoleArn: string): string {
  return `${deployRoleArn}Plan`;
}
