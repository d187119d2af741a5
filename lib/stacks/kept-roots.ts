import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/**
 * Keeps the root modules of accounts that are not in the file. cdktf-cli deletes the folder of each stack that its program no longer
 * contains, including a state file in it. This function moves the folders to `kept`, and back when their account is in the file again.
 * @param outdir - the `cdktf.out` folder
 * @param names - names of the accounts in the file
 */
export function keepRoots(outdir: string, names: Iterable<string>): void {
  const [stacks, kept] = [join(outdir, "stacks"), join(outdir, "kept")];
  const entriesOf = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const inFile = new Set(names);
  for (const name of entriesOf(kept)) {
    if (!inFile.has(name) || existsSync(join(stacks, name))) continue;
    mkdirSync(stacks, { recursive: true });
    renameSync(join(kept, name), join(stacks, name));
  }
  for (const name of entriesOf(stacks)) {
    if (inFile.has(name) || !existsSync(join(stacks, name, "cdk.tf.json"))) continue;
    mkdirSync(kept, { recursive: true });
    let place = join(kept, name);
    for (let n = 2; existsSync(place); n++) place = join(kept, `${name}.${n}`);
    renameSync(join(stacks, name), place);
    // cdktf-cli fails if it finds nothing to delete.
    mkdirSync(join(stacks, name));
  }
}
