import { readdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DetachRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import { type Lab, S3_BY_PATH } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { type IamState, iamState } from "./iam-state";
import { SsmApi } from "./ssm-api";
import { createStateBucket, describeInLab, environmentOf, STATE_BUCKET, synthesize } from "./support";

/** The account that the runbook sets up, and the one that Terraform sets up. */
const BY_HAND = "333333333333";
const BY_TERRAFORM = "444444444444";

/** What a shell would act on, and what the AWS CLI would: file:// at the beginning, a backtick in a query. */
const DESCRIPTION =
  "file:///etc/hostname 'it''s' \"$HOME\" `touch ran` $(touch ran); touch ran & | < > \\ \\\\ # * ! %PATH% é";

/** An activation, which Terraform leaves to the runbook. */
const FLEET = {
  by_runbook: true,
  registration_limit: 20,
  expires_in_days: 7,
  description: DESCRIPTION,
  default_instance_name: "file://line 1",
  tags: { Owner: "file://line 1", Line: "1" },
};

/** Both accounts with one configuration. */
function fleet(settings: string): string {
  return `
defaults:
  region: eu-central-1
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  state: { backend: s3, bucket: ${STATE_BUCKET} }
  directory_service: { default: {} }
  cloudwatch_agent: { default: {} }
  policies: { my-bucket: { policy_arn: "arn:aws:iam::{account_id}:policy/my-bucket-policy-name" } }
  activations: ${JSON.stringify({ fleet: FLEET })}
${settings}
accounts:
  by-hand: { id: "${BY_HAND}" }
  by-terraform: { id: "${BY_TERRAFORM}" }
`;
}

const ROLE = "Hybrid,Role=1@example.com";

const FIRST = fleet(`
  role:
    name: ${ROLE}
    path: /hybrid/
    description: ${JSON.stringify(DESCRIPTION)}
    max_session_duration: 7200
    permissions_boundary: arn:aws:iam::{account_id}:policy/boundary
  tags: { Owner: platform, Cost Center: a=b c/d:e+f@g_h-i, Straße: é }
  s3_buckets: { output: { bucket: example-output, prefix: "it's/(all)!", purpose: run_command } }
  log_groups:
    sessions: { log_group_arn: "arn:aws:logs:eu-central-1:{account_id}:log-group:/ssm#1", purpose: session_manager }
  user_access:
    1.operators: { level: operator, groups: ["O=p,s+"], users: [jo@example.com], node_tags: { Straße: é } }
`);

/** Everything that can change of a role that stays. */
const CHANGED = fleet(`
  role:
    name: ${ROLE}
    path: /hybrid/
    description: Another "description"
    max_session_duration: 3600
    permissions_boundary: arn:aws:iam::{account_id}:policy/other-boundary
  trust: { regions: [eu-central-1] }
  tags: { Owner: another, Cost Center: a=b c/d:e+f@g_h-i, Straße: é, New: "" }
  s3_buckets: { output: { bucket: example-output, purpose: scripts } }
  log_groups:
    sessions: { log_group_arn: "arn:aws:logs:eu-central-1:{account_id}:log-group:/ssm#1", purpose: session_manager }
  user_access:
    1.operators: { level: administrator, groups: ["O=p,s+"], users: [jo@example.com], roles: [Night] }
`);

const NOTHING: IamState = { groups: [], users: [], roles: [], policies: [] };

describeInLab(
  "npm run runbook",
  (lab) => {
    test("writes nothing with credentials of another account", async () => {
      const { code, stdout, stderr } = await runbook(lab(), FIRST, { credentialsOf: BY_TERRAFORM });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toBe(
        `These are credentials of account ${BY_TERRAFORM}, not of by-hand (${BY_HAND}): nothing was written.\n`,
      );
      expect(await iamState(lab(), BY_TERRAFORM)).toEqual(NOTHING);
    });

    test("writes nothing where a policy is missing that the file only names", async () => {
      const { code, stderr } = await runbook(lab(), FIRST);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `There is no policy arn:aws:iam::${BY_HAND}:policy/my-bucket-policy-name: nothing was written.\n`,
      );
      expect(await iamState(lab(), BY_HAND)).toEqual(NOTHING);
    });

    test("leaves the same IAM state as Terraform, every character of it", async () => {
      for (const account of [BY_HAND, BY_TERRAFORM]) {
        for (const policy of ["my-bucket-policy-name", "boundary", "other-boundary"]) {
          await createPolicy(lab(), account, policy);
        }
        await createPeople(lab(), account);
      }
      await createStateBucket(lab());
      await apply(lab(), "first", FIRST);
      await mustRunbook(lab(), FIRST);

      const byHand = await iamState(lab(), BY_HAND);
      expect(byHand.roles).toMatchObject([
        { RoleName: ROLE, Description: DESCRIPTION, MaxSessionDuration: 7200 },
        { RoleName: "Night", AttachedManagedPolicies: [] },
      ]);
      const AttachedManagedPolicies = [expect.objectContaining({ PolicyName: `${ROLE}-user-access-1.operators` })];
      expect(byHand.groups).toMatchObject([{ GroupName: "O=p,s+", AttachedManagedPolicies }]);
      expect(byHand.users).toMatchObject([{ UserName: "jo@example.com", AttachedManagedPolicies }]);
      expect(byHand.policies).toHaveLength(6);
      expect(byHand).toEqual(await iamState(lab(), BY_TERRAFORM));
    });

    test("writes nothing when it is run again, and leaves alone what others gave", async () => {
      const iam = await lab().iam(BY_HAND);
      const PolicyArn = await createPolicy(lab(), BY_HAND, "of-others");
      await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      await iam.send(new TagRoleCommand({ RoleName: ROLE, Tags: [{ Key: "Others", Value: "tag" }] }));
      const forPeople = `arn:aws:iam::${BY_HAND}:policy/hybrid/${ROLE}-user-access-1.operators`;
      await iam.send(new AttachRolePolicyCommand({ RoleName: "Night", PolicyArn: forPeople }));
      const before = await iamState(lab(), BY_HAND);

      const { stdout } = await mustRunbook(lab(), FIRST);
      expect(stdout).toContain(`Left with a policy, though the file does not name it: role/Night has ${forPeople}\n`);
      expect(stdout).toContain(`Left attached, though the file does not name it: ${PolicyArn}\n`);
      expect(await iamState(lab(), BY_HAND)).toEqual(before);

      await iam.send(new DetachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      await iam.send(new DeletePolicyCommand({ PolicyArn }));
      await iam.send(new DetachRolePolicyCommand({ RoleName: "Night", PolicyArn: forPeople }));
      await iam.send(new UntagRoleCommand({ RoleName: ROLE, TagKeys: ["Others"] }));
    });

    test("follows the file as Terraform does, and makes room where IAM's five versions are used up", async () => {
      for (const account of [BY_HAND, BY_TERRAFORM]) {
        const iam = await lab().iam(account);
        const PolicyArn = `arn:aws:iam::${account}:policy/hybrid/${ROLE}-s3-buckets`;
        for (const _ of [2, 3, 4, 5]) {
          await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ANY_POLICY }));
        }
      }
      const root = await apply(lab(), "changed", CHANGED);
      // moto forgets the description whenever the longest session changes: the second time Terraform mends it.
      await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve");
      await mustRunbook(lab(), CHANGED);

      const byHand = await iamState(lab(), BY_HAND);
      expect(byHand).toEqual(await iamState(lab(), BY_TERRAFORM));
      expect(byHand.roles).toMatchObject([
        { Description: 'Another "description"', MaxSessionDuration: 3600 },
        { AttachedManagedPolicies: [{ PolicyName: `${ROLE}-user-access-1.operators` }] },
      ]);
      expect(byHand.policies).toContainEqual(
        expect.objectContaining({ PolicyName: `${ROLE}-s3-buckets`, DefaultVersionId: "v6" }),
      );
    });

    test("makes one activation, and shows its code on standard output alone", async () => {
      const api = await SsmApi.start(lab().endpoint);
      try {
        const activation = { arguments: ["--activation", "fleet"], env: { AWS_ENDPOINT_URL_SSM: api.endpoint } };
        const before = await iamState(lab(), BY_HAND);
        const start = Date.now();
        const { code, stdout, stderr } = await runbook(lab(), CHANGED, activation);
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(await iamState(lab(), BY_HAND)).toEqual(before);

        const [made, ...others] = api.activations.values();
        expect(others).toEqual([]);
        expect(JSON.parse(stdout)).toEqual({ ActivationId: made?.id, ActivationCode: made?.code });
        expect(made).toMatchObject({
          role: `hybrid/${ROLE}`,
          description: DESCRIPTION,
          instanceName: "file://line 1",
          limit: 20,
          tags: { Owner: "file://line 1", "Cost Center": "a=b c/d:e+f@g_h-i", Straße: "é", New: "", Line: "1" },
        });
        // The script counts the seven days from its own moment, in whole seconds.
        const from = (made?.expires ?? 0) - 7 * 24 * 60 * 60 * 1000;
        expect(from).toBeGreaterThan(start - 1000);
        expect(from).toBeLessThanOrEqual(Date.now());
      } finally {
        await api.stop();
      }
    });

    test("stops before it writes where the role is there under another path", async () => {
      const before = await iamState(lab(), BY_HAND);
      const { code, stderr } = await runbook(lab(), FIRST.replace("path: /hybrid/", "path: /"));
      expect(code).toBe(1);
      expect(stderr).toContain(`The role arn:aws:iam::${BY_HAND}:role/hybrid/${ROLE} is there already`);
      expect(await iamState(lab(), BY_HAND)).toEqual(before);
    });
  },
  "aws",
);

