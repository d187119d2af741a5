import { readdirSync } from "node:fs";
import {
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListPolicyVersionsCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { RUNBOOK_SHELLS } from "../../lib";
import { type Lab, REPOSITORY, S3_BY_PATH } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { FaultProxy, type Rule } from "./faults/fault-proxy";
import { type IamState, iamState } from "./iam-state";
import { DIFFERENT, reordered } from "./runbook-documents";
import { BACKWARDS, eventuallyConsistent, PAGES, RUNNERS } from "./runbook-shells";
import { SsmApi } from "./ssm-api";
import { createStateBucket, describeInLab, environmentOf, STATE_BUCKET, synthesize } from "./support";

/** The account that the runbook sets up, and the one that Terraform sets up. */
const BY_HAND = "333333333333";
const BY_TERRAFORM = "444444444444";

/** Strings that a shell or the AWS CLI would interpret: file:// at the beginning, a backtick in a query. */
const DESCRIPTION =
  "file:///etc/hostname 'it''s' \"$HOME\" `touch ran` $(touch ran); touch ran & | < > \\ \\\\ # * ! %PATH% é";

/** An activation that Terraform leaves to the runbook. */
const FLEET = {
  by_runbook: true,
  registration_limit: 20,
  expires_in_days: 7,
  description: DESCRIPTION,
  default_instance_name: "file://line 1",
  tags: { Owner: "file://line 1", Line: "1" },
};

/** Both accounts with the same configuration. */
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
  tags: { Owner: platform, Cost Center: a=b c/d:e+f@g_h-i, Straße: é, Reviewed: "2026-01-01T00:00:00Z" }
  s3_buckets: { output: { bucket: example-output, prefix: "it's/(all)!", purpose: run_command } }
  log_groups:
    sessions: { log_group_arn: "arn:aws:logs:eu-central-1:{account_id}:log-group:/ssm#1", purpose: session_manager }
  user_access:
    1.operators: { level: operator, groups: ["O=p,s+"], users: [jo@example.com], node_tags: { Straße: é, Since: "2026-01-01T00:00:00Z", Line: a, Lane: b } }
`);

/** Every change that keeps the role. */
const CHANGED = fleet(`
  role:
    name: ${ROLE}
    path: /hybrid/
    description: Another "description"
    max_session_duration: 3600
    permissions_boundary: arn:aws:iam::{account_id}:policy/other-boundary
  trust: { regions: [eu-central-1] }
  tags: { Owner: another, Cost Center: a=b c/d:e+f@g_h-i, Straße: é, Reviewed: "2026-01-01T00:00:00Z", New: "" }
  s3_buckets: { output: { bucket: example-output, prefix: "", purpose: scripts } }
  log_groups:
    sessions: { log_group_arn: "arn:aws:logs:eu-central-1:{account_id}:log-group:/ssm#1", purpose: session_manager }
  user_access:
    1.operators: { level: operator, groups: ["O=p,s+"], users: [jo@example.com], roles: [Night], node_tags: { Since: "2026-01-01T00:00:00Z" } }
`);

/** A role with only the required settings. */
const SMALL = (name: string) =>
  fleet(`  role:\n    name: ${name}\n    path: /hybrid/`).replace(/^ {2}(directory|cloud|pol).*\n/gm, "");

const NOTHING: IamState = { groups: [], users: [], roles: [], policies: [] };

/** The only statement of AWS's procedure. */
const TRUST_OF_SSM = { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" };

/** The suffixes of the policies in {@link FIRST}. */
const MADE = ["s3-buckets", "log-groups", "user-access-1.operators"];
const PEOPLE = "user-access-1.operators";

for (const shell of RUNBOOK_SHELLS) {
  const runner = RUNNERS[shell];
  describeInLab(
    `npm run runbook -- --shell ${shell}`,
    (lab) => {
      let ssm: SsmApi;
      let aws: FaultProxy;
      beforeAll(async () => {
        ssm = await SsmApi.start(lab().endpoint);
        aws = await FaultProxy.start(lab().endpoint, ssm.endpoint);
      });
      afterAll(async () => {
        await aws?.stop();
        await ssm?.stop();
      });

      /** Prints the runbook of the account and runs it, like a user with credentials of this account. */
      async function runbook(yaml: string, options: RunbookOptions = {}): Promise<Finished & { writes: string[] }> {
        const accounts = { ACCOUNTS_FILE: lab().file("runbook/accounts.yaml", yaml) };
        const args = ["--account", "by-hand", "--shell", shell, ...(options.arguments ?? [])];
        const printed = await lab().program("scripts/runbook.ts", accounts, args);
        expect(printed).toMatchObject({ code: 0, stderr: "" });
        // Only ASCII, so that locales and code pages do not matter.
        expect(printed.stdout).toMatch(/^[\n -~]+$/);
        const [cwd, TMPDIR] = [lab().directory("runbook/here"), lab().directory("runbook/tmp")];
        const [program, programArgs, env] = runner.command(lab().file(`runbook/${runner.file}`, printed.stdout), cwd);
        aws.reset();
        aws.rule = options.rule ?? PAGES;
        const finished = await run(program, programArgs, {
          cwd: shell === "powershell" ? REPOSITORY : cwd,
          env: {
            ...lab().env,
            ...(await environmentOf(lab(), options.credentialsOf ?? BY_HAND)),
            AWS_ENDPOINT_URL: aws.endpoint,
            AWS_ENDPOINT_URL_SSM: aws.endpoint,
            TMPDIR,
            ...env,
          },
        });
        // The script ran no command in a description, and left no files.
        expect([readdirSync(cwd), readdirSync(TMPDIR)]).toEqual([[], []]);
        const writes = aws.calls.filter(({ changes }) => changes).map(({ name }) => name.split(" ")[1] as string);
        return { ...finished, writes };
      }

      async function mustRunbook(yaml: string, options?: RunbookOptions) {
        const finished = await runbook(yaml, options);
        expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: "" });
        return finished;
      }

      test("writes nothing with credentials of another account", async () => {
        expect(await runbook(FIRST, { credentialsOf: BY_TERRAFORM })).toMatchObject({
          code: 1,
          stdout: "",
          stderr: `These are credentials of account ${BY_TERRAFORM}, not of by-hand (${BY_HAND}). Nothing was written.\n`,
          writes: [],
        });
        expect(await iamState(lab(), BY_TERRAFORM)).toEqual(NOTHING);
      });

      test("writes nothing if a policy that the file references is missing", async () => {
        expect(await runbook(FIRST)).toMatchObject({
          code: 1,
          stderr: `The policy arn:aws:iam::${BY_HAND}:policy/my-bucket-policy-name does not exist. Nothing was written.\n`,
          writes: [],
        });
        expect(await iamState(lab(), BY_HAND)).toEqual(NOTHING);
      });

      test("leaves exactly the same IAM state as Terraform, and waits until IAM shows new roles and policies", async () => {
        for (const account of [BY_HAND, BY_TERRAFORM]) {
          for (const policy of ["my-bucket-policy-name", "boundary", "other-boundary"]) {
            await createPolicy(lab(), account, policy);
          }
          await createPeople(lab(), account);
        }
        await createStateBucket(lab());
        await apply(lab(), "first", FIRST);
        await mustRunbook(FIRST, { rule: eventuallyConsistent() });

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

      test("writes nothing in a second run, and keeps what others attached", async () => {
        const iam = await lab().iam(BY_HAND);
        const PolicyArn = await createPolicy(lab(), BY_HAND, "of-others");
        await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
        await iam.send(new TagRoleCommand({ RoleName: ROLE, Tags: [{ Key: "Others", Value: "tag" }] }));
        const forPeople = policyOf(BY_HAND, "user-access-1.operators");
        await iam.send(new AttachRolePolicyCommand({ RoleName: "Night", PolicyArn: forPeople }));
        const before = await iamState(lab(), BY_HAND);

        const { stdout, writes } = await mustRunbook(FIRST);
        expect(writes).toEqual([]);
        expect(stdout).toContain(`Not in the file, but keeps its policy: role/Night has ${forPeople}\n`);
        expect(stdout).toContain(`Not in the file, but stays attached: ${PolicyArn}\n`);
        expect(await iamState(lab(), BY_HAND)).toEqual(before);

        await iam.send(new DetachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
        await iam.send(new DeletePolicyCommand({ PolicyArn }));
        await iam.send(new DetachRolePolicyCommand({ RoleName: "Night", PolicyArn: forPeople }));
        await iam.send(new UntagRoleCommand({ RoleName: ROLE, TagKeys: ["Others"] }));
      });

      test("writes nothing if a document differs only in the order of keys and lists, or in lists of one", async () => {
        const iam = await lab().iam(BY_HAND);
        const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
        const PolicyDocument = reordered(Role?.AssumeRolePolicyDocument);
        await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument }));
        for (const name of MADE) await changeDocument(lab(), policyOf(BY_HAND, name), reordered);
        const { stdout, writes } = await mustRunbook(FIRST.replace(/ +permissions_boundary: .*\n/, ""));
        expect(writes).toEqual([]);
        expect(stdout).toContain(
          `Not in the file, but stays on the role: the permissions boundary arn:aws:iam::${BY_HAND}:policy/boundary\n`,
        );
      });

      test.each(Object.entries(DIFFERENT))("reverts policies that differ by %s", async (_, changes) => {
        const documents = () => Promise.all(MADE.map((name) => documentOf(lab(), policyOf(BY_HAND, name))));
        const before = await documents();
        for (const [index, change] of changes.entries()) {
          const arn = policyOf(BY_HAND, MADE[index] as string);
          await changeDocument(lab(), arn, (document) => JSON.stringify(change(JSON.parse(document))));
        }
        const changed = await documents();
        for (const [index, document] of changed.entries()) expect(document).not.toBe(before[index]);
        expect((await mustRunbook(FIRST)).writes).toEqual(MADE.map(() => "CreatePolicyVersion"));
        for (const name of MADE) {
          const byTerraform = await documentOf(lab(), policyOf(BY_TERRAFORM, name), BY_TERRAFORM);
          const expected = JSON.parse(byTerraform.replaceAll(BY_TERRAFORM, BY_HAND));
          expect(JSON.parse(await documentOf(lab(), policyOf(BY_HAND, name)))).toEqual(expected);
        }
      });

      test("changes the trust policy of an existing role only with role.adopt", async () => {
        const before = await iamState(lab(), BY_HAND);
        const { code, stderr, writes } = await runbook(CHANGED);
        expect({ code, writes }).toEqual({ code: 1, writes: [] });
        expect(stderr).toContain("set role.adopt: true for by-hand");
        expect(await iamState(lab(), BY_HAND)).toEqual(before);
      });

      test("applies changes of the file like Terraform, and deletes an old version if a policy has five", async () => {
        for (const account of [BY_HAND, BY_TERRAFORM])
          for (const name of MADE) await versionsToTwelve(lab(), policyOf(account, name), account);
        const root = await apply(lab(), "changed", CHANGED);
        // moto drops the description when the maximum session duration changes, so Terraform sets it in the second
        // apply.
        await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve");
        await mustRunbook(adopting(CHANGED), { rule: BACKWARDS });

        const byHand = await iamState(lab(), BY_HAND);
        expect(byHand).toEqual(await iamState(lab(), BY_TERRAFORM));
        expect(byHand.roles).toMatchObject([
          { Description: 'Another "description"', MaxSessionDuration: 3600 },
          { AttachedManagedPolicies: [{ PolicyName: `${ROLE}-user-access-1.operators` }] },
        ]);
        expect(byHand.policies).toContainEqual(
          expect.objectContaining({ PolicyName: `${ROLE}-s3-buckets`, DefaultVersionId: "v13" }),
        );
        expect((await mustRunbook(CHANGED)).writes).toEqual([]);
      });

      test("changes strings that a date parser or a culture-sensitive comparison considers equal, and changes them back", async () => {
        const other = CHANGED.replaceAll("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z").replace(
          'Another "description"',
          'Another "description"\u00ad',
        );
        for (const [yaml, date] of [
          [other, "2026-01-01T00:00:00.000Z"],
          [CHANGED, "2026-01-01T00:00:00Z"],
        ] as const) {
          const { writes } = await mustRunbook(yaml);
          expect(writes).toEqual(expect.arrayContaining(["CreatePolicyVersion", "TagPolicy", "TagRole", "UpdateRole"]));
          expect(await documentOf(lab(), policyOf(BY_HAND, PEOPLE))).toContain(`"${date}"`);
          expect(JSON.stringify((await iamState(lab(), BY_HAND)).roles)).toContain(`"${date}"`);
        }
      });

      test("creates one activation, and prints its code only on standard output", async () => {
        const before = await iamState(lab(), BY_HAND);
        const start = Date.now();
        const { code, stdout, stderr, writes } = await runbook(CHANGED, { arguments: ["--activation", "fleet"] });
        expect({ code, stderr, writes }).toEqual({ code: 0, stderr: "", writes: ["CreateActivation"] });
        expect(await iamState(lab(), BY_HAND)).toEqual(before);

        const [made, ...others] = ssm.activations.values();
        expect(others).toEqual([]);
        const shown = [...stdout.matchAll(/(Activation[A-Za-z]+)[": ]+([^\s"]+)/g)].map(([, key, value]) => [
          key,
          value,
        ]);
        expect(Object.fromEntries(shown)).toEqual({ ActivationId: made?.id, ActivationCode: made?.code });
        expect(made).toMatchObject({
          role: `hybrid/${ROLE}`,
          description: DESCRIPTION,
          instanceName: "file://line 1",
          limit: 20,
          tags: {
            Owner: "file://line 1",
            "Cost Center": "a=b c/d:e+f@g_h-i",
            Straße: "é",
            Reviewed: "2026-01-01T00:00:00Z",
            New: "",
            Line: "1",
          },
        });
        // The script counts the seven days from its own start, in whole seconds.
        const from = (made?.expires ?? 0) - 7 * 24 * 60 * 60 * 1000;
        expect(from).toBeGreaterThan(start - 1000);
        expect(from).toBeLessThanOrEqual(Date.now());
      });

      test("stops before it writes if the role exists under another path", async () => {
        const { code, stderr, writes } = await runbook(FIRST.replace("path: /hybrid/", "path: /"));
        expect({ code, writes }).toEqual({ code: 1, writes: [] });
        expect(stderr).toContain(`The role arn:aws:iam::${BY_HAND}:role/hybrid/${ROLE} already exists`);
      });

      test.each([
        ["AWS's procedure, without conditions", () => [TRUST_OF_SSM]],
        ["another account", () => [{ ...TRUST_OF_SSM, Principal: { AWS: "555555555555" } }]],
        [
          "the file, and another account",
          (own: object) => [own, { ...TRUST_OF_SSM, Principal: { AWS: "555555555555" } }],
        ],
      ])("refuses a role with the trust policy of %s, and shows what it found", async (name, statements) => {
        const iam = await lab().iam(BY_HAND);
        const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
        const own = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""));
        const RoleName = name.replace(/[^A-Za-z]/g, "");
        await iam.send(
          new CreateRoleCommand({
            RoleName,
            Path: "/hybrid/",
            AssumeRolePolicyDocument: JSON.stringify({ ...own, Statement: statements([own.Statement].flat()[0]) }),
            Description: "Somebody's role",
            Tags: [{ Key: "Team", Value: "somebody" }],
          }),
        );
        const before = await iamState(lab(), BY_HAND);
        const { code, stderr, writes } = await runbook(SMALL(RoleName));
        expect({ code, writes }).toEqual({ code: 1, writes: [] });
        for (const found of [
          "sts:AssumeRole",
          "Somebody's role",
          "Team",
          "somebody",
          "set role.adopt: true for by-hand",
        ])
          expect(stderr).toContain(found);
        expect(await iamState(lab(), BY_HAND)).toEqual(before);
      });

      test("adopts a role with role.adopt, which later runs do not need", async () => {
        const yaml = SMALL("thefileandanotheraccount");
        expect((await mustRunbook(adopting(yaml))).writes).toEqual([
          ...["UpdateAssumeRolePolicy", "UpdateRole", "AttachRolePolicy"],
        ]);
        expect((await mustRunbook(yaml)).writes).toEqual([]);
        expect(JSON.stringify((await iamState(lab(), BY_HAND)).roles)).toContain('{"Key":"Team","Value":"somebody"}');
      });
    },
    ...runner.tools,
  );
}

function policyOf(account: string, name: string): string {
  return `arn:aws:iam::${account}:policy/hybrid/${ROLE}-${name}`;
}

/** Returns a file in which each account adopts an existing role. */
function adopting(yaml: string): string {
  return yaml.replace("  role:\n", "  role:\n    adopt: true\n");
}

/** Returns the default version of a policy's document, as one line of JSON. */
async function documentOf(lab: Lab, PolicyArn: string, account = BY_HAND): Promise<string> {
  const iam = await lab.iam(account);
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  return JSON.stringify(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? "")));
}

/** Gives a policy the versions 8 to 12. The first by number is the last in string order. */
async function versionsToTwelve(lab: Lab, PolicyArn: string, account: string): Promise<void> {
  const iam = await lab.iam(account);
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of Versions)
    if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  const [inForce] = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion);
  const first = Number(inForce?.VersionId?.slice(1));
  for (let number = first + 1; number <= 12; number++) {
    if (number - first >= 5) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: `v${number - 5}` }));
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ANY_POLICY, SetAsDefault: number <= 10 }),
    );
  }
}

/** Changes a policy's document, and deletes the previous default version. */
async function changeDocument(lab: Lab, PolicyArn: string, change: (document: string) => string): Promise<void> {
  const iam = await lab.iam(BY_HAND);
  const PolicyDocument = change(await documentOf(lab, PolicyArn));
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }));
}

const ANY_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::my-bucket-name/*" }],
});

/** Creates a policy before the runbook runs, and returns its ARN. */
async function createPolicy(lab: Lab, account: string, PolicyName: string): Promise<string> {
  const iam = await lab.iam(account);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: ANY_POLICY }));
  return Policy?.Arn as string;
}

/** Creates the group, user and role that get a policy, before the runbook runs. */
async function createPeople(lab: Lab, account: string): Promise<void> {
  const iam = await lab.iam(account);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await iam.send(new CreateGroupCommand({ GroupName: "O=p,s+" }));
  await iam.send(new CreateUserCommand({ UserName: "jo@example.com" }));
  await iam.send(new CreateRoleCommand({ RoleName: "Night", AssumeRolePolicyDocument }));
}

/** Deploys the account that Terraform sets up, and returns the folder of its root module. */
async function apply(lab: Lab, name: string, yaml: string): Promise<string> {
  const root = (await synthesize(lab, name, yaml))("by-terraform");
  await lab.mustTerraform(root, "init", "-input=false", S3_BY_PATH);
  await lab.mustTerraform(root, "apply", "-input=false", "-auto-approve");
  return root;
}

/** How to print and run a runbook. */
interface RunbookOptions {
  /** Account of the credentials. @default - the account that the runbook sets up */
  readonly credentialsOf?: string;
  /** For `npm run runbook`. @default - the account and the shell */
  readonly arguments?: readonly string[];
  /** Answers to the script's requests. @default - lists have one entry on a page */
  readonly rule?: Rule;
}
