import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { parseAccounts } from "../../lib/config/fleet";
import { deployRoles } from "../../lib/deploy-role/deploy-roles";
import { template } from "../../lib/deploy-role/templates";
import type { Trust } from "../../lib/deploy-role/trust";
import { S3_BY_PATH } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { type Need, Needs } from "../deploy-role/needs";
import { Recorder } from "../deploy-role/recorder";
import { decide } from "../iam/decide";
import type { Document } from "../iam/pair";
import { PLACES, type Place } from "../iam/place";
import { SsmApi } from "./ssm-api";
import { awsCli, describeInLab, environmentOf, programs } from "./support";

const ID = "111111111111";
const PLACE = PLACES[0] as Place;
const DEPLOY_ROLE = `arn:aws:iam::${ID}:role/terraform/Deploy`;
const BUCKET = "example-states";
const own = (name: string) => `arn:aws:iam::${ID}:policy/${name}`;
const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const TRUST: Trust = { deploy: "999999999999", github: "example/roles" };

const COMMON = {
  id: ID,
  region: "eu-central-1",
  deploy_role_arn: DEPLOY_ROLE,
  external_id: "shared",
  state: {
    backend: "s3",
    bucket: BUCKET,
    key: "{account_name}.tfstate",
    region: "us-east-1",
    kms_key_id: `arn:aws:kms:us-east-1:${ID}:key/12345678-90ab-4cde-8f01-234567890abc`,
    assume_role: { role_arn: DEPLOY_ROLE, external_id: "shared" },
  },
};

/** Every feature, a path and a boundary. */
const FIRST = {
  ...COMMON,
  tags: { Owner: "platform" },
  role: { name: "Hybrid", path: "/machines/", permissions_boundary: own("boundary") },
  directory_service: { default: {} },
  cloudwatch_agent: { default: {} },
  s3_managed_buckets: { "eu-central-1": {} },
  s3_buckets: { output: { bucket: "example-output", prefix: "", purpose: "run_command" } },
  log_groups: {
    sessions: { log_group_arn: `arn:aws:logs:eu-central-1:${ID}:log-group:a`, purpose: "session_manager" },
  },
  policies: { mine: { policy_arn: own("mine") } },
  user_access: {
    line: { level: "operator", node_tags: {}, groups: ["helpdesk"], users: ["auditor"], roles: ["Night"] },
  },
  activations: { week: { expires_in_days: 7, tags: { Line: "1" } } },
};
/** The same role with every change that Terraform makes in place, and with additional entries. */
const CHANGED = {
  ...FIRST,
  tags: { Team: "machines" },
  role: { ...FIRST.role, permissions_boundary: own("boundary-2"), description: "changed", max_session_duration: 7200 },
  trust: { regions: ["eu-central-1"] },
  s3_buckets: { output: { bucket: "example-output-2", prefix: "", purpose: "run_command" } },
  policies: { ...FIRST.policies, patch: { policy_arn: aws("AmazonSSMPatchAssociation") } },
  user_access: { ...FIRST.user_access, watch: { level: "read_only", groups: ["helpdesk"] } },
  activations: { week: { expires_in_days: 8, tags: { Line: "2" } } },
};
/** The same role without its optional parts. The role that removes them still has permissions for them. */
const REMOVED = { ...COMMON, role: { ...CHANGED.role, force_detach_policies: true } };
/** An existing role, with a boundary, an attachment and an inline policy that are not in the file. */
const ADOPTED = {
  ...COMMON,
  tags: { Owner: "platform" },
  role: { name: "ByHand", adopt: true, exclusive_policies: true },
};
const KEPT = { ...ADOPTED, role: { name: "ByHand", exclusive_policies: true, force_detach_policies: true } };

/** A role with the instance tier of two regions. */
const TIERED = {
  ...COMMON,
  role: { name: "Tiered" },
  instance_tier: { "eu-central-1": { tier: "advanced" }, "eu-west-1": { tier: "advanced" } },
};

