import type { AccountProps } from "../../lib";
import { stateWords } from "../../lib/config/backends";
import { facts } from "./support";

const BUCKET = { backend: "s3", bucket: "example-state", key: "k" } as const;
const ELSEWHERE = {
  useLockfile: false,
  encrypt: false,
  allowedAccountIds: ["222222222222"],
  assumeRole: { roleArn: "arn:aws:iam::222222222222:role/State", externalId: "not-for-the-report" },
};
const IN_S3 = "In S3, bucket example-state in eu-central-1, object k.";

test.each<[NonNullable<AccountProps["state"]>, string]>([
  [BUCKET, `${IN_S3} Locked while it is written. Encrypted. Reached with the caller's own credentials.`],
  [
    { ...BUCKET, ...ELSEWHERE },
    `${IN_S3} Not locked. Encrypted as the bucket is set. Reached as arn:aws:iam::222222222222:role/State. ` +
      "Only with credentials of account 222222222222.",
  ],
  [
    { ...BUCKET, kmsKeyId: "alias/state" },
    `${IN_S3} Locked while it is written. Encrypted with the KMS key alias/state. Reached with the caller's own credentials.`,
  ],
  [
    { backend: "cloud", organization: "example" },
    "In HCP Terraform at app.terraform.io, organization example, workspace ssm-hybrid-service-role-a.",
  ],
  [
    { backend: "http", address: "https://example.com/state" },
    "On a state server, https://example.com/state. Locked at https://example.com/state/lock.",
  ],
  [{ backend: "local", path: "a.tfstate" }, "In a file, a.tfstate, on the machine that runs Terraform."],
])("the state of %j in words", (state, words) => {
  expect(stateWords(facts({ state }).state).join(" ")).toBe(words);
});
