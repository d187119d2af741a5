import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { z } from "zod";
import { PARTITIONS } from "../aws/partitions";
import { POLICY_SIZE } from "../aws/policy-document";
import { ACTIVATIONS_TRUSTED } from "../features/activations";
import { mapFeatures } from "../features/features";
import { REGION_OF_PARTITION, regionsOfPartition } from "../features/own-partition";
import { ACCOUNT_ID, REGION } from "../input/rules";
import { tags, text } from "../input/schemas";
import { HybridServiceRole } from "../role/hybrid-service-role";
import { moduleRoleSchema, roleSchema, trustSchema } from "../role/schema";
import { CORE_POLICY, ROLE_RULES, ServiceRole } from "../role/service-role";
import { TRUST_POLICY } from "../role/trust-policy";
import { LiteralBlock, LiteralOutput, type Precondition } from "../terraform/blocks";
import { awsManagedPolicy, code, expression, hcl, IDENTITY, partitionOfRegion, typed } from "../terraform/hcl";
import { terraformVariable } from "../terraform/variables";
import { MODULE_VERSIONS } from "../terraform/versions";

/** Checks that the module can run only at plan. For an account's root module, TypeScript runs them at synthesis. */
const PRECONDITIONS: readonly Precondition[] = [
  ACTIVATIONS_TRUSTED,
  {
    condition: regionsOfPartition("var.trust_regions"),
    errorMessage: `trust_regions: ${REGION_OF_PARTITION}: \${local.partition}.`,
  },
  {
    condition: expression(`length(local.trust_policy) <= ${POLICY_SIZE.trust}`),
    errorMessage: `trust_regions: ${ROLE_RULES.trustTooLong}; this one has \${length(local.trust_policy)}.`,
  },
  {
    condition: expression(
      "alltrue([for arn in compact([var.permissions_boundary]) : " +
        'can(regex("^arn:${local.partition}:iam::(aws|${local.account_id}):", trimspace(arn)))])',
    ),
    errorMessage: `permissions_boundary: ${ROLE_RULES.foreign}.`,
  },
];

type RoleField = keyof typeof moduleRoleSchema.shape;

/** Fields of the role whose variable has another name. The names are those of terraform-aws-modules/iam. */
const VARIABLE_OF: Partial<Record<RoleField, string>> = { name: "role_name" };

/**
 * The Terraform module for pipelines without CDKTF: the resources of {@link HybridServiceRole}, with a variable for each setting of
 * an account. It has no provider and no backend, so that `count`, `for_each`, `depends_on` and `providers` work on it.
 */
export class ModuleStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.variables();
    const role = new HybridServiceRole(this, "service_role", this.role(), {
      tags: expression("var.tags"),
      assumeRolePolicy: expression("local.trust_policy"),
      preconditions: PRECONDITIONS,
      replacing: `plan and apply with -replace='module.<name>.${IDENTITY}'`,
    });
    new LiteralBlock(this, "locals", "trust_policy", expression(TRUST_POLICY));
    const dependsOn = role.attachments.map(({ fqn }) => fqn);
    for (const [name, body] of Object.entries(role.outputs)) new LiteralOutput(this, name, body, dependsOn);
  }

  /** Returns the module's files by name, in Terraform's standard module structure. */
  files(): Record<string, object> {
    // Omit the comments that only CDKTF reads.
    const json = JSON.stringify(this.toTerraform(), (key, value) => (key === "//" ? undefined : value));
    const { variable, output, terraform: _, ...main } = JSON.parse(json);
    return {
      "main.tf.json": main,
      "variables.tf.json": { variable },
      "outputs.tf.json": { output },
      "versions.tf.json": { terraform: MODULE_VERSIONS },
    };
  }

  /** Returns the role with the module's variables as settings. */
  private role(): ServiceRole {
    const setting = (name: RoleField) => expression(`var.${VARIABLE_OF[name] ?? name}`);
    const arn = (name: RoleField) => `var.${name} == null ? null : trimspace(var.${name})`;
    const accountId = "var.account_id == null ? one(data.aws_caller_identity.current[*].account_id) : var.account_id";
    const partition = hcl`try(${partitionOfRegion("var.region")}, one(data.aws_partition.current[*].partition))`;
    return new ServiceRole(
      {
        accountId: expression(accountId),
        partition: expression(partition),
        path: setting("path"),
        name: setting("name"),
      },
      expression("var.region"),
      {
        ...roleSchema.parse({}),
        description: setting("description"),
        max_session_duration: typed<number>(setting("max_session_duration")),
        permissions_boundary: expression(arn("permissions_boundary")),
        force_detach_policies: typed<boolean>(setting("force_detach_policies")),
        core_policy_arn: expression(hcl`coalesce(${code(arn("core_policy_arn"))}, ${awsManagedPolicy(CORE_POLICY)})`),
        managed_policy_quota: typed<number>(setting("managed_policy_quota")),
      },
      trustSchema.parse({}),
      // The variables of the features are off by default.
      mapFeatures(() => ({})),
    );
  }

  private variables(): void {
    const accountId = "Id of the account. Default: read from AWS.";
    const region = `Region of the account, from which the partition (${PARTITIONS.join(", ")}) is derived. Default: the provider's partition.`;
    terraformVariable(this, "account_id", text(ACCOUNT_ID).optional(), accountId, null);
    terraformVariable(this, "region", text(REGION).optional(), region, null);
    // Not attributes of two objects: Terraform refuses an unknown variable, but drops an unknown attribute.
    this.variablesOf(moduleRoleSchema, (field) => VARIABLE_OF[field as RoleField] ?? field);
    this.variablesOf(trustSchema, (field) => `trust_${field}`);
    terraformVariable(this, "tags", tags(), "Tags of the service role and of the policies created here.", {});
    // Read from AWS only what the caller did not set.
    const without = (variable: string) => ({ count: expression(`var.${variable} == null ? 1 : 0`) });
    new LiteralBlock(this, "data", "aws_caller_identity.current", without("account_id"));
    new LiteralBlock(this, "data", "aws_partition.current", without("region"));
  }

  /** Creates a variable for each field of a schema. */
  private variablesOf({ shape }: z.ZodObject, nameOf: (field: string) => string): void {
    for (const [field, schema] of Object.entries(shape) as [string, z.ZodType][]) {
      const value = schema.parse(undefined) ?? null;
      terraformVariable(this, nameOf(field), schema, schema.description ?? "", value);
    }
  }
}
