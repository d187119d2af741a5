import { join } from "node:path";
import { type Lab, REPOSITORY } from "../../scripts/support/lab";
import { moduleInputs } from "../accounts";
import type { SsmApi } from "./ssm-api";
import { synthesize } from "./support";

/** What a root or the module is to make: the account's id, and fields that both take. */
export interface Wanted {
  readonly id: string;
  readonly role: { readonly name?: string; readonly path?: string; readonly description?: string };
  readonly [field: string]: unknown;
}

/** File of the state, in the root's folder. */
export const STATE = "state.tfstate";

const REGION = "eu-central-1";
const deployRole = (id: string) => `arn:aws:iam::${id}:role/TerraformDeploy`;

/** Writes an account's root, its policies exclusive, and gives its folder. */
async function writeRoot(lab: Lab, api: SsmApi, { id, ...wanted }: Wanted): Promise<string> {
  const state = { backend: "local", path: STATE };
  const role = { ...wanted.role, exclusive_policies: true };
  const account = { id, region: REGION, deploy_role_arn: deployRole(id), state, ...wanted, role };
  const folder = (await synthesize(lab, "root", JSON.stringify({ accounts: { one: account } })))("one");
  const override = { provider: { aws: { endpoints: [{ ssm: api.endpoint }] } } };
  lab.file("root/cdktf.out/stacks/one/ssm_override.tf.json", JSON.stringify(override));
  return folder;
}

/** Writes a root that calls the module, which asks AWS for the account, and gives its folder. */
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

/** Where a role is written: how its files come about, and what stands before its addresses. */
export const PLACES = [
  { name: "an account's root", write: writeRoot, prefix: "" },
  { name: "the module", write: writeModule, prefix: "module.lines." },
] as const;
