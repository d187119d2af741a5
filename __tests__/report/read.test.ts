import { accountOf } from "../../lib/config/account";
import { readRoot } from "../../lib/report/read";
import { ACCOUNT, faultsIn, synthAccount } from "../support";
import { facts } from "./support";

const FEATURES = {
  cloudwatchAgent: { default: {} },
  s3Buckets: { logs: { bucket: "example-logs", purpose: "run_command" } },
  s3ManagedBuckets: { "eu-central-1": { legacyAgent: true } },
  policies: { own: { policyArn: "arn:aws:iam::111111111111:policy/own" } },
  userAccess: { admins: { level: "administrator", roles: ["Admins"] } },
  activations: { line: { registrationLimit: 2 } },
} as const;

test("a root says what the file said", () => {
  const read = facts({
    deployRoleArn: "arn:aws:iam::111111111111:role/Deploy",
    externalId: "not-for-the-report",
    role: {
      name: "R",
      path: "/hybrid/",
      description: "d",
      maxSessionDuration: 7200,
      adopt: true,
      exclusivePolicies: true,
    },
    tags: { Owner: "x" },
    state: { backend: "s3", bucket: "example-state", key: "k", region: "us-east-1" },
  });
  expect(read).toMatchObject({
    name: "a",
    region: "eu-central-1",
    identity: { accountId: "111111111111", partition: "aws", path: "/hybrid/", name: "R" },
    deployRole: "arn:aws:iam::111111111111:role/Deploy",
    role: { description: "d", max_session_duration: 7200, adopt: true, exclusive_policies: true },
    features: {},
    state: { backend: "s3", settings: { bucket: "example-state", key: "k", region: "us-east-1" } },
    tags: { Owner: "x" },
    unexplained: [],
  });
  expect(JSON.stringify(read)).not.toContain("not-for-the-report");
});

test("the policies are those that the checks of the file see, documents and all", () => {
  const { serviceRole } = accountOf("a", { ...ACCOUNT, ...FEATURES });
  const read = facts(FEATURES);
  expect(read.attached).toEqual(serviceRole.attached);
  expect(read.granted).toEqual(serviceRole.granted);
  expect(Object.keys(read.features).sort()).toEqual([
    "activations",
    "cloudwatch_agent",
    "policies",
    "s3_buckets",
    "s3_managed_buckets",
    "user_access",
  ]);
});

test.each([
  [
    { backend: "local", path: "a.tfstate" },
    { backend: "local", settings: { path: "a.tfstate" } },
  ],
  [
    { backend: "cloud", organization: "o" },
    { backend: "cloud", settings: { organization: "o" } },
  ],
  [
    { backend: "http", address: "https://example.com/s" },
    { backend: "http", settings: { address: "https://example.com/s" } },
  ],
] as const)("the state of %j", (state, read) => {
  expect(facts({ state }).state).toMatchObject(read);
});

test("a resource that has no words is named", () => {
  const root = synthAccount() as { resource: Record<string, unknown> };
  root.resource.aws_iam_user = {};
  expect(readRoot("a", root).unexplained).toEqual(["aws_iam_user"]);
});

describe("what is no root of today's code is refused", () => {
  const faults = (change: (root: never) => void) =>
    faultsIn(() => {
      const root = synthAccount(FEATURES);
      change(root as never);
      readRoot("a", root);
    });

  test("without a role", () => {
    expect(faults((root: { resource: object }) => Object.assign(root, { resource: {} }) as never)).toEqual([
      expect.objectContaining({ account: "a", field: "resource.aws_iam_role", code: "missing" }),
    ]);
  });

  test("with an entry of an older version", () => {
    const older = { logs: { bucket: "example-logs", read: true, write: true } };
    const [fault] = faults((root: { variable: { s3_buckets: { default: unknown } } }) => {
      root.variable.s3_buckets.default = older;
    });
    expect(fault).toMatchObject({
      field: "variable.s3_buckets.default.logs.purpose",
      fix: "This root is not as today's code writes it: run npm run synth again.",
    });
  });

  test("with a trust policy that is no JSON", () => {
    const [fault] = faults((root: { resource: { aws_iam_role: { this: { assume_role_policy: string } } } }) => {
      root.resource.aws_iam_role.this.assume_role_policy = "${data.x.y}";
    });
    expect(fault?.field).toBe("resource.aws_iam_role.this.assume_role_policy");
  });
});
