import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { readAccount } from "../config/account";
import { type AccountProps, accountSchema } from "../config/schema";
import { toCamel } from "../input/names";
import { HybridServiceRole } from "../role/hybrid-service-role";
import { LiteralOutput } from "../terraform/blocks";
import { AccountProvider, AWS_PROVIDER } from "./account-provider";
import { RemoteState } from "./remote-state";
import { RootSynthesizer } from "./root-synthesizer";

/** The first provider that has `aws_iam_role_policy_attachments_exclusive`. */
const AWS_PROVIDER_FOR_EXCLUSIVE = { ...AWS_PROVIDER, version: ">= 5.72, < 7.0" };

/** The outputs that a root names otherwise than a module of the role does. */
const ROLE_OUTPUTS: Readonly<Record<string, string>> = {
  name: "role_name",
  arn: "role_arn",
  unique_id: "role_unique_id",
};

/** One account's Terraform root: its provider, its remote state, its service role and the role's outputs. */
export class AccountStack extends TerraformStack {
  /** The service role. */
  readonly serviceRole: HybridServiceRole;

  /**
   * @param name - the account's name: of the stack, its folder and its state
   * @throws InvalidInputError with every fault of the account
   */
  constructor(scope: Construct, name: string, props: AccountProps) {
    super(scope, name);
    this.synthesizer = new RootSynthesizer(this);
    const account = readAccount(name, props);
    const { id, region, deployRoleArn, externalId, tags, state, ...role } = toCamel(accountSchema, account);

    new AccountProvider(this, { id, region, deployRoleArn, externalId, tags });
    new RemoteState(this, account.state, region);
    if (account.role.exclusive_policies) {
      this.addOverride("terraform.required_providers.aws", AWS_PROVIDER_FOR_EXCLUSIVE);
    }
    this.serviceRole = new HybridServiceRole(this, "service_role", { accountId: id, region, ...role });
    // What reads an output must find the role with its policies attached.
    const waitsFor = this.serviceRole.attachments.map(({ fqn }) => fqn);
    for (const [output, body] of Object.entries(this.serviceRole.outputs)) {
      new LiteralOutput(this, ROLE_OUTPUTS[output] ?? output, body, waitsFor);
    }
  }
}
