import type { z } from "zod";
import type { RuleParams } from "./rules";

/** What a zod schema is, read from its definition; zod's public types do not narrow it. */
export interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly params?: RuleParams;
  readonly error?: () => string;
}

/** The definition of a schema. */
export function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}