const ANY_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::my-bucket-name/*" }],
});

/** Makes a policy as if it were there already, and gives its ARN. */
async function createPolicy(lab: Lab, account: string, PolicyName: string): Promise<string> {
  const iam = await lab.iam(account);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: ANY_POLICY }));
  return Policy?.Arn as string;
}

/** Makes who gets a policy as if they were there already. */
async function createPeople(lab: Lab, account: string): Promise<void> {
  const iam = await lab.iam(account);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await iam.send(new CreateGroupCommand({ GroupName: "O=p,s+" }));
  await iam.send(new CreateUserCommand({ UserName: "jo@example.com" }));
  await iam.send(new CreateRoleCommand({ RoleName: "Night", AssumeRolePolicyDocument }));
}

/** Deploys the account that Terraform sets up, and gives the folder of its root. */
async function apply(lab: Lab, name: string, yaml: string): Promise<string> {
  const root = (await synthesize(lab, name, yaml))("by-terraform");
  await lab.mustTerraform(root, "init", "-input=false", S3_BY_PATH);
  await lab.mustTerraform(root, "apply", "-input=false", "-auto-approve");
  return root;
}

/** How a runbook is printed and run. */
interface RunbookOptions {
  /** Account of the credentials. @default - the account that the runbook sets up */
  readonly credentialsOf?: string;
  /** For `npm run runbook`. @default - only --account */
  readonly arguments?: readonly string[];
  /** Environment of the script. @default - the lab's */
  readonly env?: Readonly<Record<string, string>>;
}

