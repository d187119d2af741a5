import type { Fleet } from "../../lib";

/** A pipeline job for one account. */
export interface Job {
  readonly account: string;
  /** Folder of the account's root module, written by `npm run synth`. */
  readonly path: string;
  readonly account_id: string;
  readonly region: string;
}

/** Changes between two syntheses. */
export interface Changes {
  /** Value of `strategy.matrix` in GitHub Actions, which allows no key other than `include`. */
  readonly matrix: { readonly include: readonly Job[] };
  /** Accounts of the base that no longer exist, sorted. */
  readonly removed: readonly string[];
}

/**
 * Returns the accounts whose root module differs from the base, in the order of the file.
 * @param roots - the root module of each account, as Terraform reads it
 * @param base - the root modules of the base. @default - none: all accounts
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

/** Maximum number of jobs in a matrix of GitHub Actions. */
const MOST_JOBS = 256;

/** Returns notes for the user about the matrix. */
export function warnings({ matrix, removed }: Changes, base: string): string[] {
  const said: string[] = [];
  if (removed.length > 0) {
    said.push(
      `In ${base}, but no longer in the file: ${removed.join(", ")}. No job changes their roles. To destroy the roles, add the accounts to ` +
        "the file again, run npm run synth and npx cdktf destroy <account>, and then remove them.",
    );
  }
  if (matrix.include.length > MOST_JOBS) {
    said.push(`${matrix.include.length} accounts: GitHub Actions allows at most ${MOST_JOBS} jobs in a matrix.`);
  }
  return said;
}
