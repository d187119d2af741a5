import {
  type IResolvable,
  type IResolveContext,
  TerraformElement,
  TerraformOutput,
  type TerraformResource,
} from "cdktf";
import type { Construct } from "constructs";
import type { ImportBlock } from "../features/feature";

/** A value without CDKTF tokens, which CDKTF takes as it is instead of searching each text in it for tokens. */
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
 * A block of Terraform JSON that is written out as it stands. CDKTF's own elements would rewrite keys that are the user's
 * (`us-east-1` to `us_east_1`) and search each of their texts for tokens three times, most of a fleet's synthesis time.
 */
export class LiteralBlock extends TerraformElement {
  private readonly block: object;

  /**
   * @param name - of the block: its logical id; of a resource or data source, its type
   */
  constructor(scope: Construct, kind: "variable" | "locals" | "data" | "resource", name: string, body: unknown) {
    super(scope, name);
    this.overrideLogicalId(name);
    this.block = { [kind]: { [name]: literal(body) } };
  }

  override toTerraform(): object {
    return this.block;
  }
}

/** Writes a resource out as it stands: it must hold plain values and literal expressions, no tokens. */
export function literalResource<Resource extends TerraformResource>(resource: Resource, logicalId: string): Resource {
  resource.overrideLogicalId(logicalId);
  const toTerraform = resource.toTerraform.bind(resource);
  resource.toTerraform = () => {
    const { [resource.terraformResourceType]: made } = toTerraform().resource;
    return { resource: { [resource.terraformResourceType]: { [logicalId]: literal(made[logicalId]) } } };
  };
  return resource;
}

/** Blocks that take over what exists already; Terraform skips those that it manages. */
export class ImportBlocks extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly blocks: readonly ImportBlock[],
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    return { import: this.blocks.map(literal) };
  }
}

/** What an output says. */
export interface OutputBody {
  /** A plain expression. */
  readonly value: string;
  readonly description: string;
  /** Terraform shows it only to who asks for it by name. @default false */
  readonly sensitive?: boolean;
}

/** An output whose value is a plain expression. It waits for what the expression does not name. */
export class LiteralOutput extends TerraformOutput {
  private readonly body: object;

  constructor(scope: Construct, name: string, body: OutputBody, waitsFor: readonly string[]) {
    super(scope, name, body);
    this.overrideLogicalId(name);
    this.body = { ...body, depends_on: waitsFor };
  }

  override toTerraform(): object {
    return { output: { [this.friendlyUniqueId]: literal(this.body) } };
  }
}
