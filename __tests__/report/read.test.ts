import { accountOf as validated } from "../../lib/config/account";
import { FEATURES } from "../../lib/features/features";
import { readRoot } from "../../lib/report/read";
import { fileOf, fullAccount } from "../accounts";
import { accountOf, errorsIn, synthAccount } from "../support";
import { facts } from "./support";

const FULL = accountOf(fileOf({ a: fullAccount() }));

test("a root module has the facts of the file", () => {
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

test("the policies and their documents are the same as in the checks of the file", () => {
  const { serviceRole } = validated("a", FULL);
  const read = facts(FULL);
  expect(read.attached).toEqual(serviceRole.attached);
  expect(read.granted).toEqual(serviceRole.granted);
  expect(Object.keys(read.features).sort()).toEqual(FEATURES.map(({ name }) => name).sort());
});

test.each([
  { backend: "local", path: "a.tfstate" },
  { backend: "cloud", organization: "o" },
  { backend: "http", address: "https://example.com/s" },
] as const)("the state of %j", (state) => {
  const { backend, ...settings } = state;
  expect(facts({ state }).state).toMatchObject({ backend, settings });
});

test("an unknown resource is listed", () => {
  const root = synthAccount() as { resource: Record<string, unknown> };
  root.resource.aws_iam_user = {};
  expect(readRoot("a", root).unexplained).toEqual(["aws_iam_user"]);
});

const STALE = "Another version wrote this root module. Run npm run synth again.";

test.each([
  ["a role", ["resource"], {}, [{ account: "a", field: "resource.aws_iam_role", code: "missing" }]],
  [
    "the current fields",
    ["variable", "s3_buckets", "default"],
    { logs: { bucket: "example-logs", read: true, write: true } },
    ["prefix", "purpose", "read", "write"].map((field) => ({
      field: `variable.s3_buckets.default.logs.${field}`,
      fix: STALE,
    })),
  ],
  [
    "a trust policy in JSON",
    ["resource", "aws_iam_role", "this", "assume_role_policy"],
    "${data.x.y}",
    [{ field: "resource.aws_iam_role.this.assume_role_policy" }],
  ],
])("a root module without %s is refused", (_, path, value, errors) => {
  const root = synthAccount(FULL);
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key] as Tree, root as Tree);
  parent[path.at(-1) as string] = value;
  expect(errorsIn(() => readRoot("a", root))).toMatchObject(errors);
});

interface Tree {
  [key: string]: unknown;
}
