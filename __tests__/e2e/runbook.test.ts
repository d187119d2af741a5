import { readdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DetachRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import { type Lab, S3_BY_PATH } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { iamState } from "./iam-state";
import { createStateBucket, describeInLab, environmentOf, STATE_BUCKET, synthesize } from "./support";

/** The account that the runbook sets up, and the one that Terraform sets up. */
const BY_HAND = "333333333333";
const BY_TERRAFORM = "444444444444";

/** What a shell would act on, and what the AWS CLI would: file:// at the beginning, a backtick in a query. */
const DESCRIPTION =
  "file:///etc/hostname 'it''s' \"$HOME\" `touch ran` $(touch ran); touch ran & | < > \\ \\\\ # * ! %PATH% é";

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
  s3_managed_buckets: { eu-central-1: {}, us-east-1: { legacy_agent: true } }
  s3_buckets: { output: { bucket: example-output, prefix: "it's/(all)!" } }
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
  s3_managed_buckets: { eu-central-1: {} }
  s3_buckets: { output: { bucket: example-output, write: false } }
`);

describeInLab(
  "npm run runbook",
  (lab) => {
    test("writes nothing with credentials of another account", async () => {
      const { code, stdout, stderr } = await runbook(lab(), FIRST, BY_TERRAFORM);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toBe(
        `These are credentials of account ${BY_TERRAFORM}, not of by-hand (${BY_HAND}): nothing was written.\n`,
      );
      expect(await iamState(lab(), BY_TERRAFORM)).toEqual({ roles: [], policies: [] });
    });

    test("writes nothing where a policy is missing that the file only names", async () => {
      const { code, stderr } = await runbook(lab(), FIRST);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `There is no policy arn:aws:iam::${BY_HAND}:policy/my-bucket-policy-name: nothing was written.\n`,
      );
      expect(await iamState(lab(), BY_HAND)).toEqual({ roles: [], policies: [] });
    });

    test("leaves the same IAM state as Terraform, every character of it", async () => {
      for (const account of [BY_HAND, BY_TERRAFORM]) {
        for (const policy of ["my-bucket-policy-name", "boundary", "other-boundary"]) {
          await createPolicy(lab(), account, policy);
        }
      }
      await createStateBucket(lab());
      await apply(lab(), "first", FIRST);
      await mustRunbook(lab(), FIRST);

      const byHand = await iamState(lab(), BY_HAND);
      expect(byHand.roles).toMatchObject([{ RoleName: ROLE, Description: DESCRIPTION, MaxSessionDuration: 7200 }]);
      expect(byHand.policies).toHaveLength(5);
      expect(byHand).toEqual(await iamState(lab(), BY_TERRAFORM));
    });

    test("writes nothing when it is run again, and leaves alone what others gave the role", async () => {
      const iam = await lab().iam(BY_HAND);
      const PolicyArn = await createPolicy(lab(), BY_HAND, "of-others");
      await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      await iam.send(new TagRoleCommand({ RoleName: ROLE, Tags: [{ Key: "Others", Value: "tag" }] }));
      const before = await iamState(lab(), BY_HAND);

      const { stdout } = await mustRunbook(lab(), FIRST);
      expect(stdout).toContain(`Left attached, though the file does not name it: ${PolicyArn}\n`);
      expect(await iamState(lab(), BY_HAND)).toEqual(before);

      await iam.send(new DetachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      await iam.send(new DeletePolicyCommand({ PolicyArn }));
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
      expect(byHand.roles).toMatchObject([{ Description: 'Another "description"', MaxSessionDuration: 3600 }]);
      expect(byHand.policies).toContainEqual(
        expect.objectContaining({ PolicyName: `${ROLE}-s3-buckets`, DefaultVersionId: "v6" }),
      );
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

/** Deploys the account that Terraform sets up, and gives the folder of its root. */
async function apply(lab: Lab, name: string, yaml: string): Promise<string> {
  const root = (await synthesize(lab, name, yaml))("by-terraform");
  await lab.mustTerraform(root, "init", "-input=false", S3_BY_PATH);
  await lab.mustTerraform(root, "apply", "-input=false", "-auto-approve");
  return root;
}

/** Prints the runbook of the other account and runs it under /bin/sh, as somebody would who has credentials there. */
async function runbook(lab: Lab, yaml: string, credentialsOf = BY_HAND): Promise<Finished> {
  const accounts = { ACCOUNTS_FILE: lab.file("runbook/accounts.yaml", yaml) };
  const printed = await lab.program("scripts/runbook.ts", accounts, ["--account", "by-hand"]);
  expect(printed).toMatchObject({ code: 0, stderr: "" });
  // ASCII alone: no locale or code page reads it otherwise.
  expect(printed.stdout).toMatch(/^[\n -~]+$/);
  const [cwd, TMPDIR] = [lab.directory("runbook/here"), lab.directory("runbook/tmp")];
  const finished = await run("/bin/sh", [lab.file("runbook/runbook.sh", printed.stdout)], {
    cwd,
    env: {
      ...lab.env,
      ...(await environmentOf(lab, credentialsOf)),
      PATH: [dirname(findTools("aws").aws), lab.env.PATH].join(delimiter),
      TMPDIR,
      // Nothing here may hang on the user's own settings.
      AWS_DEFAULT_OUTPUT: "table",
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
