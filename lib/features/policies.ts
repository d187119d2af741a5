import { z } from "zod";
import { LABEL, NOT_DEPRECATED_POLICY, POLICY_ARN } from "../input/rules";
import { text } from "../input/schemas";
import { hcl } from "../terraform/hcl";
import { attachEach } from "./attachments";
import type { Feature } from "./feature";

const NAME = "policies" as const;
const PURPOSE = "Attaches existing policies, customer managed or AWS managed";

const entries = z.record(
  text(LABEL),
  z.strictObject({
    policy_arn: text(POLICY_ARN, NOT_DEPRECATED_POLICY).describe("ARN of an existing managed policy."),
  }),
);

/** Attaches existing policies, such as the custom S3 policy of AWS's procedure. */
export const policies = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}. Key: a label of your choice. Off when empty.`,
  title: "Policies",
  step: "An existing custom policy",
  resources: ["aws_iam_role_policy_attachment"],
  policies: (map) =>
    Object.entries(map).map(([key, entry]) => ({ field: [NAME, key, "policy_arn"], arn: entry.policy_arn })),
  build: (scope) => attachEach(scope, NAME, (e) => hcl`${e}.policy_arn`),
} satisfies Feature<typeof entries>;
