import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { toCamel } from "../case";
import { readAccount } from "../config/account";
import { type AccountProps, accountSchema } from "../config/schema";
import { HybridServiceRole } from "../constructs/hybrid-service-role";
import { LiteralOutput } from "../constructs/literal";
import { RemoteState } from "./remote-state";

/** Terraform that a root works with: 1.10 brought the S3 backend's `use_lockfile`. */
const TERRAFORM_VERSION = ">= 1.10";
/** The provider, and its versions: CDKTF would write `aws`, which OpenTofu resolves elsewhere, and one exact version. */
const AWS_PROVIDER = { source: "hashicorp/aws", version: ">= 5.0, < 7.0" };
/** The first provider that has `aws_iam_role_policy_attachments_exclusive`. */
const AWS_PROVIDER_FOR_EXCLUSIVE = { ...AWS_PROVIDER, version: ">= 5.72, < 7.0" };

/** The provider without the forty attributes that are not set: CDKTF would search each for tokens, three times an account. */
class AccountProvider extends AwsProvider {
  override toTerraform() {
    const { provider, ...rest } = super.toTerraform();
    const [attributes] = provider.aws;
    const set = Object.entries(attributes).filter(([, value]) => value !== undefined);
    return { ...rest, provider: { aws: [Object.fromEntries(set)] } };
  }
}

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
    const account = readAccount(name, props);

    new AccountProvider(this, "aws", {
      region: account.region,
      // Credentials of any other account are refused before anything is read or written.
      allowedAccountIds: [account.id],
      ...(account.deploy_role_arn && {
        assumeRole: [
          {
            roleArn: account.deploy_role_arn,
            sessionName: "ssm-hybrid-service-role",
            ...(account.external_id && { externalId: account.external_id }),
          },
        ],
      }),
      ...(Object.keys(account.tags).length > 0 && { defaultTags: [{ tags: account.tags }] }),
    });
    new RemoteState(this, account.state, account.region);
    this.addOverride("terraform.required_version", TERRAFORM_VERSION);
    this.addOverride(
      "terraform.required_providers.aws",
      account.role.exclusive_policies ? AWS_PROVIDER_FOR_EXCLUSIVE : AWS_PROVIDER,
    );

    const { id, region, deployRoleArn, externalId, tags, state, ...role } = toCamel(accountSchema, account);
    this.serviceRole = new HybridServiceRole(this, "service_role", { accountId: id, region, ...role });
    const { roleName, roleArn, roleUniqueId, attachedPolicyArns } = this.serviceRole;
    this.output("role_name", roleName, "Name of the service role, as a hybrid activation takes it.");
    this.output("role_arn", roleArn, "ARN of the service role.");
    this.output("role_unique_id", roleUniqueId, "Stable unique id of the service role.");
    this.output(
      "attached_policy_arns",
      attachedPolicyArns,
      "ARNs of all policies attached to the service role, sorted.",
    );
  }

  private output(name: string, value: string, description: string): void {
    // What reads an output must find the role with its policies attached.
    const waitsFor = this.serviceRole.attachments.map(({ fqn }) => fqn);
    new LiteralOutput(this, name, { value, description, waitsFor });
  }
}
