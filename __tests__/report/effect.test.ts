import type { AccountProps } from "../../lib";
import { type Change, compare, snapshotOf } from "../../lib/report/changes";
import { type Effect, isComparable } from "../../lib/report/effect";
import { decide } from "../iam/decide";
import type { Decision, Request } from "../iam/pair";
import { PLACES } from "../iam/place";
import { facts } from "./support";

const [PLACE] = PLACES;
if (!PLACE) throw new Error("no place");

const bucket = (prefix: string, purpose = "run_command") =>
  ({ s3Buckets: { logs: { bucket: "example-logs", prefix, purpose } } }) as Partial<AccountProps>;
const object = (key: string, action = "s3:PutObject"): Request => ({
  action,
  resource: `arn:aws:s3:::example-logs/${key}`,
});

/** Requests that distinguish the two sides, derived from the purpose of each field. */
const REQUESTS: readonly Request[] = [
  object("run/x"),
  object("run/plant/x"),
  object("other/x"),
  object("run/x", "s3:GetObject"),
];

async function decisions(props: Partial<AccountProps>): Promise<Decision[]> {
  const { arn, attached } = facts(props);
  const policies = { identity: attached.flatMap(({ document }) => document ?? []) } as never;
  const rows = REQUESTS.map((request) => ({ text: request.action, request: { by: arn, ...request } }) as never);
  return Promise.all(rows.map((row) => decide(row, policies, PLACE as never)));
}

function sentences(before: Partial<AccountProps>, after: Partial<AccountProps>): Change[] {
  const [last, now] = [before, after].map((props) => snapshotOf([facts(props)], "2026-01-01T00:00Z"));
  const change = compare(last as never, now as never, "a");
  return change.kind === "changed" ? [...change.changes] : [];
}

// iam-simulate decides the requests, and the page's word must match its decisions.
test.each<[string, Partial<AccountProps>, Partial<AccountProps>, Effect]>([
  ["a new bucket", {}, bucket("run"), "wider"],
  ["a removed bucket", bucket("run"), {}, "narrower"],
  ["a shorter prefix", bucket("run/plant"), bucket("run"), "wider"],
  ["a longer prefix", bucket("run"), bucket("run/plant"), "narrower"],
  ["no prefix", bucket("run"), bucket(""), "wider"],
  ["another place", bucket("run"), bucket("other"), "wider"],
])("%s: iam-simulate agrees with the page", async (_, before, after, effect) => {
  const [was, is] = await Promise.all([decisions(before), decisions(after)]);
  const gains = is.filter((decision, index) => decision === "allowed" && was[index] === "denied").length;
  const losses = was.filter((decision, index) => decision === "allowed" && is[index] === "denied").length;
  expect({ wider: gains > 0, narrower: gains === 0 && losses > 0 }).toEqual({
    wider: effect === "wider",
    narrower: effect === "narrower",
  });
  const shown = sentences(before, after).flatMap((one) => one.effect ?? []);
  expect(new Set(shown)).toEqual(new Set([effect]));
});

const BOUNDARY = "arn:aws:iam::111111111111:policy/boundary";
const access = (groups: readonly string[]) =>
  ({ userAccess: { op: { level: "read_only", groups } } }) as Partial<AccountProps>;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html: a boundary only ever limits.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html: a trust's conditions limit for whom the service acts.
test.each<[string, Partial<AccountProps>, Partial<AccountProps>, (Effect | undefined)[]]>([
  ["a boundary", {}, { role: { permissionsBoundary: BOUNDARY } }, ["narrower"]],
  ["no boundary", { role: { permissionsBoundary: BOUNDARY } }, {}, ["wider"]],
  [
    "another boundary has an unknown effect",
    { role: { permissionsBoundary: BOUNDARY } },
    { role: { permissionsBoundary: `${BOUNDARY}2` } },
    [undefined],
  ],
  ["no trust conditions", {}, { trust: { conditions: false } }, ["wider"]],
  ["trust conditions", { trust: { conditions: false } }, {}, ["narrower"]],
  ["fewer regions", {}, { trust: { regions: ["eu-central-1"] } }, ["narrower"]],
  ["more regions", { trust: { regions: ["eu-central-1"] } }, {}, ["wider"]],
  ["more people", access(["Day"]), access(["Day", "Night"]), ["wider"]],
  ["fewer people", access(["Day", "Night"]), access(["Day"]), ["narrower"]],
  ["other people", access(["Day"]), access(["Night"]), ["wider"]],
  ["the description", {}, { role: { description: "d" } }, [undefined]],
  ["the state's key", {}, { state: { backend: "s3", bucket: "example-state", key: "other" } }, []],
])("%s", (_, before, after, effects) => {
  const shown = sentences(before, after).filter(({ field }) => !field?.startsWith("state."));
  expect(shown.map(({ effect }) => effect)).toEqual(effects);
});

test("a condition that does not compare strings cannot be compared", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" } as const;
  expect(isComparable({ ...statement, Condition: { StringLike: { "aws:x": "y" } } })).toBe(true);
  expect(isComparable({ ...statement, Condition: { NumericLessThan: { "aws:x": "1" } } })).toBe(false);
});
