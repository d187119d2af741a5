import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePoliciesExclusive } from "@cdktf/provider-aws/lib/iam-role-policies-exclusive";
import { IamRolePolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive";
import { type ITerraformDependable, TerraformLocal, type TerraformProvider, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { dnsSuffixes } from "../aws/partitions";
import { activationRegions, trusts } from "../features/activations";
import { attach } from "../features/attachments";
import type { BuiltFeature } from "../features/feature";
import { FEATURES } from "../features/features";
import { ImportBlocks, LiteralBlock, type OutputBody, type Precondition } from "../terraform/blocks";
import { code, dnsSuffixesOf, expression, IDENTITY, ROLE, ROLE_MADE, typed } from "../terraform/hcl";
import { terraformVariable } from "../terraform/variables";
import { identityGuard } from "./identity";
import { type HybridServiceRoleProps, isExpression, readProps, withoutTemplates } from "./props";
import { CORE_POLICY, ROLE_RULES, ServiceRole } from "./service-role";

const LOCAL_TAGS = code("local.tags");

const stacksWithRole = new WeakSet<TerraformStack>();

/** Settings that a stack of this package adds to a validated role. */
export interface RoleExtras {
  /** Tags of the role and of the resources created with it; a map or an expression. @default - only the provider's default tags */
  readonly tags?: Readonly<Record<string, string>> | string | undefined;
  /** Expression for the trust policy. @default - the role's own trust policy, as a string */
  readonly assumeRolePolicy?: string;
  /** Additional preconditions of the role. @default - none */
  readonly preconditions?: readonly Precondition[];
  /** Providers of the account's other regions, by region, for activations there. @default - none */
  readonly providers?: Readonly<Record<string, TerraformProvider>>;
  /** Instructions for replacing the role on purpose. @default - Terraform's `-replace` option */
  readonly replacing?: string;
}

/**
 * The IAM role that machines outside AWS use to communicate with Systems Manager, the policies attached to it, and one Terraform
 * variable for each optional feature. A stack can contain only one, because the variables' names are visible to users.
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
  /** Resources that users of the role must depend on: the role does not work without its policies. */
  readonly attachments: readonly ITerraformDependable[];
  /** Outputs of a root module or module with the role, by name. */
  readonly outputs: Readonly<Record<string, OutputBody>>;

  /** @throws InvalidInputError with every error of the props. */
  constructor(scope: Construct, id: string, props: HybridServiceRoleProps);
  /** @internal */
  constructor(scope: Construct, id: string, role: ServiceRole, extras?: RoleExtras);
  constructor(scope: Construct, id: string, given: HybridServiceRoleProps | ServiceRole, extras: RoleExtras = {}) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    if (stacksWithRole.has(stack)) {
      throw new Error(
        `${this.node.path}: the stack ${stack.node.id} has a HybridServiceRole already. Create one stack for each role, because ` +
          "each has its own Terraform variables.",
      );
    }
    stacksWithRole.add(stack);
    const isRole = given instanceof ServiceRole;
    const role = isRole ? withoutTemplates(this.node.path, given) : readProps(this.node.path, given);
    const tags = isRole ? extras.tags : given.tags;
    const providers = (isRole ? extras.providers : given.providers) ?? {};
    const { settings, identity, trust, region } = role;

    const { partition, accountId, name, path } = identity;
    const locals = { partition, account_id: accountId, region, role_name: name, path };
    for (const [local, value] of Object.entries(locals)) this.local(local, value);
    const suffixes = isExpression(partition)
      ? expression(dnsSuffixesOf(code("local.partition")))
      : dnsSuffixes(partition);
    new LiteralBlock(this, "locals", "dns_suffixes", suffixes);
    for (const { name: feature, entries, description } of FEATURES) {
      terraformVariable(this, feature, entries, description, role.features[feature]);
    }

    this.local("core_policy_arn", settings.core_policy_arn ?? `arn:\${local.partition}:iam::aws:policy/${CORE_POLICY}`);
    const core = expression("local.core_policy_arn");
    const coreAttachment = attach(this, "core", core);
    const attachments = [coreAttachment];
    const outputs: Record<string, OutputBody> = {};
    const attached = FEATURES.flatMap((feature) => {
      const built: BuiltFeature = feature.build(this, { attachments, tags: tags ? LOCAL_TAGS : undefined, providers });
      Object.assign(outputs, built.outputs);
      if (built.attached) attachments.push(built.attached.attachment);
      return built.attached ?? [];
    });
    const policyArns = attached.map((one) => one.policyArns.code).join(", ");
    this.local(
      "attached_policies",
      expression(`merge({ "role.core_policy_arn" = local.core_policy_arn }, ${policyArns})`),
    );

    new LiteralBlock(this, "resource", IDENTITY, identityGuard(settings.adopt, extras.replacing));
    if (tags) this.local("tags", isExpression(tags) ? tags : Object.assign({}, tags));
    const resource = new IamRole(this, "this", {
      name,
      path,
      ...(settings.description !== undefined && { description: settings.description }),
      ...(settings.max_session_duration !== undefined && { maxSessionDuration: settings.max_session_duration }),
      ...(settings.permissions_boundary !== undefined && { permissionsBoundary: settings.permissions_boundary }),
      forceDetachPolicies: settings.force_detach_policies,
      assumeRolePolicy: extras.assumeRolePolicy ?? trustText(role),
      lifecycle: {
        precondition: [
          ...preconditions(settings.managed_policy_quota),
          activationRegions(isExpression(region) || trusts(trust.regions, region)),
          ...(extras.preconditions ?? []),
        ],
        // The identity guard does not know a role that the same plan imports.
        ...(settings.adopt && { preventDestroy: true }),
      },
    });
    resource.overrideLogicalId("this");
    resource.addOverride("depends_on", [IDENTITY]);
    if (tags) resource.addOverride("tags", expression(LOCAL_TAGS));
    // Import only the role: existing attachments are not known here, and attaching a policy again changes nothing.
    if (settings.adopt) new ImportBlocks(this, "adopt", [{ to: ROLE, id: expression("local.role_name") }]);

    const ofFeatures = attached.map(({ attachment }) => `[for a in ${attachment} : a.policy_arn]`);
    this.attachedPolicyArns = expression(`sort(concat([${coreAttachment}.policy_arn], ${ofFeatures.join(", ")}))`);
    if (settings.exclusive_policies) {
      const ofRole = { roleName: this.roleName, lifecycle: { replaceTriggeredBy: [ROLE_MADE] } };
      for (const exclusive of [
        new IamRolePolicyAttachmentsExclusive(this, "exclusive_policies", {
          ...ofRole,
          policyArns: typed<string[]>(this.attachedPolicyArns),
        }),
        new IamRolePoliciesExclusive(this, "exclusive_inline_policies", { ...ofRole, policyNames: [] }),
      ])
        exclusive.overrideLogicalId("this");
    }
    this.attachments = attachments.map((fqn) => ({ fqn }));
    this.outputs = {
      name: { value: this.roleName, description: "Name of the service role." },
      arn: { value: this.roleArn, description: "ARN of the service role." },
      unique_id: { value: this.roleUniqueId, description: "Stable unique id of the service role." },
      attached_policy_arns: {
        value: this.attachedPolicyArns,
        description: "ARNs of all policies attached to the service role, sorted.",
      },
      ...outputs,
    };
  }

  /** Adds a local value that may contain tokens of the caller. */
  private local(name: string, value: unknown): void {
    new TerraformLocal(this, name, value).overrideLogicalId(name);
  }
}

