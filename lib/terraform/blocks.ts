import { type ITerraformIterator, TerraformElement, TerraformOutput, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { expression, type Hcl } from "./hcl";

export type Json = Readonly<Record<string, unknown>>;

/** Elements without CDKTF tokens. Their strings are not searched for tokens. */
export const literals = new WeakSet<TerraformElement>();

/**
 * A block of Terraform JSON that is written unchanged. CDKTF's own elements would rewrite the keys of a map (`us-east-1` to
 * `us_east_1`).
 */
export class LiteralBlock extends TerraformElement {
  /** @param address - the block's name; for a resource or data source, its type and name: `terraform_data.identity` */
  constructor(
    scope: Construct,
    private readonly kind: "variable" | "locals" | "data" | "resource" | "check",
    private readonly address: string,
    private readonly body: unknown,
  ) {
    super(scope, `${kind} ${address}`);
    this.overrideLogicalId(address);
    literals.add(this);
  }

  override toTerraform(): object {
    return [this.kind, ...this.address.split(".")].reduceRight((inner, key) => ({ [key]: inner }), this.body) as object;
  }
}

/**
 * Sets a resource's logical id, and its tags if they are an expression. The resource must contain only plain values and expressions,
 * no CDKTF tokens.
 */
export function literalResource(resource: TerraformResource, logicalId: string, tags?: Hcl): void {
  resource.overrideLogicalId(logicalId);
  // CDKTF accepts only a map of tags.
  if (tags) resource.addOverride("tags", expression(tags));
  literals.add(resource);
}

export interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/** Blocks that import existing resources. Terraform skips resources that it manages already. */
export class ImportBlocks extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly blocks: readonly ImportBlock[],
  ) {
    super(scope, id);
    literals.add(this);
  }

  override toTerraform(): object {
    return { import: this.blocks };
  }
}

export interface OutputBody {
  /** A plain expression. */
  readonly value: string;
  readonly description: string;
  /** Terraform shows the value only if it is requested by name. @default false */
  readonly sensitive?: boolean;
}

/** An output whose value is a plain expression. It can depend on resources that the expression does not reference. */
export class LiteralOutput extends TerraformOutput {
  private readonly body: Json;

  constructor(scope: Construct, name: string, body: OutputBody, dependsOn: readonly string[]) {
    super(scope, name, body);
    this.overrideLogicalId(name);
    this.body = { ...body, depends_on: dependsOn };
    literals.add(this);
  }

  override toTerraform(): object {
    return { output: { [this.friendlyUniqueId]: this.body } };
  }
}

/** A precondition of a resource. */
export interface Precondition {
  readonly condition: string;
  readonly errorMessage: string;
}

/** Returns the value of `for_each`. CDKTF's own iterators create a token for each access, and accept no other expression. */
export function forEach(each: Hcl): ITerraformIterator {
  // CDKTF calls only this method. The rest of the type is for its own iterators.
  return { _getForEachExpression: () => expression(each) } as ITerraformIterator;
}
