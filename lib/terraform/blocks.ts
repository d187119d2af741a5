import { type ITerraformIterator, TerraformElement, TerraformOutput, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { expression, type Hcl } from "./hcl";

export type Json = Readonly<Record<string, unknown>>;

/** Elements that hold no CDKTF token, so that nothing searches each of their strings for one. */
export const literals = new WeakSet<TerraformElement>();

/**
 * A block of Terraform JSON that is written out as it stands: CDKTF's own elements would rewrite the keys of a map (`us-east-1` to
 * `us_east_1`).
 */
export class LiteralBlock extends TerraformElement {
  /** @param address - the block's name; of a resource or data source, its type and name: `terraform_data.identity` */
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
 * Gives a resource its logical id, and its tags where an expression gives them. The resource must hold plain values and expressions
 * only, no CDKTF tokens.
 */
export function literalResource(resource: TerraformResource, logicalId: string, tags?: Hcl): void {
  resource.overrideLogicalId(logicalId);
  // CDKTF's type of tags is a map.
  if (tags) resource.addOverride("tags", expression(tags));
  literals.add(resource);
}

export interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/** Blocks that import what exists already. Terraform skips those that it manages. */
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
  /** Terraform shows it only to whoever asks for it by name. @default false */
  readonly sensitive?: boolean;
}

/** An output whose value is a plain expression. It waits for resources that the expression does not name. */
export class LiteralOutput extends TerraformOutput {
  private readonly body: Json;

  constructor(scope: Construct, name: string, body: OutputBody, waitsFor: readonly string[]) {
    super(scope, name, body);
    this.overrideLogicalId(name);
    this.body = { ...body, depends_on: waitsFor };
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

/** The value of `for_each`. CDKTF's own iterators make a token of each access, and take no other expression. */
export function forEach(each: Hcl): ITerraformIterator {
  // CDKTF calls this method only; the rest of the type serves its own iterators.
  return { _getForEachExpression: () => expression(each) } as ITerraformIterator;
}
