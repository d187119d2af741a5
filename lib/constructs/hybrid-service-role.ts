import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive";
import { type ITerraformDependable, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import type { z } from "zod";
import { type Camel, type CamelName, camelName, toSnake } from "../case";
import { InvalidInputError } from "../errors";
import { type PathFault, pathFaults } from "../faults";
import { partitionOf } from "../policies/partitions";
import { trustPolicy } from "../policies/trust-policy";
import { ACCOUNT_ID, knownRegion, text } from "../rules";
import { adoption, attach } from "./attachments";
import { awsManagedPolicy, expression, hclString, LOCALS, ROLE } from "./expressions";
import { FEATURES } from "./features";
import { ImportBlocks, LiteralBlock } from "./literal";
import { CORE_POLICY, checkRole, type FeatureEntries, ROLE_RULES } from "./role-checks";
import { type RoleSettings, roleSchema, type TrustSettings, trustSchema } from "./role-schema";
import { featureVariable } from "./terraform-variable";

/** The feature maps as a program writes them: `cloudwatchAgent: { default: {} }`. */
export type FeatureProps = {
  readonly [Name in keyof typeof FEATURES as CamelName<Name>]?: Camel<z.input<(typeof FEATURES)[Name]["entries"]>>;
};

/** What a {@link HybridServiceRole} is made from. */
export interface HybridServiceRoleProps extends FeatureProps {
  /** Id of the AWS account, 12 digits: it stands in the trust conditions and in the ARNs of the policies made here. */
  readonly accountId: string;
  /** The account's main region, for example `eu-central-1`; the partition follows from it. */
  readonly region: string;
  /** Partition, for a region that is a Terraform expression. @default - the region's partition */
  readonly partition?: string;
  /** The role itself. @default - `SSMServiceRole`, under `/`, with IAM's own defaults */
  readonly role?: Camel<z.input<typeof roleSchema>>;
  /** Who may assume the role. @default - Systems Manager, for this account alone, in all its regions */
  readonly trust?: Camel<z.input<typeof trustSchema>>;
  /** Tags of the role and of the policies made beside it. @default - the provider's default tags alone */
  readonly tags?: Readonly<Record<string, string>>;
}

const stacksWithRole = new WeakSet<TerraformStack>();

/**
 * The IAM role that machines outside AWS use to talk to Systems Manager, the policies attached to it, and one Terraform variable
 * for each optional feature. One for a stack: the variables' names are part of what users see.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html
 */
export class HybridServiceRole extends Construct {
  /** Expression for the role's name. */
  readonly roleName = expression(`${ROLE}.name`);
  /** Expression for the role's ARN. */
  readonly roleArn = expression(`${ROLE}.arn`);
  /** Expression for the role's stable unique id, such as `AROA...`. */
  readonly roleUniqueId = expression(`${ROLE}.unique_id`);
  /** Expression for the ARNs of all attached policies, sorted. */
  readonly attachedPolicyArns: string;
  /** Everything that what uses the role has to wait for: a role without its policies is of no use. */
  readonly attachments: readonly ITerraformDependable[];

  /** @throws InvalidInputError with every fault of the props. */
  constructor(scope: Construct, id: string, props: HybridServiceRoleProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    if (stacksWithRole.has(stack)) {
      throw new Error(
        `${this.node.path}: the stack ${stack.node.id} has a HybridServiceRole already; make one stack for each role, as each ` +
          "has its own Terraform variables.",
      );
    }
    stacksWithRole.add(stack);
    const { role, trust, features, partition } = resolve(this.node.path, props);

    const locals = { partition, accountId: props.accountId, roleName: role.name, path: role.path };
    for (const [name, value] of Object.entries(locals) as [keyof typeof locals, string][]) {
      new LiteralBlock(this, "locals", LOCALS[name], value);
    }
    for (const feature of Object.values(FEATURES)) {
      const entries = features[feature.name as keyof FeatureEntries];
      featureVariable(this, feature.name, feature.entries, feature.description, entries);
    }

    const core = role.core_policy_arn ?? `arn:\${local.partition}:iam::aws:policy/${CORE_POLICY}`;
    const coreAttachment = attach(this, "core", core);
    const built = Object.values(FEATURES).map((feature) => feature.build(this));
    const coreArn = role.core_policy_arn ? hclTemplate(role.core_policy_arn) : awsManagedPolicy(CORE_POLICY);
    const attached = [`{ "role.core_policy_arn" = ${coreArn} }`, ...built.map(({ policyArns }) => policyArns)];
    new LiteralBlock(this, "locals", "attached_policies", expression(`merge(${attached.join(", ")})`));

    const resource = new IamRole(this, "this", {
      name: role.name,
      path: role.path,
      ...(role.description !== undefined && { description: role.description }),
      ...(role.max_session_duration !== undefined && { maxSessionDuration: role.max_session_duration }),
      ...(role.permissions_boundary !== undefined && { permissionsBoundary: role.permissions_boundary }),
      forceDetachPolicies: role.force_detach_policies,
      assumeRolePolicy: JSON.stringify(
        trustPolicy({ partition, accountId: props.accountId, ...trust, servicePrincipal: trust.service_principal }),
      ),
      lifecycle: {
        precondition: preconditions(role.managed_policy_quota),
        // Another name or path would replace the role, and the machines that use it would be lost.
        ...(role.adopt && { preventDestroy: true }),
      },
    });
    resource.overrideLogicalId("this");
    if (props.tags) {
      new LiteralBlock(this, "locals", "tags", props.tags);
      const tagged = this.node.children.filter((child) => child instanceof IamRole || child instanceof IamPolicy);
      for (const child of tagged) child.addOverride("tags", expression("local.tags"));
    }
    if (role.adopt) {
      new ImportBlocks(this, "adopt", [
        { to: ROLE, id: expression("local.role_name") },
        adoption(coreAttachment, core),
        ...built.flatMap((feature) => feature.adoption ?? []),
      ]);
    }

    const ofFeatures = built.map(({ attachment }) => `[for a in ${attachment} : a.policy_arn]`);
    this.attachedPolicyArns = expression(`sort(concat([${coreAttachment}.policy_arn], ${ofFeatures.join(", ")}))`);
    if (role.exclusive_policies) {
      const exclusive = new IamRolePolicyAttachmentsExclusive(this, "exclusive_policies", {
        roleName: this.roleName,
        policyArns: this.attachedPolicyArns as unknown as string[],
      });
      exclusive.overrideLogicalId("this");
    }
    this.attachments = [coreAttachment, ...built.map(({ attachment }) => attachment)].map((fqn) => ({ fqn }));
  }
}

interface Resolved {
  readonly role: RoleSettings;
  readonly trust: TrustSettings;
  readonly features: FeatureEntries;
  readonly partition: string;
}

function isExpression(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === "string" && value.includes("${"));
}

