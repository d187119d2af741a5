import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { reportRole } from "../../scripts/support/aws";
import { CALLER_ACCOUNT, REPOSITORY, S3_BY_PATH } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { decideUnchecked } from "../iam/decide";
import { awsPolicy as documentOfAws } from "../iam/documents";
import type { Document } from "../iam/pair";
import { PLACES, type Place } from "../iam/place";
import { type Activation, SsmApi } from "./ssm-api";
import { createStateBucket, describeInLab, plannedChanges, programs, STATE_BUCKET, synthesize } from "./support";

const FACTORY = "111111111111";
const DATACENTRE = "222222222222";
const awsPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const CORE = awsPolicy("AmazonSSMManagedInstanceCore");

describeInLab("the example", (lab) => {
  let api: SsmApi;
  const root = (example: string) => lab().directory(`examples/${example}`);
  const apply = (folder: string, ...args: readonly string[]) =>
    lab().mustTerraform(folder, "apply", "-input=false", "-auto-approve", ...args);
  const destroy = (folder: string, ...args: readonly string[]) =>
    lab().mustTerraform(folder, "destroy", "-input=false", "-auto-approve", ...args);

  async function expectEmptyPlan(folder: string, ...args: readonly string[]): Promise<void> {
    const plan = await lab().terraform(folder, "plan", "-input=false", "-no-color", "-detailed-exitcode", ...args);
    expect(plan).toMatchObject({ code: 0 });
  }

  async function outputs(folder: string): Promise<Record<string, unknown>> {
    const json: Record<string, { value: unknown }> = JSON.parse(
      await lab().mustTerraform(folder, "output", "-json", "-no-color"),
    );
    return Object.fromEntries(Object.entries(json).map(([name, { value }]) => [name, value]));
  }

  /** Applies an example, expects an empty second plan, checks the result, and destroys it. */
  async function deploy(example: string, look: (said: Record<string, unknown>) => Promise<void>): Promise<void> {
    const folder = root(example);
    await lab().mustTerraform(folder, "init", "-input=false");
    await apply(folder);
    await expectEmptyPlan(folder);
    await look(await outputs(folder));
    await destroy(folder);
  }

  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
    // The same layout as in the repository, because the examples use a relative path to the module. Without the results of local runs.
    const filter = (path: string) => !/[.](terraform|tfstate)/.test(basename(path));
    for (const folder of ["examples", "modules"]) {
      cpSync(join(REPOSITORY, folder), lab().directory(folder), { recursive: true, filter });
    }
    // moto has no activations, and supports a bucket's name only in the path.
    const override = { provider: { aws: { endpoints: [{ ssm: api.endpoint }], s3_use_path_style: true } } };
    for (const example of ["complete", "managed-machine"]) {
      lab().file(`examples/${example}/emulator_override.tf.json`, JSON.stringify(override));
    }
  });
  afterAll(() => api?.stop());

  test("minimal creates the role with its required policy, in the account of the credentials", async () => {
    await deploy("minimal", async (said) => {
      expect(said).toEqual({ role_name: "SSMServiceRole" });
      expect(await reportRole(lab(), CALLER_ACCOUNT, "SSMServiceRole")).toEqual({
        arn: `arn:aws:iam::${CALLER_ACCOUNT}:role/SSMServiceRole`,
        policyArns: [CORE],
      });
    });
  });

  test("complete creates everything, with policies of the same apply", async () => {
    await deploy("complete", async (said) => {
      const report = await reportRole(lab(), FACTORY, "SSMServiceRoleFactory");
      expect(report).toEqual({
        arn: `arn:aws:iam::${FACTORY}:role/hybrid/SSMServiceRoleFactory`,
        policyArns: [
          `arn:aws:iam::${FACTORY}:policy/ExampleCloudWatchAgent`,
          `arn:aws:iam::${FACTORY}:policy/ExampleNarrowCore`,
          `arn:aws:iam::${FACTORY}:policy/hybrid/SSMServiceRoleFactory-log-groups`,
          `arn:aws:iam::${FACTORY}:policy/hybrid/SSMServiceRoleFactory-s3-buckets`,
          `arn:aws:iam::${FACTORY}:policy/hybrid/SSMServiceRoleFactory-s3-managed-buckets`,
          `arn:aws:iam::${FACTORY}:policy/my-bucket-policy-name`,
          awsPolicy("AmazonSSMDirectoryServiceAccess"),
        ],
      });
      expect(said.role).toEqual({
        name: "SSMServiceRoleFactory",
        arn: report.arn,
        unique_id: expect.stringMatching(/^AROA/),
        attached_policy_arns: report.policyArns,
      });
      const iam = await lab().iam(FACTORY);
      const policyOf = (label: string) =>
        `arn:aws:iam::${FACTORY}:policy/hybrid/SSMServiceRoleFactory-user-access-${label}`;
      const groups = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: "ExampleHelpdesk" }));
      const roles = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "ExampleOperator" }));
      const users = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: "example-auditor" }));
      const attached = [groups, roles, users].map(({ AttachedPolicies }) =>
        AttachedPolicies?.map((one) => one.PolicyArn),
      );
      expect(attached).toEqual([[policyOf("watch")], [policyOf("line-1")], [policyOf("watch")]]);
      expect(said.user_access_policy_arns).toEqual(
        Object.fromEntries(["admins", "line-1", "watch"].map((label) => [label, policyOf(label)])),
      );
      expectActivation(said, { role: "hybrid/SSMServiceRoleFactory", limit: 20, description: "Machines of line 1" });
      expectBoundary(await documentsInState("complete"));
    });
    expect([...api.activations]).toEqual([]);
  });

  /** Returns the documents of all policies in an example's state, by name. */
  async function documentsInState(example: string): Promise<Record<string, Document>> {
    const state = await lab().mustTerraform(root(example), "show", "-json");
    const { root_module: all } = JSON.parse(state).values;
    const resources = [all, ...all.child_modules].flatMap((module) => module.resources);
    const policies = resources.filter(({ type, mode }) => type === "aws_iam_policy" && mode === "managed");
    return Object.fromEntries(policies.map(({ values }) => [values.name, JSON.parse(values.policy)]));
  }

  /** Expects that the boundary allows what the role's policies allow, and nothing else. */
  function expectBoundary({ ExampleBoundary: boundary, ...others }: Record<string, Document>): void {
    const place = PLACES.find(({ account }) => account === FACTORY) as Place;
    const by = `arn:aws:sts::${FACTORY}:assumed-role/SSMServiceRoleFactory/mi-0123456789abcdef0`;
    const allowed = (action: string, resource: string) => {
      const request = { by, action, resource: resource === "*" ? "*" : resource.replaceAll("*", "x") };
      const policies = { identity: [boundary as Document] };
      return decideUnchecked({ text: action, request, expected: "allowed" }, policies, place) === "allowed";
    };
    const ofRole = Object.entries(others).filter(([name]) => !name.includes("user-access"));
    const given = [...ofRole.map(([, document]) => document), documentOfAws("AmazonSSMDirectoryServiceAccess", place)]
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Action = [], Resource = [] }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
      );
    expect(given.length).toBeGreaterThan(20);
    expect(given.filter(({ action, resource }) => !allowed(action, resource))).toEqual([]);
    for (const action of ["iam:CreateUser", "sts:AssumeRole", "ssm:SendCommand", "ec2:RunInstances"]) {
      expect({ action, allowed: allowed(action, "*") }).toEqual({ action, allowed: false });
    }
  }

  test("managed-machine creates everything that a machine and its operators need", async () => {
    await deploy("managed-machine", async (said) => {
      const arns = ["log-groups", "s3-buckets"].map(
        (name) => `arn:aws:iam::${CALLER_ACCOUNT}:policy/SSMServiceRole-${name}`,
      );
      const { policyArns } = await reportRole(lab(), CALLER_ACCOUNT, "SSMServiceRole");
      expect(policyArns).toEqual([...arns, CORE]);
      expectActivation(said, { role: "SSMServiceRole", tags: { Line: "1" } });
      const iam = await lab().iam(CALLER_ACCOUNT);
      const PolicyArn = `arn:aws:iam::${CALLER_ACCOUNT}:policy/SSMServiceRole-user-access-line-1`;
      const people = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
      expect(people.PolicyGroups?.map(({ GroupName }) => GroupName)).toEqual(["Line1Operators"]);
    });
    expect([...api.activations]).toEqual([]);
  });

  /** Expects that the only activation of an example has the code of its output. */
  function expectActivation(said: Record<string, unknown>, expected: Partial<Activation>): void {
    const [made, ...more] = api.activations.values();
    expect(more).toEqual([]);
    expect(made).toMatchObject({ ...expected, instanceName: "line-1" });
    expect(said.activation_ids).toEqual({ "line-1": made?.id });
    expect(said.activation_codes).toEqual({ "line-1": made?.code });
  }

  test("two-accounts creates one role in each account", async () => {
    await deploy("two-accounts", async (said) => {
      const factory = await reportRole(lab(), FACTORY, "SSMServiceRole");
      const datacentre = await reportRole(lab(), DATACENTRE, "SSMServiceRole");
      expect(said.role_arns).toEqual({ factory: factory.arn, datacentre: datacentre.arn });
      expect(factory.policyArns).toEqual([CORE, awsPolicy("CloudWatchAgentServerPolicy")]);
      expect(datacentre.policyArns).toEqual([
        `arn:aws:iam::${DATACENTRE}:policy/SSMServiceRole-s3-managed-buckets`,
        CORE,
      ]);
    });
  });

  test(
    "workspaces keeps a separate state for each account",
    async () => {
      const folder = root("workspaces");
      await lab().mustTerraform(folder, "init", "-input=false");
      const noAccount = await lab().terraform(folder, "plan", "-input=false", "-no-color");
      expect(noAccount.code).toBe(1);
      expect(noAccount.output).toContain("Invalid index");

      for (const [workspace, id] of Object.entries({ "factory-eu": FACTORY, "datacentre-us": DATACENTRE })) {
        await lab().mustTerraform(folder, "workspace", "new", workspace);
        await apply(folder);
        const role_arn = `arn:aws:iam::${id}:role/SSMServiceRole`;
        expect(await outputs(folder)).toEqual({ role_arn });
        const state = JSON.parse(
          readFileSync(join(folder, "terraform.tfstate.d", workspace, "terraform.tfstate"), "utf8"),
        );
        expect(state.outputs.role_arn.value).toBe(role_arn);
      }
      expect(existsSync(join(folder, "terraform.tfstate"))).toBe(false);

      // Destroying one account does not change the other.
      await destroy(folder);
      await lab().mustTerraform(folder, "workspace", "select", "factory-eu");
      await expectEmptyPlan(folder);
      await destroy(folder);
    },
    programs(20),
  );

  test("existing-pipeline uses a root module unchanged, with its own bucket and variables", async () => {
    const bucket = "example-pipeline-state";
    await lab()
      .s3()
      .send(new CreateBucketCommand({ Bucket: bucket }));
    const accounts = await synthesize(lab(), "pipeline", readFileSync(join(REPOSITORY, "accounts.yaml"), "utf8"));
    const folder = accounts("factory-eu");
    const before = readFileSync(join(folder, "cdk.tf.json"), "utf8");
    const script = join(root("existing-pipeline"), "pipeline.sh");
    const options = { cwd: lab().folder, env: { ...lab().env, TF_CLI_ARGS_init: S3_BY_PATH } };
    expect(await run("/bin/sh", [script, folder], options)).toMatchObject({ code: 0 });

    expect(readFileSync(join(folder, "cdk.tf.json"), "utf8")).toBe(before);
    const { Contents } = await lab()
      .s3()
      .send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["ssm-hybrid-service-role/factory-eu.tfstate"]);
    expect((await reportRole(lab(), FACTORY, "SSMServiceRole")).policyArns).toEqual([
      `arn:aws:iam::${FACTORY}:policy/SSMServiceRole-s3-buckets`,
      CORE,
      awsPolicy("AmazonSSMPatchAssociation"),
    ]);
    const variables = `-var-file=${join(root("existing-pipeline"), "factory-eu.tfvars")}`;
    await expectEmptyPlan(folder, variables);
    await destroy(folder, variables);
  });

  test(
    "remote-state reads another account's outputs, in HCL and in CDKTF",
    async () => {
      await createStateBucket(lab());
      const key = "ssm-hybrid-service-role/111111111111/factory-eu.tfstate";
      // The emulator needs use_path_style.
      const settings = { bucket: STATE_BUCKET, key, region: "eu-central-1", use_path_style: "true" };
      const state = { backend: "s3", ...settings, use_path_style: true };
      const deploy_role_arn = `arn:aws:iam::${FACTORY}:role/TerraformDeploy`;
      const account = { id: FACTORY, region: "eu-central-1", deploy_role_arn, state, directory_service: { corp: {} } };
      const yaml = JSON.stringify({ accounts: { "factory-eu": account } });
      const deployed = (await synthesize(lab(), "deployed", yaml))("factory-eu");
      await lab().mustTerraform(deployed, "init", "-input=false");
      await apply(deployed);
      const { role_name, role_arn, attached_policy_arns } = await outputs(deployed);
      const expected = { role_name, role_arn, attached_policy_arns };
      expect(role_name).toBe("SSMServiceRole");

      const variable = `-var=state=${JSON.stringify(settings)}`;
      const output = lab().directory("reader");
      const env = { ACCOUNTS_FILE: join(lab().folder, "deployed/accounts.yaml"), CDKTF_OUTDIR: output };
      expect(await lab().program("examples/remote-state/main.ts", env)).toMatchObject({ code: 0 });
      // Otherwise CDKTF writes a state next to the program, which is in this repository.
      const ownState = { terraform: { backend: { local: { path: "reader.tfstate" } } } };
      lab().file("reader/stacks/reader/state_override.tf.json", JSON.stringify(ownState));
      const readers = { [root("remote-state")]: [variable], [join(output, "stacks/reader")]: [] };
      for (const [folder, variables] of Object.entries(readers)) {
        await lab().mustTerraform(folder, "init", "-input=false");
        await apply(folder, ...variables);
        expect(await outputs(folder)).toEqual(expected);
        await expectEmptyPlan(folder, ...variables);
      }
      await destroy(deployed);
    },
    programs(20),
  );

  test("adopt imports the existing role, and removes other policies", async () => {
    const iam = await lab().iam(CALLER_ACCOUNT);
    const RoleName = "SSMServiceRole";
    const Statement = { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const known = [awsPolicy("AmazonSSMDirectoryServiceAccess"), CORE, awsPolicy("CloudWatchAgentServerPolicy")];
    for (const PolicyArn of [...known, awsPolicy("AdministratorAccess")]) {
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    }
    const folder = root("adopt");
    await lab().mustTerraform(folder, "init", "-input=false");
    expect(await plannedChanges(lab(), folder)).toEqual([
      "create aws_iam_role_policies_exclusive.this",
      "create aws_iam_role_policy_attachments_exclusive.this",
      'create module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.cloudwatch_agent["default"]',
      "create module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.core",
      'create module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.directory_service["default"]',
      "create module.ssm_hybrid_service_role.terraform_data.identity",
      "update module.ssm_hybrid_service_role.aws_iam_role.this",
    ]);
    await deploy("adopt", async () => {
      const state = await lab().mustTerraform(folder, "show", "-json");
      expect(state).toContain(`"unique_id":"${Role?.RoleId}"`);
      expect((await reportRole(lab(), CALLER_ACCOUNT, RoleName)).policyArns).toEqual(known);
    });
  });

  test("every root module specifies the Terraform and provider versions that it needs", () => {
    const sources = readdirSync(join(REPOSITORY, "examples"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".tf") && !path.includes(".terraform/"))
      .map((path) => ({ folder: dirname(path), source: readFileSync(join(REPOSITORY, "examples", path), "utf8") }));
    const folders = [...new Set(sources.map(({ folder }) => folder))];
    expect(folders.length).toBeGreaterThanOrEqual(8);
    for (const folder of folders) {
      const source = sources.flatMap((one) => (one.folder === folder ? one.source : [])).join("");
      expect({ folder, version: /^ {2}required_version = /m.test(source) }).toEqual({ folder, version: true });
      const usesAws = /^(provider|resource) "aws/m.test(source);
      expect({ folder, aws: source.includes('"hashicorp/aws"') }).toEqual({ folder, aws: usesAws });
    }
  });

  test("files are formatted", async () => {
    const folder = join(REPOSITORY, "examples");
    expect(await lab().terraform(folder, "fmt", "-check", "-recursive")).toMatchObject({ code: 0, output: "" });
  });
});
