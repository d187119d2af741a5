import {
  type IResolvable,
  type IResolveContext,
  type ITerraformIterator,
  TerraformElement,
  TerraformOutput,
  type TerraformResource,
} from "cdktf";
import type { Construct } from "constructs";
import { expression, type Hcl } from "./hcl";

export type Json = Readonly<Record<string, unknown>>;

/** What each element writes that is known to hold no CDKTF token. */
export const literalForms = new WeakMap<TerraformElement, () => Json>();

/** A value without CDKTF tokens, which CDKTF takes as it is instead of searching each string in it for tokens. */
class Literal implements IResolvable {
  readonly creationStack: string[] = [];

  constructor(private readonly value: unknown) {}

  resolve(context: IResolveContext): string {
    // What a post-processor returns is not resolved further.
    context.registerPostProcessor({ postProcess: () => this.value });
    return "";
  }

  toString(): string {
    return "literal";
  }
}

// A stack resolves its elements one by one, then all of them again.
function literal(value: unknown): IResolvable {
  return new Literal(new Literal(value));
}

/**
 * A block of Terraform JSON that is written out as it stands. CDKTF's own elements would rewrite the keys of a map (`us-east-1` to
 * `us_east_1`) and search each string for tokens three times, most of the time of a fleet's synthesis.
 */
export class LiteralBlock extends TerraformElement {
  /** @param address - the block's name; of a resource or data source, its type and name: `terraform_data.identity` */
  constructor(
    scope: Construct,
    private readonly kind: "variable" | "locals" | "data" | "resource" | "check",
    private readonly address: string,
    private readonly body: unknown,
  ) {
    super(scope, address);
    this.overrideLogicalId(address);
    literalForms.set(this, () => this.around(body));
  }

  override toTerraform(): object {
    return this.around(literal(this.body));
  }

  private around(body: unknown): Json {
    return [this.kind, ...this.address.split(".")].reduceRight<unknown>(
      (inner, key) => ({ [key]: inner }),
      body,
    ) as Json;
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
  literalForms.set(resource, () => resource.toTerraform());
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
    literalForms.set(this, () => ({ import: blocks }));
  }

  override toTerraform(): object {
    return { import: this.blocks.map(literal) };
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
    literalForms.set(this, () => ({ output: { [name]: this.body } }));
  }

  override toTerraform(): object {
    return { output: { [this.friendlyUniqueId]: literal(this.body) } };
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
