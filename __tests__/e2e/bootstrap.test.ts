import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import { BUCKET_STATE_KEY } from "../../lib/config/state-buckets";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { BucketGuard } from "./bucket-guard";
import { describeInLab } from "./support";

const ACCOUNTS = { fresh: "111111111111", encrypted: "222222222222", found: "333333333333", foreign: "444444444444" };
const YAML = `
defaults:
  region: eu-central-1
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  tags: { Owner: platform }
  state:
    backend: s3
    bucket: states-{account_id}
    key: "{account_name}.tfstate"
    assume_role: { role_arn: "arn:aws:iam::{account_id}:role/TerraformDeploy" }
accounts:
  fresh: { id: "${ACCOUNTS.fresh}" }
  encrypted: { id: "${ACCOUNTS.encrypted}", state: { kms_key_id: alias/state } }
  found: { id: "${ACCOUNTS.found}" }
  foreign: { id: "${ACCOUNTS.foreign}" }
  shared: { id: "555555555555" }
  trial: { id: "666666666666", state: null }
`;

describeInLab("npm run bootstrap", (lab) => {
  let guard: BucketGuard;
  const environment = () => ({
    ACCOUNTS_FILE: lab().file("bootstrap/accounts.yaml", YAML),
    CDKTF_OUTDIR: join(lab().folder, "bootstrap/cdktf.out"),
    AWS_ENDPOINT_URL: guard.endpoint,
  });
  const bootstrap = (names: string[], env = {}) =>
    lab().program("scripts/bootstrap.ts", { ...environment(), ...env }, names);
  const bucketOf = (account: keyof typeof ACCOUNTS) => `states-${ACCOUNTS[account]}`;
  const root = (account: keyof typeof ACCOUNTS) =>
    join(lab().folder, "bootstrap/cdktf.out/bootstrap/stacks", bucketOf(account));
  const localState = (account: keyof typeof ACCOUNTS) =>
    join(lab().folder, `bootstrap/bootstrap.${bucketOf(account)}.tfstate`);

  /** S3 client for a role of an account, subject to the bucket policies. */
  async function s3As(accountId: string, role = "TerraformDeploy"): Promise<S3Client> {
    const place = { endpoint: guard.endpoint, region: "eu-central-1" };
    const sts = new STSClient({ ...place, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const RoleArn = `arn:aws:iam::${accountId}:role/${role}`;
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return new S3Client({ ...place, credentials });
  }

  async function create(accountId: string, Bucket: string): Promise<S3Client> {
    const s3 = await s3As(accountId);
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    return s3;
  }

  async function keysOf(account: keyof typeof ACCOUNTS): Promise<(string | undefined)[]> {
    const Bucket = bucketOf(account);
    const { Contents = [] } = await (await s3As(ACCOUNTS[account])).send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key }) => Key);
  }

  beforeAll(async () => {
    guard = await BucketGuard.start(lab().endpoint);
  });
  afterAll(() => guard?.stop());

  test("creates a bucket and adopts an existing one, stores their states in them, and leaves no file or lock", async () => {
    await create(ACCOUNTS.found, bucketOf("found"));
    const { code, stdout } = await bootstrap(["fresh", "found"]);
    expect(stdout).toContain(`${bucketOf("fresh")}: done, 6 added, 0 changed, 0 destroyed\n`);
    expect(stdout).toMatch(/^states-333333333333: done, 1 imported, 5 added, \d changed, 0 destroyed$/m);
    expect(code).toBe(0);
    for (const account of ["fresh", "found"] as const) {
      expect(await keysOf(account)).toEqual([BUCKET_STATE_KEY]);
      expect(existsSync(localState(account))).toBe(false);
      expect(existsSync(`${localState(account)}.backup`)).toBe(false);
    }
  });

  test("makes the bucket versioned, encrypted and private, and sets its policy", async () => {
    const s3 = await s3As(ACCOUNTS.fresh);
    const Bucket = bucketOf("fresh");
    expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: "Enabled" });
    expect(await s3.send(new GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
    expect((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    });
    const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    expect(TagSet).toEqual([{ Key: "Owner", Value: "platform" }]);
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    const roleArn = `arn:aws:iam::${ACCOUNTS.fresh}:role/TerraformDeploy`;
    const access = { partition: "aws", bucket: Bucket, setupRoleArns: [roleArn], ownKey: BUCKET_STATE_KEY };
    expect(JSON.parse(Policy as string)).toEqual(
      stateBucketPolicy({ ...access, states: [{ roleArn, key: "fresh.tfstate" }] }),
    );
  });

  test("denies access to other roles of the account, and does not allow the deploy role to delete a state", async () => {
    const Bucket = bucketOf("fresh");
    const refused = { name: "AccessDenied" };
    const other = await s3As(ACCOUNTS.fresh, "Administrator");
    await expect(other.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(refused);
    const deploy = await s3As(ACCOUNTS.fresh);
    const state = { Bucket, Key: BUCKET_STATE_KEY };
    await expect(deploy.send(new DeleteObjectCommand(state))).rejects.toMatchObject(refused);
    const elsewhere = { Bucket, Key: "elsewhere.tfstate", Body: "{}" };
    await expect(deploy.send(new PutObjectCommand(elsewhere))).rejects.toMatchObject(refused);
  });

  test("gives a role that replaces another one access to the bucket and its objects", async () => {
    const renamed = YAML.replaceAll("role/TerraformDeploy", "role/Deployer");
    const env = { ACCOUNTS_FILE: lab().file("bootstrap/renamed.yaml", renamed) };
    const refused = await bootstrap(["fresh"], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `The bucket ${bucketOf("fresh")} belongs to account ${ACCOUNTS.fresh}, but its policy does not allow ` +
        `arn:aws:iam::${ACCOUNTS.fresh}:role/Deployer. If this role replaces another one, add --former-role`,
    );
    const former = ["--former-role", "arn:{partition}:iam::{account_id}:role/TerraformDeploy"];
    expect(await bootstrap(["fresh", ...former], env)).toMatchObject({ code: 0 });
    const list = new ListObjectsV2Command({ Bucket: bucketOf("fresh") });
    await expect((await s3As(ACCOUNTS.fresh)).send(list)).rejects.toMatchObject({ name: "AccessDenied" });
    const { Contents } = await (await s3As(ACCOUNTS.fresh, "Deployer")).send(list);
    expect(Contents?.map(({ Key }) => Key)).toEqual([BUCKET_STATE_KEY]);
    // A second run has nothing to do.
    expect(await bootstrap(["fresh", ...former], env)).toMatchObject({ stdout: `${bucketOf("fresh")}: unchanged\n` });

    const back = ["--former-role", `arn:aws:iam::${ACCOUNTS.fresh}:role/Deployer`];
    expect(await bootstrap(["fresh", ...back])).toMatchObject({ code: 0 });
  });

  test("creates a bucket that npm run deploy can use for the account's state", async () => {
    const { code, stdout } = await lab().program("scripts/deploy.ts", environment(), ["fresh", "--yes"]);
    expect(stdout).toContain("fresh: done, 3 added, 0 changed, 0 destroyed");
    expect(code).toBe(0);
    expect(await keysOf("fresh")).toEqual(["fresh.tfstate", BUCKET_STATE_KEY]);
  });

  test("reports no changes in a second run, and keeps a local file with another state", async () => {
    expect(await bootstrap(["fresh"])).toMatchObject({ code: 0, stdout: `${bucketOf("fresh")}: unchanged\n` });

    writeFileSync(localState("fresh"), JSON.stringify({ resources: [] }));
    const { code, stdout } = await bootstrap(["fresh"]);
    expect(code).toBe(1);
    expect(stdout).toContain(`The bucket ${bucketOf("fresh")} already contains its own state`);
    expect(readFileSync(localState("fresh"), "utf8")).toBe('{"resources":[]}');
  });

  test("protects the bucket from terraform destroy", async () => {
    const env = { ...lab().env, ...environment() };
    const options = { cwd: root("found"), env };
    const { code, output } = await run(findTools("terraform").terraform, ["plan", "-destroy", "-no-color"], options);
    expect(code).toBe(1);
    expect(output).toMatch(/Resource aws_s3_bucket\S* has\s+lifecycle.prevent_destroy set/);
  });

  test("continues from its local state, which only the user can read, if it was interrupted before the state moved", async () => {
    // A Terraform that fails when it moves the state.
    const script = `case "$*" in *-migrate-state*) echo "Error: killed"; exit 1;; esac; exec "$TERRAFORM" "$@"`;
    const TERRAFORM = findTools("terraform").terraform;
    const wrapper = lab().file("bootstrap/terraform", `#!/bin/sh\n${script}\n`);
    chmodSync(wrapper, 0o755);
    const broken = await bootstrap(["encrypted"], { TERRAFORM_BINARY_NAME: wrapper, TERRAFORM });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/failed \(1\): states-222222222222\n[\s\S]*Error: killed/);
    expect(statSync(localState("encrypted")).mode & 0o777).toBe(0o600);
    expect(await keysOf("encrypted")).toEqual([]);

    expect(await bootstrap(["encrypted"])).toMatchObject({ code: 0, stdout: `${bucketOf("encrypted")}: unchanged\n` });
    expect(await keysOf("encrypted")).toEqual([BUCKET_STATE_KEY]);
    expect(existsSync(localState("encrypted"))).toBe(false);
    const s3 = await s3As(ACCOUNTS.encrypted);
    expect(await s3.send(new GetBucketEncryptionCommand({ Bucket: bucketOf("encrypted") }))).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "alias/state" },
            BucketKeyEnabled: true,
          },
        ],
      },
    });
  });

  test("refuses a bucket of another account and a bucket in use, reports both, and writes nothing", async () => {
    // Open to all, so that only the owner check can refuse it.
    const Bucket = bucketOf("foreign");
    const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
    const Statement = [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await (await create("999999999999", Bucket)).send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const others = { Bucket: "states-555555555555", Key: "others/terraform.tfstate", Body: "{}" };
    await (await create("555555555555", others.Bucket)).send(new PutObjectCommand(others));
    const { code, stdout, stderr } = await bootstrap(["foreign", "shared"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^The bucket states-444444444444 exists, but it does not belong to account 444444444444, or .+ \(AccessDenied/m,
    );
    expect(stderr).toMatch(
      /^The bucket states-555555555555 exists and contains others\/terraform\.tfstate, which is not a state/m,
    );
    expect(existsSync(root("foreign"))).toBe(false);
    expect(existsSync(localState("foreign"))).toBe(false);
  });

  test("refuses an account without a state bucket", async () => {
    const { code, stderr } = await bootstrap(["trial", "fresch"]);
    expect(code).toBe(1);
    expect(stderr).toContain("trial needs no state bucket: its state.backend is local.");
    expect(stderr).toContain("Did you mean fresh?");
  });
});
