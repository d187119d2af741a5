import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Lab, REPOSITORY } from "../../scripts/support/lab";
import { attachments } from "./attachments";
import { SsmApi } from "./ssm-api";
import { describeInLab, plannedChanges, programs, synthesize } from "./support";

const ID = "111111111111";
const OTHER_ID = "222222222222";
const STATE = "identity.tfstate";

/** What a root and the module say of the role. */
interface Wanted {
  readonly id: string;
  readonly role: { readonly name?: string; readonly path?: string; readonly description?: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly trust?: object;
}

const FEATURES = {
  directory_service: { corp: {} },
  cloudwatch_agent: { default: {} },
  s3_managed_buckets: { "eu-central-1": {} },
  s3_buckets: { output: { bucket: "example-output", purpose: "run_command" } },
  policies: { patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" } },
  user_access: { line: { level: "administrator" } },
  activations: { week: { expires_in_days: 7 }, day: {} },
};
const FIRST: Wanted = { id: ID, role: {}, tags: { Fleet: "1" } };
const deployRole = (id: string) => `arn:aws:iam::${id}:role/TerraformDeploy`;

/** Policies of the role, by name. */
const attachedTo = (name: string) =>
  [
    ...["AmazonSSMDirectoryServiceAccess", "AmazonSSMManagedInstanceCore", "AmazonSSMPatchAssociation"],
    "CloudWatchAgentServerPolicy",
    ...[`${name}-s3-buckets`, `${name}-s3-managed-buckets`],
  ].sort();

/** Where the role is: how its files are written, and the addresses and names that differ. */
const PLACES = {
  "an account's root": { write: writeRoot, prefix: "", outputs: "role_", option: "-replace=terraform_data.identity" },
  "the module": {
    write: writeModule,
    prefix: "module.lines.",
    outputs: "",
    option: "-replace='module.<name>.terraform_data.identity'",
  },
} as const;

/** Writes an account's root, and gives its folder. */
async function writeRoot(lab: Lab, api: SsmApi, { id, ...wanted }: Wanted): Promise<string> {
  const state = { backend: "local", path: STATE };
  const role = { ...wanted.role, exclusive_policies: true };
  const account = { id, region: "eu-central-1", deploy_role_arn: deployRole(id), state, ...FEATURES, ...wanted, role };
  const folder = (await synthesize(lab, "identity", JSON.stringify({ accounts: { one: account } })))("one");
  const override = { provider: { aws: { endpoints: [{ ssm: api.endpoint }] } } };
  lab.file("identity/cdktf.out/stacks/one/ssm_override.tf.json", JSON.stringify(override));
  return folder;
}

/** Writes a root that calls the module, and gives its folder. */
async function writeModule(lab: Lab, api: SsmApi, { id, ...wanted }: Wanted): Promise<string> {
  const source = join(REPOSITORY, "modules/ssm-hybrid-service-role");
  const outputs = ["name", "unique_id", "attached_policy_arns", "activation_ids"];
  const main = {
    terraform: { backend: { local: { path: STATE } } },
    provider: {
      aws: {
        region: "eu-central-1",
        allowed_account_ids: [id],
        assume_role: [{ role_arn: deployRole(id) }],
        endpoints: [{ ssm: api.endpoint }],
      },
    },
    // Without account_id: it is asked of AWS.
    module: { lines: { source, region: "eu-central-1", ...FEATURES, ...wanted } },
    output: Object.fromEntries(outputs.map((name) => [name, { value: `\${module.lines.${name}}` }])),
  };
  lab.file("identity-module/main.tf.json", JSON.stringify(main));
  return lab.directory("identity-module");
}

describeInLab("the identity of a role in", (lab) => {
  describe.each(Object.entries(PLACES))("%s", (_, { write, prefix, outputs, option }) => {
    let api: SsmApi;
    let folder: string;
    const writeWanted = (wanted: Wanted) => write(lab(), api, wanted);
    const inAws = async (id: string) => attachments(await lab().iam(id));
    const stateText = () => readFileSync(join(folder, STATE), "utf8");
    const changes = (...args: readonly string[]) => plannedChanges(lab(), folder, ...args);

    async function said(): Promise<Record<string, unknown>> {
      const json: Record<string, { value: unknown }> = JSON.parse(await lab().mustTerraform(folder, "output", "-json"));
      return Object.fromEntries(
        Object.entries(json).map(([name, { value }]) => [
          ["name", "unique_id"].some((one) => name === `${outputs}${one}`) ? name.slice(outputs.length) : name,
          value,
        ]),
      );
    }

    /** Applies once what a plan with this option makes: everything must be on the role, the outputs true, the activations new. */
    async function replace(wanted: Wanted, address: string): Promise<void> {
      const { name = "SSMServiceRole", path = "/" } = wanted.role;
      await writeWanted(wanted);
      const before = await said();
      const old = new Set(api.activations.keys());
      await lab().mustTerraform(folder, "apply", "-input=false", "-auto-approve", `-replace=${prefix}${address}`);
      const after = await said();
      expect(after.name).toBe(name);
      expect(after.unique_id).not.toBe(before.unique_id);
      const { roles, policies } = await inAws(wanted.id);
      expect(roles[name]).toEqual(attachedTo(name));
      expect(policies).toEqual([`${name}-s3-buckets`, `${name}-s3-managed-buckets`, `${name}-user-access-line`]);
      const arns = after.attached_policy_arns as readonly string[];
      expect(arns.map((arn) => arn.split("/").at(-1)).sort()).toEqual(attachedTo(name));
      const made = [...api.activations.values()].filter(({ id }) => !old.has(id));
      expect(made.map(({ account, role }) => ({ account, role }))).toEqual(
        Array(2).fill({ account: wanted.id, role: `${path}${name}`.slice(1) }),
      );
      expect(Object.values(after.activation_ids as object).sort()).toEqual(made.map(({ id }) => id).sort());
      expect(await changes()).toEqual([]);
    }

    beforeAll(async () => {
      api = await SsmApi.start(lab().endpoint);
      await fetch(`${lab().endpoint}/moto-api/reset`, { method: "POST" });
      folder = await writeWanted(FIRST);
      await lab().mustTerraform(folder, "init", "-input=false");
      await lab().mustTerraform(folder, "apply", "-input=false", "-auto-approve");
    });
    afterAll(() => api?.stop());

    test("is remembered by a state of before without any change to the role", async () => {
      await lab().mustTerraform(folder, "state", "rm", `${prefix}terraform_data.identity`);
      expect(await changes()).toEqual([`create ${prefix}terraform_data.identity`]);
      await lab().mustTerraform(folder, "apply", "-input=false", "plan.bin");
      expect(await changes()).toEqual([]);
    });

    test("does not change with description, tags and trust: nothing is replaced", async () => {
      const settings = { role: { description: "Lines" }, tags: { Fleet: "2" }, trust: { conditions: false } };
      await writeWanted({ ...FIRST, ...settings });
      const ours = ["s3_buckets", "s3_managed_buckets"].map((name) => `update ${prefix}aws_iam_policy.${name}["this"]`);
      const line = `update ${prefix}aws_iam_policy.user_access["line"]`;
      expect(await changes()).toEqual([...ours, line, `update ${prefix}aws_iam_role.this`]);
      await lab().mustTerraform(folder, "apply", "-input=false", "plan.bin");
      expect(await changes()).toEqual([]);
    });

    test.each<[string, Wanted, string]>([
      ["account", { ...FIRST, id: OTHER_ID }, `The account's id was ${ID} and is now ${OTHER_ID}.`],
      ["name", { ...FIRST, role: { name: "Lines" } }, "were /SSMServiceRole and are now /Lines."],
      ["path", { ...FIRST, role: { path: "/hybrid/" } }, "were /SSMServiceRole and are now /hybrid/SSMServiceRole."],
    ])("of another %s is refused at the plan, and nothing is touched", async (_what, wanted, says) => {
      await writeWanted(wanted);
      const before = [stateText(), await inAws(ID), [...api.activations.keys()]];
      const { code, output } = await lab().terraform(folder, "apply", "-input=false", "-auto-approve", "-no-color");
      const told = output.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
      expect(code).toBe(1);
      expect(told).toContain(says);
      expect(told).toContain(option);
      expect(told).not.toMatch(/will be (created|destroyed|updated)|must be replaced/);
      expect([stateText(), await inAws(ID), [...api.activations.keys()]]).toEqual(before);
      expect((await inAws(OTHER_ID)).roles).toEqual({});
    });

    test(
      "of another path, name and account goes through in one apply where it is asked for, and so does -replace of the role",
      async () => {
        await replace({ ...FIRST, role: { path: "/hybrid/" } }, "terraform_data.identity");
        await replace({ ...FIRST, role: { path: "/hybrid/", name: "Lines" } }, "terraform_data.identity");
        expect(Object.keys((await inAws(ID)).roles)).toEqual(["Lines"]);
        await replace({ ...FIRST, role: { path: "/hybrid/", name: "Lines" } }, "aws_iam_role.this");
        await replace({ ...FIRST, id: OTHER_ID, role: { path: "/hybrid/", name: "Lines" } }, "terraform_data.identity");
        // As the refusal says: it stays.
        expect(Object.keys((await inAws(ID)).roles)).toEqual(["Lines"]);
      },
      programs(20),
    );

    test("does not hinder terraform destroy, even with another name", async () => {
      await writeWanted({ ...FIRST, id: OTHER_ID, role: { name: "Other" } });
      await lab().mustTerraform(folder, "destroy", "-input=false", "-auto-approve");
      expect(await inAws(OTHER_ID)).toEqual({ roles: {}, policies: [], people: [] });
    });
  });
});
