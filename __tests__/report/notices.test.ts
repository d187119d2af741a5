import type { AccountProps } from "../../lib";
import { noticesOf } from "../../lib/report/notices";
import { facts } from "./support";

const QUIET = {
  role: { corePolicyArn: "arn:aws:iam::111111111111:policy/core" },
  state: { backend: "s3", bucket: "example-state", key: "k" },
} as const;
const codes = (props: Partial<AccountProps>) => noticesOf(facts(props)).map(({ code }) => code);

test("a narrow account with a safe state has only the notice to read its core policy", () => {
  expect(codes(QUIET)).toEqual(["unread-policy"]);
});

test.each<[string, Partial<AccountProps>]>([
  ["every-parameter", { role: {} }],
  ["every-log-group", { cloudwatchAgent: { default: {} } }],
  ["every-directory", { directoryService: { default: {} } }],
  ["open-trust", { trust: { conditions: false } }],
  ["full-access", { policies: { s3: { policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" } } }],
  ["every-machine", { userAccess: { x: { level: "operator", nodeTags: {}, roles: ["Op"] } } }],
  ["every-machine", { userAccess: { x: { level: "administrator", roles: ["Admin"] } } }],
  ["codes-in-state", { activations: { line: {} } }],
  ["adopt", { role: { ...QUIET.role, adopt: true } }],
  ["local-state", { state: { backend: "local" } }],
  ["unlocked-state", { state: { ...QUIET.state, useLockfile: false } }],
])("%s", (code, props) => {
  expect(codes({ ...QUIET, ...props })).toContain(code);
  expect(codes(QUIET)).not.toContain(code);
});

test("a narrower policy instead of AWS's does not get the notice of AWS's policy", () => {
  const policyArn = "arn:aws:iam::111111111111:policy/CloudWatchAgentServerPolicy";
  expect(codes({ ...QUIET, cloudwatchAgent: { default: { policyArn } } })).toEqual(["unread-policy"]);
});

test("people who can use only tagged machines, or none, cause no notice", () => {
  const access = (entry: object) => codes({ ...QUIET, userAccess: { x: { roles: ["Op"], ...entry } as never } });
  expect(access({ level: "operator", nodeTags: { Site: "factory" } })).not.toContain("every-machine");
  expect(access({ level: "read_only" })).not.toContain("every-machine");
});

test("an activation of the runbook has no code in the state", () => {
  expect(codes({ ...QUIET, activations: { line: { byRunbook: true } } })).toEqual(codes(QUIET));
});
