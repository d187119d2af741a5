import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attachments } from "./attachments";
import { PLACES, STATE, type Wanted } from "./places";
import { SsmApi } from "./ssm-api";
import { describeInLab, plannedChanges, programs } from "./support";

const ID = "111111111111";
const OTHER_ID = "222222222222";

const FEATURES = {
  directory_service: { corp: {} },
  cloudwatch_agent: { default: {} },
  s3_managed_buckets: { "eu-central-1": {} },
  s3_buckets: { output: { bucket: "example-output", prefix: "", purpose: "run_command" } },
  policies: { patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" } },
  user_access: { line: { level: "administrator" } },
  activations: { week: { expires_in_days: 7 }, day: {} },
};
const FIRST: Wanted = { id: ID, role: {}, tags: { Fleet: "1" }, ...FEATURES };

/** Policies of the role, by name. */
const attachedTo = (name: string) =>
  [
    ...["AmazonSSMDirectoryServiceAccess", "AmazonSSMManagedInstanceCore", "AmazonSSMPatchAssociation"],
    "CloudWatchAgentServerPolicy",
    ...[`${name}-s3-buckets`, `${name}-s3-managed-buckets`],
  ].sort();

/** Names and options that differ. */
const SAYS = {
  "an account's root module": { outputs: "role_", option: "-replace=terraform_data.identity" },
  "the module": { outputs: "", option: "-replace='module.<name>.terraform_data.identity'" },
} as const;

describeInLab("the identity of a role in", (lab) => {
  describe.each(PLACES)("$name", ({ name: place, write, prefix }) => {
    const { outputs, option } = SAYS[place];
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

    /** Applies once with -replace. Expects all policies on the role, correct outputs, and new activations. */
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

    test("is added to the state of an earlier version without a change to the role", async () => {
      await lab().mustTerraform(folder, "state", "rm", `${prefix}terraform_data.identity`);
      expect(await changes()).toEqual([`create ${prefix}terraform_data.identity`]);
      await lab().mustTerraform(folder, "apply", "-input=false", "plan.bin");
      expect(await changes()).toEqual([]);
    });

    test("does not change with description, tags and trust, so nothing is replaced", async () => {
      const settings = { role: { description: "Lines" }, tags: { Fleet: "2" }, trust: { conditions: false } };
      await writeWanted({ ...FIRST, ...settings });
      const ours = ["s3_buckets", "s3_managed_buckets"].map((name) => `update ${prefix}aws_iam_policy.${name}["this"]`);
      const line = `update ${prefix}aws_iam_policy.user_access["line"]`;
      expect(await changes()).toEqual([...ours, line, `update ${prefix}aws_iam_role.this`]);
      await lab().mustTerraform(folder, "apply", "-input=false", "plan.bin");
      expect(await changes()).toEqual([]);
    });

    test.each<[string, Wanted, string]>([
      ["account", { ...FIRST, id: OTHER_ID }, `The account id changed from ${ID} to ${OTHER_ID}.`],
      ["name", { ...FIRST, role: { name: "Lines" } }, "changed from /SSMServiceRole to /Lines."],
      ["path", { ...FIRST, role: { path: "/hybrid/" } }, "changed from /SSMServiceRole to /hybrid/SSMServiceRole."],
    ])("refuses another %s at plan time and changes nothing", async (_what, wanted, says) => {
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
      "allows another path, name and account in one apply with -replace, also of the role itself",
      async () => {
        await replace({ ...FIRST, role: { path: "/hybrid/" } }, "terraform_data.identity");
        await replace({ ...FIRST, role: { path: "/hybrid/", name: "Lines" } }, "terraform_data.identity");
        expect(Object.keys((await inAws(ID)).roles)).toEqual(["Lines"]);
        await replace({ ...FIRST, role: { path: "/hybrid/", name: "Lines" } }, "aws_iam_role.this");
        await replace({ ...FIRST, id: OTHER_ID, role: { path: "/hybrid/", name: "Lines" } }, "terraform_data.identity");
        // As the error says, the role in the old account stays.
        expect(Object.keys((await inAws(ID)).roles)).toEqual(["Lines"]);
      },
      programs(20),
    );

    test("does not block terraform destroy, even with another name", async () => {
      await writeWanted({ ...FIRST, id: OTHER_ID, role: { name: "Other" } });
      await lab().mustTerraform(folder, "destroy", "-input=false", "-auto-approve");
      expect(await inAws(OTHER_ID)).toEqual({ roles: {}, policies: [], people: [] });
    });
  });
});
