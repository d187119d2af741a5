import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  DefaultTokenResolver,
  type ISynthesisSession,
  type StackManifest,
  StringConcat,
  TerraformElement,
  TerraformOutput,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import type { Construct } from "constructs";
import { isFields } from "../input/merged";
import { type Json, literals } from "../terraform/blocks";

const RESOLVER = new DefaultTokenResolver(new StringConcat());

/**
 * A stack that writes the same output as CDKTF, in a fraction of the time, and never leaves a partial file:
 * - CDKTF searches each string of a stack for tokens four times. This stack searches only strings that may contain one, once.
 * - It replaces the whole file, and only if it changed. Tools that compare modification times see only the accounts that changed.
 */
export class RootStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const cdktf = this.synthesizer;
    this.synthesizer = { synthesize: (session) => this.replaceFile(session, () => cdktf.synthesize(session)) };
  }

  /** @internal CDKTF adds an output to another stack for each reference to it. Only tokens are references. */
  override prepareStack(): void {
    this.ensureBackendExists();
    for (const element of this.elements()) if (!literals.has(element)) this.resolved(element.toTerraform(), true);
  }

  /** @internal The root module as JSON. */
  override toTerraform(): Json {
    const elements = this.elements();
    // The same metadata as CDKTF's, which cdktf-cli reads.
    const overrides = Object.keys(this.added);
    const metadata: Json = {
      version: this.node.tryGetContext("cdktfVersion"),
      stackName: this.node.id,
      backend: "local",
      ...(overrides.length > 0 && { overrides: { stack: overrides } }),
    };
    const head = {
      metadata: merged([metadata, ...elements.map((element) => this.resolved(element.toMetadata()))]),
      outputs: merged(elements.filter(TerraformOutput.isTerraformOutput).map(outputPath)),
    };
    const parts = elements.map((element) => {
      const part = element.toTerraform();
      return literals.has(element) ? part : this.resolved(part);
    });
    const root = merged([merged([{ "//": head }, ...parts]), this.added], true);
    return hasToken(this.added) ? this.resolved(root) : root;
  }

  /** Overrides from `addOverride`. */
  private get added(): Json {
    // biome-ignore lint/complexity/useLiteralKeys: CDKTF keeps it private, and offers no other access.
    return this["rawOverrides"];
  }

  private elements(): TerraformElement[] {
    return this.node.findAll().filter(TerraformElement.isTerraformElement);
  }

  private resolved(value: Json, preparing = false): Json {
    return hasToken(value) ? Tokenization.resolve(value, { scope: this, resolver: RESOLVER, preparing }) : value;
  }

  /** Has CDKTF write to a temporary file, and replaces the stack's file if the two differ. */
  private replaceFile(session: ISynthesisSession, write: () => void): void {
    // CDKTF's own synthesizer also sets annotations in it.
    const manifest: Writable<StackManifest> = session.manifest.forStack(this);
    const path = manifest.synthesizedStackPath;
    // Another synthesis may run in this folder.
    const part = `${path}.${process.pid}`;
    const [file, fresh] = [path, part].map((name) => join(session.outdir, name)) as [string, string];
    manifest.synthesizedStackPath = part;
    try {
      write();
    } finally {
      manifest.synthesizedStackPath = path;
    }
    if (existsSync(file) && readFileSync(file).equals(readFileSync(fresh))) rmSync(fresh);
    else renameSync(fresh, file);
  }
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Returns an output under the path of its construct, where cdktf-cli looks it up. */
function outputPath(output: TerraformOutput): Json {
  return output.node.path
    .split("/")
    .reduceRight<unknown>((inner, part) => ({ [part]: inner }), output.friendlyUniqueId) as Json;
}

/** A number in a string that represents a CDKTF token: `-1.8881545897087857e+289`. */
const NUMBER_TOKEN = /[0-9]e[+][0-9]/;

/** Returns whether a value contains a CDKTF token: in a string, as a number, or as an object. */
function hasToken(value: unknown): boolean {
  if (typeof value === "string") return value.includes("TfToken[") || NUMBER_TOKEN.test(value);
  if (typeof value !== "object" || value === null) return typeof value === "number" && Token.isUnresolved(value);
  if (Array.isArray(value)) return value.some(hasToken);
  return "resolve" in value || Object.keys(value).some((key) => hasToken(key) || hasToken(value[key as keyof object]));
}

/** Merges parts of a root module. Lists are joined. `undefined` is ignored, but in an override it removes the value. */
function merged(pieces: readonly Json[], override = false): Json {
  const result: Record<string, unknown> = {};
  for (const [key, value] of pieces.flatMap(Object.entries<unknown>)) {
    const existing = result[key];
    if (Array.isArray(existing) && Array.isArray(value)) result[key] = [...existing, ...value];
    else if (isFields(existing) && isFields(value)) result[key] = merged([existing, value], override);
    else if (value !== undefined) result[key] = value;
    else if (override) delete result[key];
  }
  return result;
}
