import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FEATURES } from "../../lib/features/features";
import { REPOSITORY } from "../../scripts/support/lab";
import { fileOf, fullAccount, moduleInputs } from "../accounts";
import { describeInLab, synthesize } from "./support";

/**
 * Terraform drops an attribute that is not in an object's type, and ignores a variable of a `-var-file` that the root
 * module does not declare: https://github.com/hashicorp/terraform/issues/29204. So these tests misspell each name in
 * the module's inputs, one at a time. The plan must fail, or must grant nothing more than with the correct name.
 */
type Inputs = Readonly<Record<string, unknown>>;

const MODULE = join(REPOSITORY, "modules/ssm-hybrid-service-role");
const VARIABLES: Record<string, { type: string }> = JSON.parse(
  readFileSync(join(MODULE, "variables.tf.json"), "utf8"),
).variable;
const NARROW = "arn:aws:iam::111111111111:policy/narrow";

/** Every input with every attribute, each as restrictive as possible. */
function everyInput(): Inputs {
  const { id, deploy_role_arn: _, external_id: __, ...account } = fullAccount();
  const { expires_in_days: ___, ...dated } = account.activations.week;
  return moduleInputs({
    account_id: id,
    core_policy_arn: `${NARROW}-core`,
    ...account,
    trust: { ...account.trust, conditions: true, service_principal: "ssm.amazonaws.com" },
    directory_service: { default: { policy_arn: `${NARROW}-directory` } },
    cloudwatch_agent: { default: { policy_arn: `${NARROW}-agent` } },
    user_access: { operators: { ...account.user_access.operators, name: "Operators", path: "/people/" } },
    activations: {
      ...account.activations,
      dated: { ...dated, expiration_date: new Date(Date.now() + 20 * 86_400_000).toISOString().replace(/[.]\d+/, "") },
      line: { by_runbook: true },
    },
  });
}

const misspelt = (name: string) => name.slice(0, -1);

function renamed(object: object, name: string): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key === name ? misspelt(name) : key, value]));
}

/** The inputs with one attribute of one entry misspelled, by the path of the attribute. */
function nestedCases(inputs: Inputs): [place: string, inputs: Inputs][] {
  return FEATURES.flatMap(({ name: feature }) =>
    Object.entries(inputs[feature] as Record<string, object>).flatMap(([label, entry]) =>
      Object.keys(entry).map((attribute): [string, Inputs] => [
        `${feature}.${label}.${attribute}`,
        { ...inputs, [feature]: { ...(inputs[feature] as object), [label]: renamed(entry, attribute) } },
      ]),
    ),
  );
}

interface Planned {
  readonly type: string;
  readonly name: string;
  readonly index?: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The permissions in a plan, one string each: an action on a resource with its conditions, an attachment, a machine
 * that an activation allows.
 */
function granted(resources: readonly Planned[]): Set<string> {
  return new Set(
    resources.flatMap(({ type, name, index, values }) => {
      const made = `${type}.${name}[${index}]`;
      if (type === "aws_iam_role") {
        return [...atoms(made, values.assume_role_policy), `bounded by ${values.permissions_boundary}`];
      }
      if (type === "aws_iam_policy") return atoms(made, values.policy);
      if (type === "aws_ssm_activation") {
        return Array.from(
          { length: values.registration_limit as number },
          (_, machine) => `${made} registers machine ${machine}`,
        );
      }
      return /attachment$/.test(type)
        ? [`${made} ${values.policy_arn} ${values.role} ${values.group} ${values.user}`]
        : [];
    }),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

function atoms(owner: string, document: unknown): string[] {
  const statements = (JSON.parse(document as string) as { Statement: readonly Statement[] }).Statement;
  const denied = statements.filter(({ Effect }) => Effect === "Deny");
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, Resource = "", Condition, Principal }) =>
      [Action].flat().flatMap((action) =>
        // Deny statements limit every allowed action, so they are part of each string.
        [Resource].flat().map((resource) => JSON.stringify([owner, action, resource, Condition, Principal, denied])),
      ),
    );
}

/** AWS's own bucket of the entry's region. If patch_manager_bucket is misspelled, it replaces the specified bucket. */
const PUBLISHED = "arn:aws:s3:::aws-patch-manager-eu-central-1-9163fdaaf/*";

function expectNoMore(place: string, found: Set<string>, right: Set<string>): void {
  const more = [...found].filter(
    (one) => !right.has(one) && !(/patch_manager_bucket$/.test(place) && one.includes(PUBLISHED)),
  );
  expect({ place, more }).toEqual({ place, more: [] });
}

describeInLab("a misspelled name", (lab) => {
  const inputs = everyInput();
  const cases = nestedCases(inputs);

  test("is tested for every input and every attribute", () => {
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(VARIABLES).sort());
    for (const { name } of FEATURES) {
      const attributes = [...(VARIABLES[name]?.type.matchAll(/[{,] (\w+) = /g) ?? [])].map(
        ([, attribute]) => attribute,
      );
      const tried = new Set(Object.values(inputs[name] as Record<string, object>).flatMap(Object.keys));
      expect({ name, tried: [...tried].sort() }).toEqual({ name, tried: attributes.sort() });
    }
  });

  /** Creates a root module that calls the module once for each of the inputs. */
  async function callsOf(folder: string, calls: Readonly<Record<string, Inputs>>): Promise<string> {
    const path = lab().directory(folder);
    cpSync(MODULE, join(path, "module"), { recursive: true });
    const settings = {
      skip_credentials_validation: true,
      skip_requesting_account_id: true,
      skip_metadata_api_check: true,
    };
    const provider = { aws: { region: "eu-central-1", access_key: "a", secret_key: "a", ...settings } };
    lab().file(`${folder}/provider.tf.json`, JSON.stringify({ provider }));
    for (const [name, one] of Object.entries(calls)) {
      lab().file(`${folder}/${name}.tf.json`, JSON.stringify({ module: { [name]: { source: "./module", ...one } } }));
    }
    await lab().mustTerraform(path, "init", "-input=false");
    return path;
  }

  /** The files of a root module in which Terraform found errors, each with its first error. */
  function errorsIn(lines: string): Map<string, string> {
    const all = lines
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { diagnostic?: Diagnostic });
    return new Map(
      all.flatMap(({ diagnostic: one }) =>
        one?.severity === "error" ? [[one.range?.filename ?? "", one.summary]] : [],
      ),
    );
  }

  interface Diagnostic {
    readonly severity: string;
    readonly summary: string;
    readonly detail: string;
    readonly range?: { readonly filename: string };
  }

  test("of an input fails in a call of the module", async () => {
    const folder = await callsOf("arguments", { call: inputs });
    const refused: string[] = [];
    for (const name of Object.keys(inputs)) {
      const module = { call: { source: "./module", ...renamed(inputs, name) } };
      lab().file("arguments/call.tf.json", JSON.stringify({ module }));
      const { stdout } = await lab().terraform(folder, "validate", "-json");
      const { diagnostics }: { diagnostics: readonly Diagnostic[] } = JSON.parse(stdout);
      if (diagnostics.some(({ detail }) => detail.includes(`"${misspelt(name)}"`))) refused.push(name);
    }
    expect(refused).toEqual(Object.keys(inputs));
  });

  test("of an attribute fails or grants nothing more in a call of the module", async () => {
    const calls = Object.fromEntries([
      ["right", inputs] as const,
      ...cases.map(([, one], index) => [`m${index}`, one] as const),
    ]);
    const folder = await callsOf("attributes", calls);
    const first = await lab().terraform(folder, "plan", "-input=false", "-json");
    const errors = errorsIn(first.stdout);
    const failed = cases.filter((_, index) => errors.has(`m${index}.tf.json`)).map(([place]) => place);
    // Attributes that restrict an entry are required, and so are those that reference its resource.
    expect(failed).toEqual(expect.arrayContaining(REQUIRED));
    for (const file of errors.keys()) rmSync(join(folder, file));
    await lab().mustTerraform(folder, "plan", "-input=false", "-out=plan");
    const plan = JSON.parse(await lab().mustTerraform(folder, "show", "-json", "plan"));
    const modules: { address: string; resources: Planned[] }[] = plan.planned_values.root_module.child_modules;
    const byAddress = new Map(modules.map(({ address, resources }) => [address, granted(resources)]));
    const right = byAddress.get("module.right") as Set<string>;
    expect(right.size).toBeGreaterThan(20);
    for (const [index, [place]] of cases.entries()) {
      if (!failed.includes(place)) expectNoMore(place, byAddress.get(`module.m${index}`) as Set<string>, right);
    }
  });

  test("fails or grants nothing more in a -var-file", async () => {
    const { id, region, deploy_role_arn } = fullAccount();
    const account = { id, region, deploy_role_arn, role: { managed_policy_quota: 20 } };
    const root = (await synthesize(lab(), "misspelt", fileOf({ one: account })))("one");
    await lab().mustTerraform(root, "init", "-input=false");
    const variables = Object.fromEntries(FEATURES.map(({ name }) => [name, inputs[name]]));
    /** Returns the permissions in the plan with the variables, or `undefined` if the plan fails. */
    async function planned(name: string, values: object): Promise<Set<string> | undefined> {
      const file = lab().file(`misspelt/${name}.tfvars.json`, JSON.stringify(values));
      const out = `${file}.plan`;
      const { code, output } = await lab().terraform(
        root,
        "plan",
        "-input=false",
        "-lock=false",
        `-var-file=${file}`,
        `-out=${out}`,
      );
      if (code !== 0) {
        expect(output).toMatch(/Invalid value for (input )?variable/);
        return undefined;
      }
      const plan = JSON.parse(await lab().mustTerraform(root, "show", "-json", out));
      return granted(plan.planned_values.root_module.resources);
    }
    const right = (await planned("right", variables)) as Set<string>;
    const all: [string, object][] = [
      ...FEATURES.map(({ name }): [string, object] => [name, renamed(variables, name)]),
      ...nestedCases(variables),
    ];
    const failed: string[] = [];
    // Two at a time, because each plan uses one core.
    for (let at = 0; at < all.length; at += 2) {
      await Promise.all(
        all.slice(at, at + 2).map(async ([place, values]) => {
          const found = await planned(place, values);
          if (found) expectNoMore(place, found, right);
          else failed.push(place);
        }),
      );
    }
    expect(failed).toEqual(expect.arrayContaining(REQUIRED));
  });
});

/** Without these, an entry would reference no resource or would grant more. */
const REQUIRED = [
  ...["directory_service.default.policy_arn", "cloudwatch_agent.default.policy_arn", "policies.mine.policy_arn"],
  ...["s3_buckets.run_command.bucket", "s3_buckets.run_command.prefix", "s3_buckets.run_command.purpose"],
  ...["log_groups.sessions.log_group_arn", "log_groups.sessions.purpose"],
  ...["user_access.operators.level", "user_access.operators.node_tags"],
  "instance_tier.eu-central-1.tier",
  ...["activations.week.by_runbook", "activations.dated.by_runbook", "activations.line.by_runbook"],
];
