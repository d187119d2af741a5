/** The same in a CDKTF program. accounts.yaml specifies the location of the account's state. */
import { join } from "node:path";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { loadFleet, remoteServiceRole } from "../../lib";

const fleet = loadFleet(process.env.ACCOUNTS_FILE || join(__dirname, "../../accounts.yaml"));
const account = fleet.get("factory-eu");
if (!account) throw new Error("accounts.yaml has no account factory-eu.");

const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, "reader");
const role = remoteServiceRole(stack, account);
new TerraformOutput(stack, "role_name", { value: role.roleName });
new TerraformOutput(stack, "role_arn", { value: role.roleArn });
new TerraformOutput(stack, "attached_policy_arns", { value: role.attachedPolicyArns });
app.synth();
