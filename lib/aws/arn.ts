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
  /** All that follows the account id: `role/path/name`, `log-group:name`. */
  readonly resource: string;
}

/**
 * The parts of an ARN. A part that is missing is empty.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(arn: string): Arn {
  const [, partition = "", service = "", region = "", accountId = "", ...resource] = arn.split(":");
  return { partition, service, region, accountId, resource: resource.join(":") };
}

/** Whether an ARN is of an account, in the account's own partition. */
export function isOfAccount(arn: string, identity: Identity): boolean {
  const { partition, accountId } = parseArn(arn);
  return partition === identity.partition && accountId === identity.accountId;
}

/**
 * ARN of the read-only role for plans beside a deploy role: the same path, and the name with `Plan` behind it.
 * @param deployRoleArn - ARN of the deploy role
 */
export function planRoleArn(deployRoleArn: string): string {
  return `${deployRoleArn}Plan`;
}
