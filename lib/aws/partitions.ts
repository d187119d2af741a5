/**
 * The regions of each partition in which Systems Manager runs, as AWS's endpoint list has them.
 * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const REGIONS = {
  aws: [
    ...["af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"],
    ...["ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"],
    ...["ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1"],
    ...[
      "eu-south-1",
      "eu-south-2",
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
      "il-central-1",
      "me-central-1",
      "me-south-1",
    ],
    ...["mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"],
  ],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-us-gov": ["us-gov-east-1", "us-gov-west-1"],
} as const;

/** An AWS partition: the part of an ARN after `arn:`. */
export type Partition = keyof typeof REGIONS;

/** The partitions that this module serves. */
export const PARTITIONS = Object.keys(REGIONS) as Partition[];

const PARTITION_OF = new Map<string, Partition>(
  PARTITIONS.flatMap((partition) => REGIONS[partition].map((region): [string, Partition] => [region, partition])),
);

/** Every region of every partition. */
export const KNOWN_REGIONS: readonly string[] = [...PARTITION_OF.keys()];

/** The partition of a region, or `undefined` for a region that AWS does not list. */
export function partitionOf(region: string): Partition | undefined {
  return PARTITION_OF.get(region);
}

/** ARN of a policy that AWS manages, for example `arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore`. */
export function awsManagedPolicyArn(partition: string, name: string): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** ARN of a policy of the account's own. */
export function customerManagedPolicyArn(
  identity: { readonly partition: string; readonly accountId: string },
  path: string,
  name: string,
): string {
  return `arn:${identity.partition}:iam::${identity.accountId}:policy${path}${name}`;
}

/**
 * Names of a service, as the condition keys `kms:ViaService` and `iam:PassedToService` have them. AWS's pages disagree on the names
 * in China: both mean this one service and nothing else.
 */
export function serviceNames(partition: string, service: string): string[] {
  const name = `${service}.amazonaws.com`;
  return partition === "aws-cn" ? [name, `${name}.cn`] : [name];
}
