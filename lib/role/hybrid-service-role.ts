import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive";
import { SsmActivation } from "@cdktf/provider-aws/lib/ssm-activation";
import { type ITerraformDependable, TerraformLocal, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { ACTIVATION_RULES, trusts } from "../features/activations";
import { adoption, attach } from "../features/attachments";
import type { BuiltFeature } from "../features/feature";
import { FEATURES } from "../features/features";
import { ImportBlocks, type OutputBody } from "../terraform/blocks";
import { expression, ROLE } from "../terraform/hcl";
import { featureVariable } from "../terraform/variables";
import { CORE_POLICY, type FeatureEntries, ROLE_RULES } from "./checks";
import { type HybridServiceRoleProps, isExpression, readProps } from "./props";
import { type TrustPolicyInput, trustPolicy } from "./trust-policy";

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
  /** What a root or module of the role puts out, by the output's name. */
  readonly outputs: Readonly<Record<string, OutputBody>>;

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
    const { role, trust, features, partition } = readProps(this.node.path, props);

    const locals = { partition, account_id: props.accountId, role_name: role.name, path: role.path };
    for (const [name, value] of Object.entries(locals)) this.local(name, value);
    for (const feature of Object.values(FEATURES)) {
      const entries = features[feature.name as keyof FeatureEntries];
      featureVariable(this, feature.name, feature.entries, feature.description, entries);
    }

    this.local("core_policy_arn", role.core_policy_arn ?? `arn:\${local.partition}:iam::aws:policy/${CORE_POLICY}`);
    const core = expression("local.core_policy_arn");
    const coreAttachment = attach(this, "core", core);
    const addresses = [coreAttachment];
    const outputs: Record<string, OutputBody> = {};
    const attached = Object.values(FEATURES).flatMap((feature) => {
      const built: BuiltFeature = feature.build(this, addresses);
      Object.assign(outputs, built.outputs);
      if (built.attached) addresses.push(built.attached.attachment);
      return built.attached ?? [];
    });
    const policyArns = ['{ "role.core_policy_arn" = local.core_policy_arn }', ...attached.map((one) => one.policyArns)];
    this.local("attached_policies", expression(`merge(${policyArns.join(", ")})`));

    const resource = new IamRole(this, "this", {
      name: role.name,
      path: role.path,
      ...(role.description !== undefined && { description: role.description }),
      ...(role.max_session_duration !== undefined && { maxSessionDuration: role.max_session_duration }),
      ...(role.permissions_boundary !== undefined && { permissionsBoundary: role.permissions_boundary }),
      forceDetachPolicies: role.force_detach_policies,
      assumeRolePolicy: trustText({
        partition,
        accountId: props.accountId,
        ...trust,
        servicePrincipal: trust.service_principal,
      }),
      lifecycle: {
        precondition: [
          ...preconditions(role.managed_policy_quota),
          ...(isExpression(props.region) || trusts(trust.regions, props.region) ? [] : [NO_ACTIVATIONS]),
        ],
        // Another name or path would replace the role, and the machines that use it would be lost.
        ...(role.adopt && { preventDestroy: true }),
      },
    });
    resource.overrideLogicalId("this");
    if (props.tags) {
      this.local("tags", isExpression(props.tags) ? props.tags : { ...props.tags });
      const tagged = this.node.children.filter((child) => child instanceof IamRole || child instanceof IamPolicy);
      for (const child of tagged) child.addOverride("tags", expression("local.tags"));
      const ofMachines = this.node.children.find((child) => child instanceof SsmActivation) as SsmActivation;
      ofMachines.addOverride("tags", expression("merge(local.tags, each.value.tags)"));
    }
    if (role.adopt) {
      new ImportBlocks(this, "adopt", [
        { to: ROLE, id: expression("local.role_name") },
        adoption(coreAttachment, core),
        ...attached.flatMap((one) => one.adoption ?? []),
      ]);
    }

    const ofFeatures = attached.map(({ attachment }) => `[for a in ${attachment} : a.policy_arn]`);
    this.attachedPolicyArns = expression(`sort(concat([${coreAttachment}.policy_arn], ${ofFeatures.join(", ")}))`);
    if (role.exclusive_policies) {
      const exclusive = new IamRolePolicyAttachmentsExclusive(this, "exclusive_policies", {
        roleName: this.roleName,
        policyArns: this.attachedPolicyArns as unknown as string[],
      });
      exclusive.overrideLogicalId("this");
    }
    this.attachments = addresses.map((fqn) => ({ fqn }));
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

  /** A local value that may hold tokens of the caller's. */
  private local(name: string, value: unknown): void {
    new TerraformLocal(this, name, value).overrideLogicalId(name);
  }
}

/** An expression in a text, with braces of its own at most once within. */
const EXPRESSION = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;

/** The trust policy as JSON in which expressions keep their quotes: Terraform reads them before the text is JSON. */
function trustText(input: TrustPolicyInput): string {
  const { partition, accountId, servicePrincipal, regions } = input;
  const expressions = [partition, accountId, servicePrincipal, ...regions].flatMap(
    (text) => text.match(EXPRESSION) ?? [],
  );
  return expressions.reduce(
    (json, text) => json.replaceAll(JSON.stringify(text).slice(1, -1), () => text),
    JSON.stringify(trustPolicy(input)),
  );
}

/** For what a pipeline adds by -var-file: the file's own activations are refused before. */
const NO_ACTIVATIONS = {
  condition: expression("length(var.activations) == 0"),
  errorMessage: `activations: ${ACTIVATION_RULES.region}.`,
};

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
