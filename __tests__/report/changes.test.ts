import type { AccountProps } from "../../lib";
import { type AccountChange, compare, snapshotOf } from "../../lib/report/changes";
import { facts } from "./support";

const BASE = {
  role: { maxSessionDuration: 3600 },
  tags: { Owner: "x", constructor: "y" },
  state: { backend: "s3", bucket: "example-state", key: "k" },
  s3Buckets: { logs: { bucket: "example-logs", prefix: "", purpose: "run_command" } },
} as const;

function change(before: Partial<AccountProps>, after: Partial<AccountProps>): AccountChange {
  const [last, now] = [before, after].map((props) => snapshotOf([facts(props)], "2026-01-01T00:00Z"));
  return compare(last as never, now as never, "a");
}

test("the same file causes no change", () => {
  expect(change(BASE, BASE)).toEqual({ kind: "unchanged" });
});

test("an account that is not in the last report is new", () => {
  const last = snapshotOf([facts()], "2026-01-01T00:00Z");
  const now = snapshotOf([facts(), facts({}, "b")], "2026-01-02T00:00Z");
  expect(compare(last, now, "b")).toEqual({ kind: "new" });
  expect(compare(last, now, "a")).toEqual({ kind: "unchanged" });
});

test("a changed field has before and after, an added or removed field has one of them", () => {
  const after = { ...BASE, role: { maxSessionDuration: 7200, description: "d" }, tags: { Owner: "x" } };
  expect(change(BASE, after)).toEqual({
    kind: "changed",
    changes: [
      { kind: "changed", field: "role.max_session_duration", before: "3600", after: "7200" },
      { kind: "added", field: "role.description", after: "d" },
      { kind: "removed", field: "tags.constructor", before: "y" },
    ],
  });
});

test("an added entry without settings is shown with no settings", () => {
  expect(change(BASE, { ...BASE, directoryService: { corp: {} } })).toMatchObject({
    changes: [
      { kind: "added", field: "directory_service.corp", after: "no settings" },
      { kind: "added", effect: "wider" },
    ],
  });
});

test("how Terraform accesses the account is compared field by field", () => {
  const deployRoleArn = "arn:aws:iam::111111111111:role/Deploy";
  const after = {
    ...{ ...BASE, deployRoleArn, deploySession: { tags: { Team: "x" } }, profile: "plant" },
    ...{ useDualstackEndpoint: true, ignoreTags: { keyPrefixes: ["org:"] } },
  };
  expect(change({ ...BASE, deployRoleArn }, after)).toEqual({
    kind: "changed",
    changes: [
      { kind: "added", field: "profile", after: "plant" },
      { kind: "added", field: 'deploy_session.tags["Team"]', after: "x" },
      { kind: "added", field: "ignore_tags.key_prefixes", after: "org:" },
      { kind: "added", field: "use_dualstack_endpoint", after: "true" },
    ],
  });
});

test("an entry is shown with what it now allows", () => {
  const { s3Buckets: _, ...without } = BASE;
  const fields = 'bucket example-logs, prefix "", purpose run_command, put_object_acl false';
  const allowed = [
    "Machines can write objects: the whole bucket example-logs.",
    "Machines can read encryption settings: the bucket example-logs.",
  ];
  expect(change(without, BASE)).toEqual({
    kind: "changed",
    changes: [
      { kind: "added", field: "s3_buckets.logs", after: fields },
      ...allowed.map((after) => ({ kind: "added", after, effect: "wider" })),
    ],
  });
  expect(change(BASE, without)).toEqual({
    kind: "changed",
    changes: [
      { kind: "removed", field: "s3_buckets.logs", before: fields },
      ...allowed.map((before) => ({ kind: "removed", before, effect: "narrower" })),
    ],
  });
});

test("the trust, an existing policy and people's permissions are shown as sentences", () => {
  const policyArn = "arn:aws:iam::111111111111:policy/own";
  const { changes } = change(
    {},
    {
      trust: { conditions: false },
      policies: { own: { policyArn } },
      userAccess: { audit: { level: "read_only", groups: ["Auditors"] } },
    },
  ) as Extract<AccountChange, { kind: "changed" }>;
  const sentences = changes
    .filter(({ field }) => field === undefined)
    .map(({ kind, effect, before, after }) => [kind, effect, before, after]);
  expect(sentences).toEqual([
    ["added", "wider", undefined, `Machines have the policy ${policyArn}.`],
    [
      "changed",
      "wider",
      expect.stringContaining("and only for account 111111111111"),
      expect.stringContaining("no condition limits it to this one"),
    ],
    [
      "added",
      "wider",
      undefined,
      expect.stringMatching(
        /^People with user_access\.audit can describe activations, .+: all resources of the account\.$/,
      ),
    ],
    [
      "added",
      "wider",
      undefined,
      expect.stringMatching(
        /^People with user_access\.audit can list tags; describe machine .+: all machines of the account in any region\.$/,
      ),
    ],
  ]);
});

test("the region and the state are ordinary fields", () => {
  const { changes } = change(BASE, { ...BASE, region: "us-east-1", state: { ...BASE.state, key: "other" } }) as never;
  expect(changes).toEqual([
    { kind: "changed", field: "region", before: "eu-central-1", after: "us-east-1" },
    { kind: "changed", field: "state.key", before: "k", after: "other" },
    { kind: "changed", field: "state.region", before: "eu-central-1", after: "us-east-1" },
  ]);
});

test("the people who get a permission are a field; the permission itself does not change", () => {
  const access = (...roles: string[]) => ({ userAccess: { op: { level: "operator", nodeTags: {}, roles } } }) as const;
  expect(change(access("Day"), access("Day", "Night"))).toEqual({
    kind: "changed",
    changes: [{ kind: "changed", field: "user_access.op.roles", before: "Day", after: "Day, Night", effect: "wider" }],
  });
});
