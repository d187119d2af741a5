import { GetPolicyCommand, GetPolicyVersionCommand } from "@aws-sdk/client-iam";
import { policies as awsPolicies } from "../iam/aws-policies.json";
import { type Documents, documentsOf } from "../iam/documents";
import { type Document, rows } from "../iam/pair";
import { PLACES } from "../iam/place";
import { s3Buckets } from "../iam/s3-buckets";
import { s3ManagedBuckets } from "../iam/s3-managed-buckets";
import { account } from "../iam/tables";
import { driveAsMachine, isDrivable } from "./iam-real-calls";
import { describeInLab, synthesize } from "./support";

/** Resources of a state file. */
interface Resource {
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly index_key?: string; readonly attributes: Readonly<Record<string, string>> }[];
}

// __tests__/iam checks IAM's decisions with the documents that TypeScript computes.
describeInLab("policy documents", (lab) => {
  let roots: (account: string) => string;

  beforeAll(async () => {
    const file = { accounts: Object.fromEntries(PLACES.map((place) => [place.partition, account(place)])) };
    roots = await synthesize(lab(), "iam-truth", JSON.stringify(file));
  });

  test("that are copied from AWS match IAM", async () => {
    const iam = await lab().iam(PLACES[0]?.account as string);
    for (const [name, { version, document }] of Object.entries(awsPolicies)) {
      const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId;
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      expect({ name, version: VersionId }).toEqual({ name, version });
      expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document as string))).toEqual(document);
    }
  });

  describe.each(PLACES)("in $partition", (place) => {
    test("are the same in the state of an applied account as in TypeScript, character for character", async () => {
      const root = roots(place.partition);
      await lab().mustTerraform(root, "init", "-input=false");
      await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve");
      const { resources }: { resources: readonly Resource[] } = JSON.parse(
        await lab().mustTerraform(root, "state", "pull"),
      );
      const made = resources.flatMap(({ type, name, instances }) =>
        instances.flatMap(({ index_key, attributes: { policy, assume_role_policy } }) => {
          if (type === "aws_iam_role") return [["trust", assume_role_policy]];
          if (type === "aws_iam_policy") return [[name === "user_access" ? `${name} ${index_key}` : name, policy]];
          return [];
        }),
      );
      expect(Object.fromEntries(made)).toEqual(texts(documentsOf(place)));
    });

    test("decide a machine's requests as expected in an emulator that enforces IAM", async () => {
      const calls = [s3Buckets, s3ManagedBuckets].flatMap((table) => rows(table, place)).filter(isDrivable);
      const decisions = await driveAsMachine(lab(), place, calls);
      const wrong = calls.filter((row) => decisions.get(row) !== row.expected);
      expect(wrong.map((row) => `not ${row.expected}: ${row.text}`)).toEqual([]);
      for (const expected of ["allowed", "denied"]) {
        expect(calls.filter((row) => row.expected === expected).length).toBeGreaterThan(40);
      }
    });
  });
});

/** Returns the documents of our policies for an account, as strings. */
function texts({ trust, attached, userAccess }: Documents): Record<string, string> {
  const ours = Object.entries(attached).flatMap(([name, all]) =>
    all.filter(({ ours }) => ours).map(({ document }): [string, Document] => [name, document]),
  );
  const people = Object.entries(userAccess).map(([label, document]): [string, Document] => [
    `user_access ${label}`,
    document,
  ]);
  const all: [string, Document][] = [["trust", trust], ...ours, ...people];
  return Object.fromEntries(all.map(([name, document]) => [name, inTerraformsOrder(document)]));
}

/** Returns JSON with the keys of each object in character order, like Terraform's jsonencode. */
function inTerraformsOrder(document: Document): string {
  return JSON.stringify(document, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