type Fields = { readonly role: { readonly name: string } };
/** The role's account in the file. Its state has the account's name. */
const nameOf = (fields: Fields) => fields.role.name.toLowerCase();
const text = (fields: object, name: string) => JSON.stringify({ accounts: { [name]: fields } });
const rolesOf = (fields: Fields) => deployRoles([...parseAccounts(text(fields, nameOf(fields))).values()], TRUST);

/** The policies that CloudFormation gives the two roles in IAM. */
interface Policies {
  readonly deploy: Document;
  readonly plan: Document;
}

describeInLab(
  "npm run deploy-role",
  (lab) => {
    let api: SsmApi;
    let recorder: Recorder;
    let iam: IAMClient;

    beforeAll(async () => {
      api = await SsmApi.start(lab().endpoint);
      recorder = await Recorder.start(lab().endpoint, api.endpoint);
      iam = await lab().iam(ID);
      await (await lab().s3Of(ID)).send(new CreateBucketCommand({ Bucket: BUCKET }));
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
      });
      for (const PolicyName of ["boundary", "boundary-2", "mine"]) {
        await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
      }
      const AssumeRolePolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" }],
      });
      await iam.send(new CreateGroupCommand({ GroupName: "helpdesk" }));
      await iam.send(new CreateUserCommand({ UserName: "auditor" }));
      await iam.send(new CreateRoleCommand({ RoleName: "Night", AssumeRolePolicyDocument }));
      const RoleName = "ByHand";
      const PermissionsBoundary = own("boundary");
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary }));
      for (const PolicyArn of [aws("AmazonSSMManagedInstanceCore"), aws("AdministratorAccess")]) {
        await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      }
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "inline", PolicyDocument }));
    });
    afterAll(async () => {
      await recorder?.stop();
      await api?.stop();
    });

    /**
     * Returns the policies of a file's template. The emulator's CloudFormation creates them, and deletes them again.
     */
    async function policies(fields: Fields): Promise<Policies> {
      const file = lab().file("template.json", template(rolesOf(fields), "cloudformation"));
      const stack = ["--stack-name", "deploy-roles"];
      await awsCli(lab(), ID, "cloudformation", "create-stack", ...stack, "--template-body", `file://${file}`);
      try {
        return await policiesInIam();
      } finally {
        await awsCli(lab(), ID, "cloudformation", "delete-stack", ...stack);
      }
    }

    async function policiesInIam(): Promise<Policies> {
      const of = async (RoleName: string) => {
        const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "terraform" }));
        return read(PolicyDocument);
      };
      return { deploy: await of("Deploy"), plan: await of("DeployPlan") };
    }

    /** Synthesizes an account's root module and runs Terraform in it through the recorder. */
    async function terraform(fields: Fields, env: object, ...commands: readonly string[][]): Promise<string> {
      const accounts = lab().file("accounts.yaml", text(fields, nameOf(fields)));
      const output = lab().directory(`cdktf.out${"PLAN_ROLE" in env ? ".plan" : ""}`);
      const synth = await lab().program("main.ts", { ACCOUNTS_FILE: accounts, CDKTF_OUTDIR: output, ...env });
      if (synth.code !== 0) throw new Error(synth.output);
      const cwd = join(output, "stacks", nameOf(fields));
      let said = "";
      for (const args of [["init", "-reconfigure", S3_BY_PATH], ...commands]) {
        const { program, env: own } = lab().engine;
        const options = { cwd, env: { ...own, AWS_ENDPOINT_URL: recorder.endpoint } };
        const { code, output } = await run(program, [...args, "-input=false", "-no-color"], options);
        if (code !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${output}`);
        said += output;
      }
      return said;
    }

    /** Runs `npm run status` with the read-only role through the recorder. */
    async function status(fields: Fields): Promise<string> {
      const accounts = lab().file("accounts.yaml", text(fields, nameOf(fields)));
      const variables = { ACCOUNTS_FILE: accounts, AWS_ENDPOINT_URL: recorder.endpoint, PLAN_ROLE: "1" };
      const { code, output } = await lab().program("scripts/status.ts", variables);
      expect({ code, output }).toMatchObject({ code: 0 });
      return output;
    }

    const apply = (fields: Fields) => terraform(fields, {}, ["apply", "-auto-approve"]);
    const destroy = (fields: Fields) => terraform(fields, {}, ["destroy", "-auto-approve"]);
    const plan = (fields: Fields) => terraform(fields, { PLAN_ROLE: "1" }, ["plan", "-lock=false"]);

    /** Returns the distinct permissions that the requests since the last call need. */
    function needed(needs: Needs): Need[] {
      const all = recorder.take().flatMap((recorded) => needs.of(recorded));
      return [...new Map(all.map((need) => [JSON.stringify(need), need])).values()];
    }

    test(
      "allows what Terraform needs, and every plan works with the read-only role",
      async () => {
        const needs = new Needs(ID, { ByHand: "/" });
        const first = await policies(FIRST);
        const changed = await policies(CHANGED);
        const adopting = await policies(ADOPTED);
        const kept = await policies(KEPT);
        const tiered = await policies(TIERED);
        recorder.take();
        const steps: [what: string, by: Document, run: () => Promise<string>, says: string][] = [
          ["plan of a new account", first.plan, () => plan(FIRST), "to add"],
          ["apply", first.deploy, () => apply(FIRST), "Apply complete!"],
          ["empty plan", first.plan, () => plan(FIRST), "No changes"],
          ["plan of a change", changed.plan, () => plan(CHANGED), "to change"],
          ["change", changed.deploy, () => apply(CHANGED), "Apply complete!"],
          ["status", changed.plan, () => status(CHANGED), "0 of 1"],
          ["plan of a removal", changed.plan, () => plan(REMOVED), "to destroy"],
          ["removal", changed.deploy, () => apply(REMOVED), "Apply complete!"],
          ["plan to adopt", adopting.plan, () => plan(ADOPTED), "to import"],
          ["adopt", adopting.deploy, () => apply(ADOPTED), "Apply complete!"],
          ["empty plan of what was adopted", kept.plan, () => plan(KEPT), "Plan:"],
          ["change of what was adopted", kept.deploy, () => apply(KEPT), "Apply complete!"],
          ["destroy what was adopted", kept.deploy, () => destroy(KEPT), "Destroy complete!"],
          ["plan of a tier", tiered.plan, () => plan(TIERED), "to add"],
          ["tier", tiered.deploy, () => apply(TIERED), "Apply complete!"],
          ["empty plan of a tier", tiered.plan, () => plan(TIERED), "No changes"],
          ["destroy", (await policies(REMOVED)).deploy, () => destroy(REMOVED), "Destroy complete!"],
        ];
        const seen = new Map<string, Need[]>();
        const denied: string[] = [];
        for (const [what, by, step, says] of steps) {
          recorder.take();
          expect(await step()).toContain(says);
          const all = needed(needs);
          seen.set(what, all);
          for (const need of all) {
            if ((await decision(by, need)) !== "allowed") denied.push(`${what}: ${words(need)}`);
          }
        }
        expect(denied).toEqual([]);
        const writes = [...seen.values()].flat().filter(({ action }) => !/:(Get|List|Describe|Decrypt)/.test(action));
        const allowed = [];
        for (const need of writes) if ((await decision(changed.plan, need)) !== "denied") allowed.push(words(need));
        expect(allowed).toEqual([]);
        const actions = new Set([...seen.values()].flat().map(({ action }) => action));
        console.info(
          `${[...seen.values()].flat().length} different requests; actions: ${[...actions].sort().join(" ")}`,
        );
        // Every allowed action is used. The recorder sees all of them, because these policies contain no others.
        const granted = [first, changed, adopting, kept, tiered].flatMap(({ deploy, plan }) =>
          [...deploy.Statement, ...plan.Statement].flatMap(({ Action = [] }) => Action),
        );
        expect([...new Set(granted)].filter((action) => !actions.has(action)).sort()).toEqual(["sts:AssumeRole"]);
      },
      programs(60),
    );

    test("denies requests that differ slightly from allowed ones", async () => {
      const { deploy } = await policies(FIRST);
      const role = `arn:aws:iam::${ID}:role/machines/Hybrid`;
      const other = `arn:aws:iam::${ID}:role/machines/Other`;
      const object = (key: string) => `arn:aws:s3:::${BUCKET}/${key}`;
      const bounded = { "iam:PermissionsBoundary": own("boundary") };
      const admin = { "iam:PolicyARN": aws("AdministratorAccess") };
      const core = { "iam:PolicyARN": aws("AmazonSSMManagedInstanceCore") };
      const people = { "iam:PolicyARN": own("machines/Hybrid-user-access-line") };
      const ssm = { "iam:PassedToService": "ssm.amazonaws.com" };
      const kms = {
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": object("hybrid.tfstate"),
      };
      const key = (id: string) => `arn:aws:kms:us-east-1:${ID}:key/${id}`;
      const pairs: [action: string, allowed: Asked, ...denied: Asked[]][] = [
        ["iam:CreateRole", [role, bounded], [other, bounded], [role], [role, { "iam:PermissionsBoundary": own("b") }]],
        ["iam:DeleteRole", [role], [other], [`arn:aws:iam::${ID}:role/Hybrid`], [DEPLOY_ROLE]],
        ["iam:UpdateAssumeRolePolicy", [role], [other], [DEPLOY_ROLE]],
        ["iam:AttachRolePolicy", [role, core], [role, admin], [other, core], [DEPLOY_ROLE, core]],
        ["iam:DetachRolePolicy", [role, core], [role, admin], [other, core]],
        ["iam:PutRolePermissionsBoundary", [role, bounded], [role, { "iam:PermissionsBoundary": own("b") }]],
        ["iam:CreatePolicyVersion", [own("machines/Hybrid-s3-buckets")], [own("mine")], [own("boundary")]],
        [
          "iam:AttachGroupPolicy",
          [`arn:aws:iam::${ID}:group/helpdesk`, people],
          [`arn:aws:iam::${ID}:group/helpdesk`, admin],
          [`arn:aws:iam::${ID}:group/admins`, people],
        ],
        ["iam:AttachRolePolicy", [`arn:aws:iam::${ID}:role/x/Night`, people], [`arn:aws:iam::${ID}:role/Night`, core]],
        ["iam:PassRole", [role, ssm], [other, ssm], [role, { "iam:PassedToService": "ec2.amazonaws.com" }]],
        [
          "ssm:CreateActivation",
          ["*", { "aws:RequestedRegion": "eu-central-1" }],
          ["*", { "aws:RequestedRegion": "us-east-1" }],
        ],
        ["s3:GetObject", [object("hybrid.tfstate")], [object("byhand.tfstate")], [object("hybrid.tfstate/x")]],
        ["s3:PutObject", [object("hybrid.tfstate")], [object("byhand.tfstate")], [object("byhand.tfstate.tflock")]],
        ["s3:DeleteObject", [object("hybrid.tfstate.tflock")], [object("hybrid.tfstate")]],
        ["kms:Decrypt", [key("12345678-90ab-4cde-8f01-234567890abc"), kms], [key("2"), kms]],
      ];
      const never: [action: string, resource: string][] = [
        ["iam:DeleteRolePermissionsBoundary", role],
        ["iam:PutRolePolicy", role],
        ["iam:PutRolePolicy", DEPLOY_ROLE],
        ["iam:DeleteRolePolicy", role],
        ["iam:CreateUser", `arn:aws:iam::${ID}:user/x`],
        ["ssm:SendCommand", `arn:aws:ssm:eu-central-1:${ID}:managed-instance/mi-0123456789abcdef0`],
      ];
      const wrong: string[] = [];
      const ask = async (expected: string, action: string, [resource, context = {}]: Asked, by = deploy) => {
        const need = { action, resource, context };
        if ((await decision(by, need)) !== expected) wrong.push(`not ${expected}: ${words(need)}`);
      };
      for (const [action, allowed, ...denied] of pairs) {
        await ask("allowed", action, allowed);
        for (const one of denied) await ask("denied", action, one);
      }
      for (const [action, resource] of never) await ask("denied", action, [resource]);

      const tiered = await policies(TIERED);
      const setting = (region: string, name = "managed-instance/activation-tier") =>
        `arn:aws:ssm:${region}:${ID}:servicesetting/ssm/${name}`;
      for (const region of ["eu-central-1", "eu-west-1"]) {
        await ask("allowed", "ssm:UpdateServiceSetting", [setting(region)], tiered.deploy);
        await ask("denied", "ssm:UpdateServiceSetting", [setting(region)], tiered.plan);
        await ask("denied", "ssm:UpdateServiceSetting", [setting(region)]);
        await ask("denied", "ssm:ResetServiceSetting", [setting(region)], tiered.deploy);
      }
      await ask("denied", "ssm:UpdateServiceSetting", [setting("us-east-1")], tiered.deploy);
      const throughput = setting("eu-central-1", "parameter-store/high-throughput-enabled");
      for (const action of ["ssm:UpdateServiceSetting", "ssm:GetServiceSetting"]) {
        await ask("denied", action, [throughput], tiered.deploy);
      }
      const machines = "ssm:DescribeInstanceInformation";
      await ask("allowed", machines, ["*", { "aws:RequestedRegion": "eu-central-1" }], tiered.plan);
      await ask("denied", machines, ["*", { "aws:RequestedRegion": "us-east-1" }], tiered.plan);
      expect(wrong).toEqual([]);
    });

    test("creates the same roles from the Terraform template as from CloudFormation, for the account id", async () => {
      const others = { ...COMMON, id: "222222222222", deploy_role_arn: DEPLOY_ROLE.replace(ID, "222222222222") };
      const state = { ...COMMON.state, assume_role: { role_arn: others.deploy_role_arn } };
      const fleet = JSON.stringify({ accounts: { hybrid: CHANGED, other: { ...others, state } } });
      const roles = deployRoles([...parseAccounts(fleet).values()], TRUST);
      expect(Object.keys(roles.states ?? {})).toEqual([ID, "222222222222"]);
      const stack = ["--stack-name", "fleet"];
      const file = lab().file("fleet.json", template(roles, "cloudformation"));
      await awsCli(lab(), ID, "cloudformation", "create-stack", ...stack, "--template-body", `file://${file}`);
      const byCloudFormation = await inIam();
      await awsCli(lab(), ID, "cloudformation", "delete-stack", ...stack);

      lab().file("deploy-role/main.tf.json", template(roles, "terraform"));
      const { program, env } = lab().engine;
      const options = { cwd: lab().directory("deploy-role"), env: { ...env, ...(await environmentOf(lab(), ID)) } };
      for (const args of [["init"], ["validate"], ["apply", "-auto-approve"]]) {
        const { code, output } = await run(program, [...args, "-no-color"], options);
        expect({ code, output }).toMatchObject({ code: 0 });
      }
      expect(await inIam()).toEqual(byCloudFormation);
      expect(JSON.stringify(byCloudFormation)).toContain("hybrid.tfstate");
      expect(JSON.stringify(byCloudFormation)).not.toContain("other.tfstate");
      await run(program, ["destroy", "-auto-approve"], options);

      /** Returns both roles as IAM has them. */
      async function inIam() {
        const trust = async (RoleName: string) => {
          const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
          return { arn: Role?.Arn, description: Role?.Description, trust: read(Role?.AssumeRolePolicyDocument) };
        };
        return [await policiesInIam(), await trust("Deploy"), await trust("DeployPlan")];
      }
    });
  },
  "aws",
);

/** A resource, and the context of the request. */
type Asked = readonly [resource: string, context?: Readonly<Record<string, string>>];

/**
 * A policy document in an answer of IAM. Moto's CloudFormation stores it in Python's notation. Our strings contain no
 * quotes.
 */
function read(document = ""): Document {
  const decoded = decodeURIComponent(document);
  return JSON.parse(decoded.startsWith("{'") ? decoded.replaceAll("'", '"') : decoded);
}

const words = ({ action, resource, context }: Need) => `${action} ${resource} ${JSON.stringify(context)}`;

async function decision(by: Document, { action, resource, context }: Need): Promise<string> {
  // iam-simulate does not know the condition keys of an encryption context.
  const unchecked = action.startsWith("kms:") && ({ unchecked: true } as const);
  const request = { by: DEPLOY_ROLE, action, resource, context, ...unchecked };
  return decide({ text: `${action} ${resource}`, request, expected: "allowed" }, { identity: [by] }, PLACE);
}
