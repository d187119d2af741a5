import type { Fleet } from "../../lib";

/** One job of a pipeline: one account. */
export interface Job {
  readonly account: string;
  /** Folder of the account's root, as `npm run synth` writes it. */
  readonly path: string;
  readonly account_id: string;
  readonly region: string;
}

/** What changed between two syntheses. */
export interface Changes {
  /** In the form that `strategy.matrix` of GitHub Actions takes: no other key may stand beside `include`. */
  readonly matrix: { readonly include: readonly Job[] };
  /** Accounts of the base that are gone, sorted. */
  readonly removed: readonly string[];
}

/**
 * The accounts whose root differs from the base's, in the order of the file.
 * @param roots - what Terraform reads of each account's root
 * @param base - the same of the base. @default - none: all accounts
 */
export function changes(
  fleet: Fleet,
  roots: ReadonlyMap<string, string>,
  base: ReadonlyMap<string, string> = new Map(),
): Changes {
  const changed = [...fleet].filter(([name]) => !base.has(name) || base.get(name) !== roots.get(name));
  const include = changed.map(([account, { accountId, region }]) => ({
    account,
    path: `cdktf.out/stacks/${account}`,
    account_id: accountId,
    region,
  }));
  return { matrix: { include }, removed: [...base.keys()].filter((name) => !fleet.has(name)).sort() };
}

/** Jobs that one matrix of GitHub Actions may have. */
const MOST_JOBS = 256;

/** What the caller should know besides the matrix. */
export function warnings({ matrix, removed }: Changes, base: string): string[] {
  const said: string[] = [];
  if (removed.length > 0) {
    said.push(
      `In ${base}, and no longer in the file: ${removed.join(", ")}. No job will touch their roles. To destroy them, put them ` +
        "back into the file, run npm run synth and npx cdktf destroy <account>, and remove them after that.",
    );
  }
  if (matrix.include.length > MOST_JOBS) {
    said.push(`${matrix.include.length} accounts: GitHub Actions takes at most ${MOST_JOBS} jobs of one matrix.`);
  }
  return said;
}
