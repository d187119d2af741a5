import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CopyObjectCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { createStateBucket, STATE_BUCKET, stateKeys } from "../support";
import { addRow } from "./rows";
import { describeFaults, ID, KEY, ROLE, words } from "./support";

const RoleName = ROLE;
const CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
const STRANGER = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const OTHER_TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

async function deleteRole(iam: IAMClient): Promise<void> {
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

describeFaults("terraform apply after a fault between two runs", (root, whole) => {
  /** Applies after a manual change, and expects an empty plan. */
  async function repair(fault: string, pattern: RegExp): Promise<void> {
    const left = await root().left();
    const output = await root().mustApply();
    await root().mustChangeNothing();
    addRow({ fault, sees: words(output, pattern), left, fix: "`terraform apply`" });
  }

  test("recreates the role if it was deleted", async () => {
    await deleteRole(await root().lab.iam(ID));
    await repair("the role deleted by hand", /Plan: \d+ to add, 0 to change, 0 to destroy[.]/);
    expect(await root().made()).toEqual(whole());
  });

  test("recreates the role if it was replaced by one with another name", async () => {
    const iam = await root().lab.iam(ID);
    await deleteRole(iam);
    await iam.send(new CreateRoleCommand({ RoleName: "Renamed", AssumeRolePolicyDocument: OTHER_TRUST }));
    const fault = "the role renamed, which in IAM is: deleted, and another made";
    await repair(`${fault}; that one stays`, /Plan: \d+ to add, 0 to change, 0 to destroy[.]/);
    await iam.send(new DeleteRoleCommand({ RoleName: "Renamed" }));
    expect(await root().made()).toEqual(whole());
  });

  test("reverts its trust policy if it was edited, and attaches a detached policy", async () => {
    const iam = await root().lab.iam(ID);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: OTHER_TRUST }));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: CORE }));
    const fault = "the role's trust edited and a policy detached by hand";
    await repair(fault, /Plan: 1 to add, 1 to change, 0 to destroy[.]/);
    expect(await root().made()).toEqual(whole());
  });

  test("keeps a policy that others attached", async () => {
    const iam = await root().lab.iam(ID);
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: STRANGER }));
    const sees = words(
      await root().mustChangeNothing(),
      /No changes[.] Your infrastructure matches the configuration[.]/,
    );
    const left = await root().left();
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: STRANGER }));
    const fix = "`role.exclusive_policies: true` detaches it, and shows it in the plan (`__tests__/e2e/adopt.test.ts`)";
    addRow({ fault: "a policy attached by hand", sees, left, fix });
  });

  test("plans to create existing resources if the state was restored to an earlier version", async () => {
    const s3 = root().lab.s3();
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: STATE_BUCKET, VersioningConfiguration }));
    const now = { Bucket: STATE_BUCKET, Key: KEY };
    const copy = { ...now, CopySource: `${STATE_BUCKET}/${KEY}`, MetadataDirective: "REPLACE" } as const;
    const { VersionId } = await s3.send(new CopyObjectCommand(copy));
    await root().must("state", "rm", "aws_iam_role.this", 'aws_iam_policy.s3_buckets["this"]');
    const { output } = await root().run("plan");
    const left = await root().left();
    await s3.send(new CopyObjectCommand({ ...copy, CopySource: `${STATE_BUCKET}/${KEY}?versionId=${VersionId}` }));
    await root().mustChangeNothing();
    expect(await root().made()).toEqual(whole());
    addRow({
      fault: "the state put back to a version that lacks two of its resources",
      sees: words(output, /Plan: \d+ to add, 0 to change, \d+ to destroy[.]/),
      left,
      fix: "do not apply; make the newest version the current one again",
    });
  });

  test("fails if the state bucket is missing, and works again with a new bucket and imports", async () => {
    const s3 = root().lab.s3();
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: STATE_BUCKET }),
    );
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      await s3.send(new DeleteObjectCommand({ Bucket: STATE_BUCKET, Key, VersionId }));
    }
    expect(await stateKeys(root().lab)).toEqual([]);
    await s3.send(new DeleteBucketCommand({ Bucket: STATE_BUCKET }));
    const { code, output } = await root().apply();
    expect(code).toBe(1);
    expect(await root().made()).toEqual(whole());
    await createStateBucket(root().lab);
    const again = await root().apply();
    const left = await root().left();
    await root().adopt(again.output);
    await root().mustChangeNothing();
    const { activations, ...rest } = await root().made();
    expect({ ...rest, activations: activations - 1 }).toEqual(whole());
    addRow({
      fault: "the state bucket deleted, with the state",
      sees: `${words(output, /NoSuchBucket/)}; with a new bucket: ${words(again.output, /EntityAlreadyExists/)}`,
      left,
      fix: "`npm run bootstrap`; `import` blocks, or `terraform import`, for what exists already; `terraform apply`; delete the activation that is not in `activation_ids`",
    });
  });
});
