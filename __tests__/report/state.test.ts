import type { AccountProps } from "../../lib";
import { stateWords } from "../../lib/config/backends";
import { facts } from "./support";

const words = (state: AccountProps["state"]) => stateWords(facts({ state }).state).join(" ");

test("in S3", () => {
  expect(words({ backend: "s3", bucket: "example-state", key: "k" })).toBe(
    "In S3, bucket example-state in eu-central-1, object k. Locked while it is written. Encrypted. " +
      "Reached with the caller's own credentials.",
  );
  expect(
    words({
      backend: "s3",
      bucket: "example-state",
      key: "k",
      useLockfile: false,
      encrypt: false,
      allowedAccountIds: ["222222222222"],
      assumeRole: { roleArn: "arn:aws:iam::222222222222:role/State", externalId: "not-for-the-report" },
    }),
  ).toBe(
    "In S3, bucket example-state in eu-central-1, object k. Not locked. Encrypted as the bucket is set. " +
      "Reached as arn:aws:iam::222222222222:role/State. Only with credentials of account 222222222222.",
  );
  expect(words({ backend: "s3", bucket: "example-state", key: "k", kmsKeyId: "alias/state" })).toContain(
    "Encrypted with the KMS key alias/state.",
  );
});

test("elsewhere", () => {
  expect(words({ backend: "cloud", organization: "example" })).toBe(
    "In HCP Terraform at app.terraform.io, organization example, workspace ssm-hybrid-service-role-a.",
  );
  expect(words({ backend: "http", address: "https://example.com/state" })).toBe(
    "On a state server, https://example.com/state. Locked at https://example.com/state/lock.",
  );
  expect(words({ backend: "local", path: "a.tfstate" })).toBe(
    "In a file, a.tfstate, on the machine that runs Terraform.",
  );
});
