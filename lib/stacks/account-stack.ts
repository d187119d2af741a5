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

/** The outputs that a root names otherwise than a module of the role does. */
const ROLE_OUTPUTS: Readonly<Record<string, string>> = {
  name: "role_name",
  arn: "role_arn",
  unique_id: "role_unique_id",
};

/** One account's Terraform root: its provider, its remote state, its service role and the role's outputs. */
export class AccountStack extends RootStack {
  /** The service role. */
  readonly serviceRole: HybridServiceRole;

  /**
   * @param name - the account's name: of the stack, its folder and its state
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
    // What reads an output must find the role with its policies attached.
    const waitsFor = this.serviceRole.attachments.map(({ fqn }) => fqn);
    for (const [output, body] of Object.entries(this.serviceRole.outputs)) {
      new LiteralOutput(this, ROLE_OUTPUTS[output] ?? output, body, waitsFor);
    }
  }
}
