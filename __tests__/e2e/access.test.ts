import { join } from "node:path";
import { TagRoleCommand } from "@aws-sdk/client-iam";
import { Recorder } from "../deploy-role/recorder";
import { BucketGuard } from "./bucket-guard";
import { describeInLab, programs, synthesize } from "./support";

const ID = "111111111111";
const BUCKET = "states-of-access";
const DEPLOY = `arn:aws:iam::${ID}:role/TerraformDeploy`;
const STATE = `arn:aws:iam::${ID}:role/TerraformState`;

const YAML = `
defaults:
  region: eu-central-1
  profile: "{account_name}-admin"
  deploy_role_arn: ${DEPLOY}
  external_id: shared
  deploy_session:
    session_name: release-42
    tags: { Team: platform, Stage: live }
    transitive_tag_keys: [Team]
    source_identity: jane.doe
  tags: { Owner: platform }
  ignore_tags: { keys: [CostCenter], key_prefixes: ["org:"] }
accounts:
  one:
    id: "${ID}"
    state:
      backend: s3
      bucket: ${BUCKET}
      profile: states
      assume_role:
        role_arn: ${STATE}
        session_name: release-42-state
        tags: { Team: platform }
        transitive_tag_keys: [Team]
        source_identity: jane.doe
`;

const CREDENTIALS = `
[one-admin]
aws_access_key_id = AKIAONEADMIN
aws_secret_access_key = x
[states]
aws_access_key_id = AKIASTATES
aws_secret_access_key = x
`;

/** The AssumeRole requests for the two roles. */
const DEPLOY_REQUEST = {
  ...{ ExternalId: "shared", RoleArn: DEPLOY, RoleSessionName: "release-42", SourceIdentity: "jane.doe" },
  "Tags.member": ["Stage=live", "Team=platform"],
  "TransitiveTagKeys.member": ["Team"],
  key: "AKIAONEADMIN",
};
const STATE_REQUEST = {
  ...{ RoleArn: STATE, RoleSessionName: "release-42-state", SourceIdentity: "jane.doe" },
  "Tags.member": ["Team=platform"],
  "TransitiveTagKeys.member": ["Team"],
  key: "AKIASTATES",
};