/** An expression in a string, with at most one level of nested braces. */
const EXPRESSION = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;

/** Returns the trust policy as JSON in which expressions keep their quotes: Terraform evaluates them before the string is JSON. */
function trustText({ identity, trust, trustPolicy }: ServiceRole): string {
  const { partition, accountId } = identity;
  const expressions = [partition, accountId, trust.service_principal, ...trust.regions].flatMap(
    (text) => text.match(EXPRESSION) ?? [],
  );
  return expressions.reduce(
    (json, text) => json.replaceAll(JSON.stringify(text).slice(1, -1), () => text),
    JSON.stringify(trustPolicy),
  );
}

/** Returns the preconditions for policies that a pipeline adds with `-var-file`. The file's own policies are checked earlier. */
function preconditions(quota: number): Precondition[] {
  const all = "local.attached_policies";
  // The module's quota is an expression. Inside another expression, it has no braces.
  const most = String(quota).replace(/^\$\{(.*)\}$/, "$1");
  const named = (test: string) => `join("; ", [for f, arn in ${all} : "\${f} = \${arn}" if ${test}])`;
  const own =
    '(startswith(arn, "arn:${local.partition}:iam::aws:") || ' +
    'startswith(arn, "arn:${local.partition}:iam::${local.account_id}:"))';
  return [
    {
      condition: expression(`length(distinct(values(${all}))) == length(${all})`),
      errorMessage: `The attached policies: ${ROLE_RULES.duplicatePolicy}: \${${named(`length([for other in values(${all}) : other if other == arn]) > 1`)}}.`,
    },
    {
      condition: expression(`length(${all}) <= ${most}`),
      errorMessage: `The attached policies: ${ROLE_RULES.tooMany}, ${quota}; this role attaches \${length(${all})}.`,
    },
    {
      condition: expression(`alltrue([for arn in values(${all}) : ${own}])`),
      errorMessage: `The attached policies: ${ROLE_RULES.foreign}: \${${named(`!${own}`)}}.`,
    },
  ];
}