/** Fills in the defaults and refuses what cannot work; Terraform expressions pass, and Terraform checks their values. */
function resolve(path: string, props: HybridServiceRoleProps): Resolved {
  const faults: PathFault[] = [];
  const parse = <Schema extends z.ZodType>(name: string, schema: Schema, value: unknown): z.output<Schema> => {
    const result = schema.safeParse(value);
    if (result.error) {
      faults.push(
        ...pathFaults(schema, value, result.error).map((fault) => {
          const field =
            fault.field.startsWith("[") || fault.field === "" ? `${name}${fault.field}` : `${name}.${fault.field}`;
          return { ...fault, field: `${path}: ${field}` };
        }),
      );
    }
    return result.data as z.output<Schema>;
  };
  const settings = <Schema extends z.ZodType>(
    name: string,
    schema: Schema,
    value: Camel<z.input<Schema>> | undefined,
  ) => {
    const all = Object.entries(toSnake(schema, (value ?? {}) as Camel<z.input<Schema>>) as object);
    const literals = Object.fromEntries(all.filter(([, inner]) => !isExpression(inner)));
    const expressions = Object.fromEntries(all.filter(([, inner]) => isExpression(inner)));
    return { ...(parse(name, schema, literals) as object), ...expressions } as z.output<Schema>;
  };

  if (!isExpression(props.accountId)) parse("accountId", text(ACCOUNT_ID), props.accountId);
  if (!isExpression(props.region)) parse("region", knownRegion(), props.region);
  const role = settings("role", roleSchema, props.role);
  const trust = settings("trust", trustSchema, props.trust);
  const features = Object.fromEntries(
    Object.values(FEATURES).map((feature) => {
      const value = props[camelName(feature.name) as keyof FeatureProps] ?? {};
      return [feature.name, parse(feature.name, feature.entries, toSnake(feature.entries, value as never))];
    }),
  ) as unknown as FeatureEntries;
  const partition = props.partition ?? partitionOf(props.region) ?? "aws";
  const literal = ![props.accountId, partition, ...Object.values(role), ...Object.values(trust)].some(isExpression);
  if (faults.length === 0 && literal) {
    const identity = { accountId: props.accountId, partition, path: role.path, name: role.name };
    faults.push(
      ...checkRole({ identity, role, trust, features }).map((fault) => ({
        ...fault,
        field: `${path}: ${fault.field}`,
      })),
    );
  }
  if (faults.length > 0) throw new InvalidInputError(faults);
  return { role, trust, features, partition };
}

/** A literal or a template, quoted for use inside an expression. */
function hclTemplate(value: string): string {
  return isExpression(value) ? `"${value}"` : hclString(value);
}

function preconditions(quota: number | string) {
  const limit = String(quota).replace(/^\$\{(.*)\}$/, "$1");
  const all = "local.attached_policies";
  const named = (test: string) => `join("; ", [for f, arn in ${all} : "\${f} = \${arn}" if ${test}])`;
  const own =
    '(startswith(arn, "arn:${local.partition}:iam::aws:") || ' +
    'startswith(arn, "arn:${local.partition}:iam::${local.account_id}:"))';
  return [
    {
      condition: expression(`length(distinct(values(${all}))) == length(${all})`),
      errorMessage: `The attached policies: ${ROLE_RULES.attachedTwice}: \${${named(`length([for other in values(${all}) : other if other == arn]) > 1`)}}.`,
    },
    {
      condition: expression(`length(${all}) <= ${limit}`),
      errorMessage: `The attached policies: ${ROLE_RULES.tooMany}, ${quota}; these are \${length(${all})}.`,
    },
    {
      condition: expression(`alltrue([for arn in values(${all}) : ${own}])`),
      errorMessage: `The attached policies: ${ROLE_RULES.foreign}: \${${named(`!${own}`)}}.`,
    },
  ];
}