describeInLab("access settings of an account", (lab) => {
  let guard: BucketGuard;
  let recorder: Recorder;
  const program = (script: string, args: readonly string[], env = {}) => {
    const files = {
      ACCOUNTS_FILE: lab().file("access/accounts.yaml", YAML),
      CDKTF_OUTDIR: join(lab().folder, "access/cdktf.out"),
      AWS_SHARED_CREDENTIALS_FILE: lab().file("access/credentials", CREDENTIALS),
    };
    const keys = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    return lab().program(
      `scripts/${script}.ts`,
      { ...files, ...keys, AWS_ENDPOINT_URL: recorder.endpoint, ...env },
      args,
    );
  };

  /** Returns the distinct requests for a role since the last call, and their senders: our checks or Terraform. */
  function assumed() {
    const all = recorder
      .take()
      .flatMap(({ service, body, headers: { authorization = "", "user-agent": agent = "" } }) => {
        const fields = new URLSearchParams(body);
        if (service !== "sts" || fields.get("Action") !== "AssumeRole") return [];
        const list = (name: string, of = (n: string) => fields.get(`${name}.${n}`)) =>
          [1, 2].flatMap((n) => of(String(n)) ?? []).sort();
        const tag = (n: string) =>
          fields.has(`Tags.member.${n}.Key`)
            ? `${fields.get(`Tags.member.${n}.Key`)}=${fields.get(`Tags.member.${n}.Value`)}`
            : null;
        const single = [...fields].sort().filter(([name]) => !/^(Action|Version|DurationSeconds|.*[.].*)$/.test(name));
        const request = {
          ...Object.fromEntries(single),
          "Tags.member": list("Tags.member", tag),
          "TransitiveTagKeys.member": list("TransitiveTagKeys.member"),
          key: /Credential=([^/]+)/.exec(authorization)?.[1],
        };
        return [{ request: JSON.stringify(request), agent: agent.startsWith("aws-sdk-js") ? "checks" : "Terraform" }];
      });
    return {
      agents: [...new Set(all.map(({ agent }) => agent))].sort(),
      requests: [...new Set(all.map(({ request }) => request))].map((one) => JSON.parse(one)),
    };
  }

  beforeAll(async () => {
    guard = await BucketGuard.start(lab().endpoint);
    recorder = await Recorder.start(guard.endpoint, lab().endpoint);
  });
  afterAll(async () => {
    await recorder?.stop();
    guard?.stop();
  });

  test("report a profile without credentials, with its field and the sign-in command", async () => {
    const { code, stdout } = await program("doctor", [], { AWS_SHARED_CREDENTIALS_FILE: "/dev/null" });
    expect(code).toBe(1);
    expect(stdout).toContain("The profile one-admin of profile has no AWS credentials, or they have expired.");
    expect(stdout).toContain("aws sso login --profile one-admin");
  });

  test(
    "make npm run bootstrap assume the deploy role with its session settings, from the account's profile",
    async () => {
      recorder.take();
      expect(await program("bootstrap", [])).toMatchObject({ code: 0 });
      expect(assumed()).toEqual({ agents: ["Terraform", "checks"], requests: [DEPLOY_REQUEST] });
    },
    programs(12),
  );

  test(
    "make checks, provider and backend assume the two roles alike; ignored tags cause no change",
    async () => {
      expect(await program("deploy", ["--yes"])).toMatchObject({ code: 0 });
      const { agents, requests } = assumed();
      expect(agents).toEqual(["Terraform", "checks"]);
      expect(requests).toHaveLength(2);
      expect(requests).toEqual(expect.arrayContaining([DEPLOY_REQUEST, STATE_REQUEST]));
      const Tags = ["CostCenter", "org:unit"].map((Key) => ({ Key, Value: "4711" }));
      const iam = await lab().iam(ID);
      await iam.send(new TagRoleCommand({ RoleName: "SSMServiceRole", Tags }));
      expect(await program("plan", ["--detailed-exitcode"])).toMatchObject({ code: 0 });
      // Other tags that the file does not contain are still removed.
      await iam.send(new TagRoleCommand({ RoleName: "SSMServiceRole", Tags: [{ Key: "Other", Value: "x" }] }));
      expect(await program("plan", ["--detailed-exitcode"])).toMatchObject({ code: 2 });
    },
    programs(12),
  );

  test("set the project in HCP Terraform's block", async () => {
    const state = { backend: "cloud", organization: "me", hostname: "127.0.0.1:9", project: "My platform" };
    const accounts = { one: { id: ID, region: "eu-central-1", state } };
    const root = (await synthesize(lab(), "project", JSON.stringify({ accounts })))("one");
    // Terraform reads the whole block before it contacts the host.
    const { output } = await lab().terraform(root, "init", "-input=false", "-no-color");
    expect(output).toContain("Failed to request discovery document");
  });

  test("set the endpoints of provider and backend", async () => {
    const endpoints = { use_fips_endpoint: true, use_dualstack_endpoint: true };
    const state = { backend: "s3", bucket: BUCKET, ...endpoints };
    const account = { id: ID, region: "us-east-1", ...endpoints, state };
    const root = (await synthesize(lab(), "endpoints", JSON.stringify({ accounts: { one: account } })))("one");
    await lab().mustTerraform(root, "init", "-backend=false", "-input=false");
    expect(await lab().terraform(root, "validate")).toMatchObject({ code: 0 });
    // The SDK in Terraform's backend refuses them together with the emulator's endpoint, so it has read them.
    const { code, output } = await lab().terraform(root, "init", "-input=false", "-no-color");
    expect([code, output.replaceAll(/\s+/g, " ")]).toEqual([
      1,
      expect.stringContaining("FIPS and custom endpoint are not supported"),
    ]);
  });
});
