import type { Identity } from "./arn";

interface PartitionEntry {
  /** Prefix of its region names. Empty for the partition of all other regions. */
  readonly regionPrefix: string;
  /**
   * Suffixes of its service names in the condition keys `kms:ViaService` and `iam:PassedToService`. AWS's pages disagree on the
   * suffix in China, and do not document it for the European Sovereign Cloud and the ISO partitions. There, both `amazonaws.com`
   * and the partition's own suffix are accepted. Both mean the same service.
   */
  readonly dnsSuffixes: readonly string[];
  /**
   * Regions in which Systems Manager runs, according to AWS's endpoint list and botocore's `endpoints.json`.
   * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html
   */
  readonly regions: readonly string[];
}

const TABLE = {
  aws: {
    regionPrefix: "",
    dnsSuffixes: ["amazonaws.com"],
    regions: [
      ...["af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"],
      ...["ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"],
      ...["ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2"],
      ...["eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1"],
      ...["me-central-1", "me-south-1", "mx-central-1", "sa-east-1"],
      ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
    ],
  },
  "aws-cn": {
    regionPrefix: "cn-",
    dnsSuffixes: ["amazonaws.com", "amazonaws.com.cn"],
    regions: ["cn-north-1", "cn-northwest-1"],
  },
  "aws-us-gov": {
    regionPrefix: "us-gov-",
    dnsSuffixes: ["amazonaws.com"],
    regions: ["us-gov-east-1", "us-gov-west-1"],
  },
  // The European Sovereign Cloud.
  "aws-eusc": {
    regionPrefix: "eusc-",
    dnsSuffixes: ["amazonaws.com", "amazonaws.eu"],
    regions: ["eusc-de-east-1"],
  },
  "aws-iso": {
    regionPrefix: "us-iso-",
    dnsSuffixes: ["amazonaws.com", "c2s.ic.gov"],
    regions: ["us-iso-east-1", "us-iso-west-1"],
  },
  "aws-iso-b": {
    regionPrefix: "us-isob-",
    dnsSuffixes: ["amazonaws.com", "sc2s.sgov.gov"],
    regions: ["us-isob-east-1", "us-isob-west-1"],
  },
  "aws-iso-e": {
    regionPrefix: "eu-isoe-",
    dnsSuffixes: ["amazonaws.com", "cloud.adc-e.uk"],
    regions: ["eu-isoe-west-1"],
  },
  "aws-iso-f": {
    regionPrefix: "us-isof-",
    dnsSuffixes: ["amazonaws.com", "csp.hci.ic.gov"],
    regions: ["us-isof-east-1", "us-isof-south-1"],
  },
} as const satisfies Readonly<Record<string, PartitionEntry>>;

/** An AWS partition: the part of an ARN after `arn:`. */
export type Partition = keyof typeof TABLE;

/** Properties of every partition. */
export const PARTITION_TABLE: Readonly<Record<Partition, PartitionEntry>> = TABLE;

export const PARTITIONS = Object.keys(TABLE) as Partition[];

/** List of all partitions for messages. */
export const ONE_OF_PARTITIONS = `${PARTITIONS.slice(0, -1).join(", ")} or ${PARTITIONS.at(-1)}`;

/** Regular expression for the DNS suffixes of all partitions, valid in JavaScript and RE2. */
export const DNS_SUFFIX_PATTERN = `(${[...new Set(PARTITIONS.flatMap((one) => TABLE[one].dnsSuffixes))].join("|").replaceAll(".", "[.]")})`;

const PARTITION_OF = new Map<string, Partition>(
  PARTITIONS.flatMap((partition) => TABLE[partition].regions.map((region): [string, Partition] => [region, partition])),
);

export const KNOWN_REGIONS: readonly string[] = [...PARTITION_OF.keys()];

/** Returns the partition of a region, or `undefined` for a region that AWS does not list. */
export function partitionOf(region: string): Partition | undefined {
  return PARTITION_OF.get(region);
}

/** Returns the DNS suffixes of a partition's services. An unknown partition has those of `aws`. */
export function dnsSuffixes(partition: string): readonly string[] {
  return PARTITION_TABLE[partition as Partition]?.dnsSuffixes ?? TABLE.aws.dnsSuffixes;
}

/** Returns the names of a service in a partition, for example `ssm.amazonaws.com`. */
export function serviceNames(partition: string, service: string): string[] {
  return dnsSuffixes(partition).map((suffix) => `${service}.${suffix}`);
}

/** Returns the ARN of an AWS managed policy, for example `arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore`. */
export function awsManagedPolicyArn(partition: string, name: string): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** Returns the ARN of a customer managed policy. */
export function customerManagedPolicyArn({ partition, accountId }: Identity, path: string, name: string): string {
  return `arn:${partition}:iam::${accountId}:policy${path}${name}`;
}

/**
 * Service setting, per account and region, for the tier of machines outside AWS: `standard` or `advanced`.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html
 */
export const TIER = "/ssm/managed-instance/activation-tier";
