import {
  awsManagedPolicyArn,
  customerManagedPolicyArn,
  DNS_SUFFIX_PATTERN,
  KNOWN_REGIONS,
  PARTITION_TABLE,
  PARTITIONS,
  partitionOf,
  serviceNames,
} from "../../lib/aws/partitions";

test.each([
  ["eu-central-1", "aws"],
  ["ap-southeast-7", "aws"],
  ["cn-north-1", "aws-cn"],
  ["cn-northwest-1", "aws-cn"],
  ["us-gov-east-1", "aws-us-gov"],
  ["us-gov-west-1", "aws-us-gov"],
  ["eusc-de-east-1", "aws-eusc"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["us-isof-south-1", "aws-iso-f"],
  ["us-east-9", undefined],
  ["", undefined],
  ["toString", undefined],
])("%j is in the partition %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

test("every region is listed once, and its name shows its partition", () => {
  expect(new Set(KNOWN_REGIONS).size).toBe(KNOWN_REGIONS.length);
  const byName = (region: string) =>
    PARTITIONS.find((one) => one !== "aws" && region.startsWith(PARTITION_TABLE[one].regionPrefix)) ?? "aws";
  expect(KNOWN_REGIONS.filter((region) => partitionOf(region) !== byName(region))).toEqual([]);
});

test("the ARN of an AWS managed policy has no account", () => {
  expect(awsManagedPolicyArn("aws-cn", "AmazonSSMManagedInstanceCore")).toBe(
    "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore",
  );
});

test("the ARN of a customer managed policy has its account and path", () => {
  const identity = { partition: "aws-us-gov", accountId: "111111111111" };
  expect(customerManagedPolicyArn(identity, "/", "p")).toBe("arn:aws-us-gov:iam::111111111111:policy/p");
  expect(customerManagedPolicyArn(identity, "/a/b/", "p")).toBe("arn:aws-us-gov:iam::111111111111:policy/a/b/p");
});

test.each([
  ["aws", ["ssm.amazonaws.com"]],
  ["aws-us-gov", ["ssm.amazonaws.com"]],
  ["aws-cn", ["ssm.amazonaws.com", "ssm.amazonaws.com.cn"]],
])("a service has two names only in China: %s", (partition, names) => {
  expect(serviceNames(partition, "ssm")).toEqual(names);
});

test("the pattern of the DNS suffixes accepts the suffixes of all partitions, and no other", () => {
  const pattern = new RegExp(`^${DNS_SUFFIX_PATTERN}$`);
  const suffixes = Object.values(PARTITION_TABLE).flatMap(({ dnsSuffixes }) => dnsSuffixes);
  expect(suffixes.filter((suffix) => !pattern.test(suffix))).toEqual([]);
  expect(["amazonaws.com.uk", "amazonaws.cn", "amazonawsXcom"].filter((other) => pattern.test(other))).toEqual([]);
});