/** Prints the runbook of the other account and runs it under /bin/sh, as somebody would who has credentials there. */
async function runbook(lab: Lab, yaml: string, options: RunbookOptions = {}): Promise<Finished> {
  const accounts = { ACCOUNTS_FILE: lab.file("runbook/accounts.yaml", yaml) };
  const args = ["--account", "by-hand", ...(options.arguments ?? [])];
  const printed = await lab.program("scripts/runbook.ts", accounts, args);
  expect(printed).toMatchObject({ code: 0, stderr: "" });
  // ASCII alone: no locale or code page reads it otherwise.
  expect(printed.stdout).toMatch(/^[\n -~]+$/);
  const [cwd, TMPDIR] = [lab.directory("runbook/here"), lab.directory("runbook/tmp")];
  const finished = await run("/bin/sh", [lab.file("runbook/runbook.sh", printed.stdout)], {
    cwd,
    env: {
      ...lab.env,
      ...(await environmentOf(lab, options.credentialsOf ?? BY_HAND)),
      PATH: [dirname(findTools("aws").aws), lab.env.PATH].join(delimiter),
      TMPDIR,
      // Nothing here may hang on the user's own settings.
      AWS_DEFAULT_OUTPUT: "table",
      ...options.env,
    },
  });
  // No command in a description was run, and no file is left behind.
  expect([readdirSync(cwd), readdirSync(TMPDIR)]).toEqual([[], []]);
  return finished;
}

async function mustRunbook(lab: Lab, yaml: string): Promise<Finished> {
  const finished = await runbook(lab, yaml);
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: "" });
  return finished;
}
