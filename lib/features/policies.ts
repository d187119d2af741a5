import { z } from "zod";
import { LABEL, NOT_DEPRECATED_POLICY, POLICY_ARN, text } from "../input/rules";
import { attachEach } from "./attachments";
import type { Feature } from "./feature";

const entries = z.record(
  text(LABEL),
  z.strictObject({
    policy_arn: text(POLICY_ARN, NOT_DEPRECATED_POLICY).describe("ARN of a managed policy that exists already."),
  }),
);

/** Attaches policies that exist already, such as the custom S3 policy of AWS's procedure. */
export const policies = {
  name: "policies",
  entries,
  description:
    "Attaches policies that exist already, of the account's own or of AWS's. Key: a label of your own. Off when empty.",
  policies: (map) =>
    Object.entries(map).map(([key, entry]) => ({ field: ["policies", key, "policy_arn"], arn: entry.policy_arn })),
  build: (scope) => attachEach(scope, "policies", "e.policy_arn"),
} satisfies Feature<typeof entries>;
