import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { IStackSynthesizer, ISynthesisSession, StackManifest, TerraformStack } from "cdktf";

/**
 * Writes a root as CDKTF does, but in one piece and only where it changed: whoever is stopped leaves no half of a file, and what goes
 * by the time of a file sees only the accounts that changed.
 */
export class RootSynthesizer implements IStackSynthesizer {
  private readonly cdktf: IStackSynthesizer;

  constructor(private readonly stack: TerraformStack) {
    this.cdktf = stack.synthesizer;
  }

  synthesize(session: ISynthesisSession): void {
    // CDKTF's own synthesizer sets annotations in it, too.
    const manifest: Writable<StackManifest> = session.manifest.forStack(this.stack);
    const path = manifest.synthesizedStackPath;
    const [file, fresh] = [path, `${path}.new`].map((name) => join(session.outdir, name)) as [string, string];
    manifest.synthesizedStackPath = `${path}.new`;
    try {
      this.cdktf.synthesize(session);
    } finally {
      manifest.synthesizedStackPath = path;
    }
    if (existsSync(file) && readFileSync(file).equals(readFileSync(fresh))) rmSync(fresh);
    else renameSync(fresh, file);
  }
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };
