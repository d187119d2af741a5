import { join } from "node:path";
import { type Lab, REPOSITORY } from "../../scripts/support/lab";
import { moduleInputs } from "../accounts";
import type { SsmApi } from "./ssm-api";
import { synthesize } from "./support";

/** Settings for a root module or the module: the account's id, and fields that both have. */
export interface Wanted {
  readonly id: string;
  readonly role: { readonly name?: string; readonly path?: string; readonly description?: string };
  readonly [field: string]: unknown;
}

/** State file, in the folder of the root module. */
export const STATE = "state.tfstate";

const REGION = "eu-central-1";
const deployRole = (id: string) => `arn:aws:iam::${id}:role/TerraformDeploy`;

/** Writes an account's root module with exclusive policies, and returns its folder. */
async function writeRoot(lab: Lab, api: SsmApi, { id, ...wanted }: Wanted): Promise<string> {
  const state = { backend: "local", path: STATE };
  const role = { ...wanted.role, exclusive_policies: true };
  const account = { id, region: REGION, deploy_role_arn: deployRole(id), state, ...wanted, role };
  const folder = (await synthesize(lab, "root", JSON.stringify({ accounts: { one: account } })))("one");
  const override = { provider: { aws: { endpoints: [{ ssm: api.endpoint }] } } };
  lab.file("root/cdktf.out/stacks/one/ssm_override.tf.json", JSON.stringify(override));
  return folder;
}

/** Writes a root module that calls the module, which reads the account from AWS, and returns its folder. */
async function writeModule(lab: Lab, api: SsmApi, { id, ...wanted }: Wanted): Promise<string> {
  const source = join(REPOSITORY, "modules/ssm-hybrid-service-role");
  const outputs = ["name", "unique_id", "attached_policy_arns", "activation_ids"];
  const aws = { region: REGION, allowed_account_ids: [id], assume_role: [{ role_arn: deployRole(id) }] };
  const main = {
    terraform: { backend: { local: { path: STATE } } },
    provider: { aws: { ...aws, endpoints: [{ ssm: api.endpoint }] } },
    module: { lines: { source, region: REGION, ...moduleInputs(wanted) } },
    output: Object.fromEntries(outputs.map((name) => [name, { value: `\${module.lines.${name}}` }])),
  };
  lab.file("module/main.tf.json", JSON.stringify(main));
  return lab.directory("module");
}

/** The two ways to define a role: how its files are written, and the prefix of its addresses. */
export const PLACES = [
  { name: "an account's root module", write: writeRoot, prefix: "" },
  { name: "the module", write: writeModule, prefix: "module.lines." },
] as const;
