import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { POLICY_SIZE } from "../aws/policy-document";
import { ACTIVATION_RULES } from "../features/activations";
import { REGION_OF_PARTITION } from "../features/s3-managed-buckets";
import { ACCOUNT_ID, REGION, tags, text } from "../input/rules";
import { CORE_POLICY, ROLE_RULES } from "../role/checks";
import { HybridServiceRole } from "../role/hybrid-service-role";
import { moduleRoleSchema, trustSchema } from "../role/schema";
import { LiteralBlock, LiteralOutput } from "../terraform/blocks";
import { awsManagedPolicy, expression, partitionOfRegion } from "../terraform/hcl";
import { terraformVariable } from "../terraform/variables";

const VERSIONS = {
  // 1.5 brought plantimestamp(), by which an activation's expiry is known at plan.
  required_version: ">= 1.5",
  required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0, < 7.0" } },
};

/** `assume_role_policy` as an account's root has it, from the module's variables. */
const TRUST_POLICY = `jsonencode({ Version = "2012-10-17", Statement = [merge(
  { Effect = "Allow", Principal = { Service = var.trust.service_principal }, Action = "sts:AssumeRole" },
  { for k in ["Condition"] : k => {
    StringEquals = { "aws:SourceAccount" = local.account_id },
    ArnEquals = { "aws:SourceArn" = [for region in (length(var.trust.regions) > 0 ? var.trust.regions : ["*"]) :
      "arn:\${local.partition}:ssm:\${region}:\${local.account_id}:*"] }
  } if var.trust.conditions }
)] })`;

/** What TypeScript checks of an account's role when its root is made, and the module only knows at plan. */
const PRECONDITIONS = [
  {
    condition: expression(
      "length(var.activations) == 0 || length(var.trust.regions) == 0 || " +
        "(var.region == null ? true : contains(var.trust.regions, var.region))",
    ),
    errorMessage: `activations: ${ACTIVATION_RULES.region}.`,
  },
  {
    condition: expression(
      `alltrue([for region in var.trust.regions : local.partition == ${partitionOfRegion("region")}])`,
    ),
    errorMessage: `trust.regions: ${REGION_OF_PARTITION}: \${local.partition}.`,
  },
  {
    condition: expression(`length(local.trust_policy) <= ${POLICY_SIZE.trust}`),
    errorMessage: `trust.regions: ${ROLE_RULES.trustTooLong}; this makes one of \${length(local.trust_policy)}.`,
  },
  {
    condition: expression(
      "alltrue([for arn in compact([var.role.permissions_boundary]) : " +
        'can(regex("^arn:${local.partition}:iam::(aws|${local.account_id}):", arn))])',
    ),
    errorMessage: `role.permissions_boundary: ${ROLE_RULES.foreign}.`,
  },
];

/**
 * The Terraform module for pipelines that never heard of CDKTF: what {@link HybridServiceRole} makes, with a variable for
 * everything that an account may set, and neither provider nor backend, so that `count`, `for_each`, `depends_on` and `providers`
 * work on it.
 */
export class ModuleStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.variables();
    const role = new HybridServiceRole(this, "service_role", {
      accountId: this.given("account_id", "aws_caller_identity", "account_id"),
      partition: this.partition(),
      region: expression("var.region"),
      role: {
        name: expression("var.role.name"),
        path: expression("var.role.path"),
        description: expression("var.role.description"),
        maxSessionDuration: expression("var.role.max_session_duration") as unknown as number,
        permissionsBoundary: expression("var.role.permissions_boundary"),
        forceDetachPolicies: expression("var.role.force_detach_policies") as unknown as boolean,
        corePolicyArn: expression(`coalesce(var.role.core_policy_arn, ${awsManagedPolicy(CORE_POLICY)})`),
        managedPolicyQuota: expression("var.role.managed_policy_quota") as unknown as number,
      },
      tags: expression("var.tags") as unknown as Record<string, string>,
    });
    new LiteralBlock(this, "locals", "trust_policy", expression(TRUST_POLICY.replaceAll(/\n\s*/g, " ")));
    const resource = role.node.findChild("this") as IamRole;
    resource.assumeRolePolicy = expression("local.trust_policy");
    resource.lifecycle = { precondition: [...(resource.lifecycle?.precondition ?? []), ...PRECONDITIONS] };

    const waitsFor = role.attachments.map(({ fqn }) => fqn);
    for (const [name, body] of Object.entries(role.outputs)) new LiteralOutput(this, name, body, waitsFor);
  }

  /** The module's files, by name, as Terraform's module convention has them. */
  files(): Record<string, object> {
    const { variable, output, terraform: _, "//": __, ...main } = withoutMetadata(this.toTerraform());
    return {
      "main.tf.json": main,
      "variables.tf.json": { variable },
      "outputs.tf.json": { output },
      "versions.tf.json": { terraform: VERSIONS },
    };
  }

  private variables(): void {
    const optional = { nullable: true, default: null };
    terraformVariable(
      this,
      "account_id",
      text(ACCOUNT_ID).optional(),
      "Id of the account. Default: asked of AWS.",
      optional,
    );
    terraformVariable(
      this,
      "region",
      text(REGION).optional(),
      "Region of the account, from which the partition (aws, aws-cn, aws-us-gov) follows. Default: the provider's partition.",
      optional,
    );
    const settings = { nullable: false, default: {} };
    terraformVariable(this, "role", moduleRoleSchema, "The service role itself.", settings);
    terraformVariable(this, "trust", trustSchema, "Who may assume the service role.", settings);
    terraformVariable(this, "tags", tags(), "Tags of the service role and of the policies made here.", settings);
  }

  /** A value that the caller gave, or else AWS's own: the data source is there only when it is needed. */
  private given(variable: string, dataSource: string, attribute: string): string {
    new LiteralBlock(this, "data", dataSource, { current: { count: expression(`var.${variable} == null ? 1 : 0`) } });
    return expression(`var.${variable} == null ? one(data.${dataSource}.current[*].${attribute}) : var.${variable}`);
  }

  private partition(): string {
    new LiteralBlock(this, "data", "aws_partition", { current: { count: expression("var.region == null ? 1 : 0") } });
    return expression(`try(${partitionOfRegion("var.region")}, one(data.aws_partition.current[*].partition))`);
  }
}

/** Terraform JSON without the comments that only CDKTF reads. */
function withoutMetadata<Json>(value: Json): Json {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === "//" ? undefined : inner)));
}
