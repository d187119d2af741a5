import type { Construct } from "constructs";
import { accountOf } from "../config/account";
import { regionsOf } from "../features/activations";
import type { AccountProps } from "../props";
import { HybridServiceRole } from "../role/hybrid-service-role";
import { REPLACING } from "../role/identity";
import { LiteralOutput } from "../terraform/blocks";
import { AWS_PROVIDER_FOR_EXCLUSIVE } from "../terraform/versions";
import { AccountProvider } from "./account-provider";
import { RemoteState } from "./remote-state";
import { RootStack } from "./root-stack";

/** Outputs that have another name in a root module than in the module. */
const ROLE_OUTPUTS: Readonly<Record<string, string>> = {
  name: "role_name",
  arn: "role_arn",
  unique_id: "role_unique_id",
};

/** Root module of an account: its provider, remote state, service role and the role's outputs. */
export class AccountStack extends RootStack {
  /** The service role. */
  readonly serviceRole: HybridServiceRole;

  /**
   * @param name - name of the account, its stack, folder and state
   * @throws InvalidInputError with every error of the account
   */
  constructor(scope: Construct, name: string, props: AccountProps) {
    super(scope, name);
    const { fields, serviceRole } = accountOf(name, props);
    new AccountProvider(this, fields);
    const [, ...others] = regionsOf(fields);
    const providers = Object.fromEntries(others.map((region) => [region, new AccountProvider(this, fields, region)]));
    new RemoteState(this, fields.state, fields.region);
    if (fields.role.exclusive_policies) {
      this.addOverride("terraform.required_providers.aws", AWS_PROVIDER_FOR_EXCLUSIVE);
    }
    this.serviceRole = new HybridServiceRole(this, "service_role", serviceRole, {
      providers,
      replacing: `run npm run deploy -- ${name} --replace-role ${name}, or ${REPLACING}`,
    });
    // Consumers of an output must find the role with its policies attached.
    const dependsOn = this.serviceRole.attachments.map(({ fqn }) => fqn);
    for (const [output, body] of Object.entries(this.serviceRole.outputs)) {
      new LiteralOutput(this, ROLE_OUTPUTS[output] ?? output, body, dependsOn);
    }
  }
}
