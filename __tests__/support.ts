import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import {
  type AccountProps,
  AccountStack,
  type FleetAccount,
  HybridServiceRole,
  type HybridServiceRoleProps,
  type InputError,
  InvalidInputError,
  parseFleet,
} from "../lib";

/** Required fields of an account. */
export const ACCOUNT = { accountId: "111111111111", region: "eu-central-1" } as const;

/** Returns a file with one account, `a`. Each given field is one line of it, from line 5, column 5. */
export function oneAccount(...fields: readonly string[]): string {
  const lines = ["accounts:", "  a:", '    id: "111111111111"', "    region: eu-central-1"];
  return [...lines, ...fields.map((field) => `    ${field}`), ""].join("\n");
}

/** Returns the errors of a thrown {@link InvalidInputError}. Any other exception passes through. */
export function errorsIn(make: () => unknown): readonly InputError[] {
  try {
    make();
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.errors;
    throw error;
  }
}

/** Returns the errors of a YAML string, or none if it is valid. */
export function errorsOf(text: string): readonly InputError[] {
  return errorsIn(() => parseFleet(text));
}

/** Returns the errors of a YAML string as `code line:column`. */
export function placesOf(text: string): string[] {
  return errorsOf(text).map(({ code, line, column }) => `${code} ${line}:${column}`);
}

/** Returns the errors of a YAML string as `code field`. */
export function fieldsOf(text: string): string[] {
  return errorsOf(text).map(({ code, field }) => `${code} ${field}`);
}

/** Returns the errors of account `a` with these fields, as `field: rule`. */
export function rulesOf(...fields: readonly string[]): string[] {
  return errorsOf(oneAccount(...fields)).map(({ field, rule }) => `${field}: ${rule}`);
}

/** Returns the errors of account `a` with these fields as printed, three lines each: place and value, rule, fix. */
export function told(...fields: readonly string[]): string[] {
  const lines = new InvalidInputError(errorsOf(oneAccount(...fields))).message.split("\n").filter(Boolean);
  return lines.slice(0, -1).map((line) => line.trim());
}

/** Returns an account of a valid YAML string. */
export function accountOf(text: string, name = "a"): FleetAccount {
  const account = parseFleet(text).get(name);
  if (!account) throw new Error(`no account ${name}`);
  return account;
}

/** Returns the value at a path of Terraform JSON, without CDKTF's metadata. */
export function at(root: unknown, ...path: readonly string[]): unknown {
  const found = path.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], root);
  if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
  const { "//": _, ...rest } = found as Record<string, unknown>;
  return rest;
}

/** Returns the Terraform JSON that an app writes for its only stack, as a string. */
export function synthText(name: string, make: (app: App) => unknown): string {
  const outdir = mkdtempSync(join(tmpdir(), "synth-"));
  try {
    const app = new App({ outdir, stackTraces: false });
    make(app);
    app.synth();
    return readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8");
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Returns the Terraform JSON of an account. */
export function synthAccount(props: Partial<AccountProps> = {}, name = "a"): unknown {
  return JSON.parse(synthText(name, (app) => new AccountStack(app, name, { ...ACCOUNT, ...props })));
}

/** Returns the Terraform JSON of a role in a separate stack, without a backend. */
export function synthRole(
  props: Partial<HybridServiceRoleProps> | ((stack: TerraformStack) => Partial<HybridServiceRoleProps>) = {},
): unknown {
  return JSON.parse(
    synthText("s", (app) => {
      const stack = new TerraformStack(app, "s");
      new AwsProvider(stack, "aws");
      const given = typeof props === "function" ? props(stack) : props;
      new HybridServiceRole(stack, "role", { accountId: ACCOUNT.accountId, region: ACCOUNT.region, ...given });
    }),
  );
}
