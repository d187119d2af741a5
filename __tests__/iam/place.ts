/** An account with a separate partition. */
export interface Place {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  /** Another region of the same partition, for which the account has no entries. */
  readonly otherRegion: string;
  /** Patch Manager's bucket of the region. In China and GovCloud, AWS publishes none, so the file specifies one. */
  readonly patchManagerBucket: string;
  /** All suffixes of the DNS names of services that condition keys can have. */
  readonly dnsSuffixes: readonly string[];
}

/** Name of the service role, with a path, which the policies share. */
export const ROLE = { name: "Hybrid", path: "/machines/" };

/** One account in each partition. */
export const PLACES: readonly Place[] = [
  {
    account: "111111111111",
    partition: "aws",
    region: "eu-central-1",
    otherRegion: "eu-west-1",
    patchManagerBucket: "aws-patch-manager-eu-central-1-9163fdaaf",
    dnsSuffixes: ["amazonaws.com"],
  },
  {
    account: "222222222222",
    partition: "aws-cn",
    region: "cn-north-1",
    otherRegion: "cn-northwest-1",
    patchManagerBucket: "aws-patch-manager-cn-north-1-example",
    dnsSuffixes: ["amazonaws.com", "amazonaws.com.cn"],
  },
  {
    account: "333333333333",
    partition: "aws-us-gov",
    region: "us-gov-west-1",
    otherRegion: "us-gov-east-1",
    patchManagerBucket: "aws-patch-manager-us-gov-west-1-example",
    dnsSuffixes: ["amazonaws.com"],
  },
  {
    account: "444444444444",
    partition: "aws-eusc",
    region: "eusc-de-east-1",
    otherRegion: "eusc-de-east-2",
    patchManagerBucket: "aws-patch-manager-eusc-de-east-1-example",
    dnsSuffixes: ["amazonaws.com", "amazonaws.eu"],
  },
];

/** Returns the account in another region. */
export function elsewhere(place: Place): Place {
  return { ...place, region: place.otherRegion };
}

/** Returns another account in the same region. */
export function stranger(place: Place): Place {
  return { ...place, account: "999999999999" };
}

/** Returns an ARN in an account and a region. */
export function arn({ partition, region, account }: Place, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Returns the ARN of a resource in IAM or STS, which have no region. */
export function globalArn({ partition, account }: Place, service: string, resource: string): string {
  return `arn:${partition}:${service}::${account}:${resource}`;
}

/** Returns the ARN of a bucket, or of an object if the name has a key. */
export function s3Arn({ partition }: Place, name: string): string {
  return `arn:${partition}:s3:::${name}`;
}

/** Returns the name of one of the account's own buckets, or of an object in it. */
export function own({ account }: Place, name: string): string {
  return `example-${account}-${name}`;
}

/** Returns the ARN of a KMS key. */
export function keyArn(place: Place, name: string): string {
  return arn(place, "kms", `key/${name}`);
}
