import { stateSchema } from "../../lib/config/backends";
import { FEATURES } from "../../lib/features/features";
import { exampleOf } from "../../lib/input/examples";
import { roleSchema, trustSchema } from "../../lib/role/schema";
import { errorsOf, oneAccount } from "../support";

const fixOf = (field: string) => errorsOf(oneAccount(field))[0]?.fix;

test.each([
  ["cloudwatch_agent: on", "cloudwatch_agent: { default: {} }"],
  ["s3_managed_buckets: true", "s3_managed_buckets: { eu-central-1: {} }"],
  [
    "s3_buckets: { x: { bucket: example-bucket, purpose: scripts } }",
    'prefix: run-command/output, or prefix: "" for the whole bucket',
  ],
  ["state: s3", "state: { backend: s3, bucket: example-bucket }"],
  ["state: local", "state: { backend: local }"],
  ["role: X", "role: { name: X }"],
  ['policies: { q: "arn:aws:iam::aws:policy/X" }', 'q: { policy_arn: "arn:aws:iam::aws:policy/X" }'],
  ["deploy_role_arn: {account_id}", 'deploy_role_arn: "{account_id}"'],
  [
    "s3_buckets: logs",
    "s3_buckets: { default: { bucket: example-bucket, prefix: run-command/output, purpose: run_command } }",
  ],
  ["role: { adopt: yes }", "adopt: true"],
  ["role: { adopt: perhaps }", "adopt: false"],
  ['role: { max_session_duration: "7200" }', "max_session_duration: 7200"],
  ["activations: { x: { expires_in_days: 07 } }", "expires_in_days: 7"],
  ["role: { max_session_duration: long }", "max_session_duration: 3600"],
  ["tags: x", "tags: { Owner: platform }"],
])("for %s the error says what to write", (field, text) => {
  expect(fixOf(field)).toBe(`Write ${text}.`);
});

test("for a required field that is null or missing, the error says what to write", () => {
  expect(errorsOf('accounts: { a: { id: "111111111111", region: } }')[0]?.fix).toBe("Write region: eu-central-1.");
  expect(errorsOf('accounts: { a: { id: "111111111111" } }')[0]?.fix).toBe("Write region: eu-central-1.");
});

test.each([
  ["user_access: { x: { level: admin } }", "Did you mean administrator?"],
  [
    'user_access: { x: { level: operator, node_tags: {}, roles: ["arn:aws:iam::111111111111:role/a/Admin"] } }',
    "Write only the name: Admin.",
  ],
])("for %s the error suggests the intended value", (field, fix) => {
  expect(fixOf(field)).toBe(fix);
});

test.each([
  ...FEATURES.map(({ name, entries }) => `${name}: ${exampleOf(entries)}`),
  `role: ${exampleOf(roleSchema)}`,
  `trust: ${exampleOf(trustSchema)}`,
  `state: ${exampleOf(stateSchema)}`,
])("the example %s is valid", (field) => {
  expect(errorsOf(oneAccount(field))).toEqual([]);
});
