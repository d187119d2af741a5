/** A change of one resource. */
export interface Change {
  readonly address: string;
  readonly action: "create" | "update" | "replace" | "delete" | "import" | "forget" | "move";
  /** The resource is imported first. */
  readonly imported?: boolean;
  /** Terraform's reason, such as `cannot_update`. */
  readonly reason?: string;
  /** Attributes that are lost or reverted, one per line. @default - not read */
  readonly details?: readonly string[];
}

/** Plan of an account. */
export interface AccountPlan {
  readonly account: string;
  readonly status: "changes" | "no changes" | "failed" | "not started";
  readonly changes: readonly Change[];
  /** Changes that others made and that the plan would revert. */
  readonly drift: readonly Change[];
  /** Terraform's warnings. */
  readonly warnings?: readonly string[];
  /** The error, and how to fix it. */
  readonly error?: string;
}

/** Result for an account. */
export interface Outcome {
  readonly account: string;
  readonly status: "done" | "unchanged" | "stale" | "failed" | "stopped" | "not started";
  /** Terraform's count of changes, or its errors and how to fix them. @default - none, or already shown with the plan */
  readonly detail?: string;
}

/** Number of resources by kind of change. */
export type Counts = Readonly<Record<"add" | "change" | "replace" | "destroy" | "import" | "drift", number>>;

/** Counts the changes of a plan. */
export function counts({ changes, drift }: AccountPlan): Counts {
  const of = (action: Change["action"]) => changes.filter((one) => one.action === action).length;
  return {
    add: of("create"),
    change: of("update"),
    replace: of("replace"),
    destroy: of("delete"),
    import: changes.filter(({ action, imported }) => imported || action === "import").length,
    drift: drift.length,
  };
}

/** Whether a plan replaces or destroys the role. Its machines would stop working. */
export function losesRole({ changes }: AccountPlan): boolean {
  return changes.some(
    ({ address, action }) => address === "aws_iam_role.this" && (action === "replace" || action === "delete"),
  );
}

const COLUMNS = ["add", "change", "replace", "destroy", "import", "drift"] as const satisfies readonly (keyof Counts)[];

/** Terraform's reasons to replace or destroy a resource. @see https://developer.hashicorp.com/terraform/internals/machine-readable-ui#planned-change */
const REASONS: Readonly<Record<string, string>> = {
  tainted: "it is tainted",
  requested: "requested",
  cannot_update: "it cannot be updated in place",
  replace_triggered_by: "a resource that it depends on is replaced",
  delete_because_no_resource_config: "it is no longer in the root module",
  delete_because_each_key: "its entry is no longer in the file",
  delete_because_wrong_repetition: "its entry is no longer in the file",
  delete_because_count_index: "its entry is no longer in the file",
};

/** Returns plans as a table, followed by the full list of destroyed, replaced and reverted resources. */
export function planText(plans: readonly AccountPlan[]): string {
  const of = (status: AccountPlan["status"]) => plans.filter((one) => one.status === status);
  const list = (title: string, some: readonly AccountPlan[]) =>
    some.length > 0 ? [`${title} (${some.length}): ${some.map(({ account }) => account).join(", ")}`] : [];
  const changed = of("changes");
  const failed = of("failed");
  const warned = plans.flatMap(({ account, warnings = [] }) => warnings.map((error) => ({ account, error })));
  const blocks = [
    changed.length > 0 ? [table(changed)] : [],
    [...list("no changes", of("no changes")), ...list("not planned", of("not started"))],
    section("Destroyed or replaced:", changed, ({ changes }) =>
      changes.filter(({ action }) => action === "delete" || action === "replace"),
    ),
    section("Changed outside Terraform, to be reverted:", changed, ({ drift }) => drift),
    warned.length > 0 ? ["Warnings:", ...grouped(warned)] : [],
    [...list("failed", failed), ...grouped(failed)],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function table(plans: readonly AccountPlan[]): string {
  const head = ["account", ...COLUMNS];
  const rows = plans.map((plan) => {
    const count = counts(plan);
    return [plan.account, ...COLUMNS.map((name) => String(count[name]))];
  });
  return textTable(head, rows, 1);
}

/**
 * Returns a table for a terminal.
 * @param left - number of columns aligned to the left. The last column is also aligned to the left if it contains text
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const widths = head.map((name, n) => Math.max(name.length, ...rows.map((row) => (row[n] as string).length)));
  const words = rows.some((row) => /[^0-9]/.test(row.at(-1) as string));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, n) => {
        const width = widths[n] as number;
        return n < left || (words && n === head.length - 1) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

function section(
  title: string,
  plans: readonly AccountPlan[],
  pick: (plan: AccountPlan) => readonly Change[],
): string[] {
  const told = plans.flatMap((plan) => {
    const lines = pick(plan).flatMap(({ address, action, reason, details = [] }) => [
      `    ${action === "delete" ? "destroy" : action} ${address}${reason ? ` (${REASONS[reason] ?? reason})` : ""}`,
      ...details.map((detail) => `      ${detail}`),
    ]);
    return lines.length > 0 ? [`  ${plan.account}`, ...lines] : [];
  });
  return told.length > 0 ? [title, ...told] : [];
}

/** Returns errors, with equal errors of several accounts grouped. */
export function grouped(failed: readonly Pick<AccountPlan, "account" | "error">[]): string[] {
  const accounts = new Map<string, string[]>();
  for (const { account, error = "" } of failed) accounts.set(error, [...(accounts.get(error) ?? []), account]);
  return [...accounts].flatMap(([error, names]) => [`  ${names.join(", ")}:`, ...indented(error)]);
}

/** Returns indented lines. */
export function indented(text: string): string[] {
  return text.split("\n").map((line) => (line.trim() === "" ? "" : `      ${line}`));
}

/** Returns plans as JSON. */
export function planJson(plans: readonly AccountPlan[]): string {
  const accounts = plans.map((plan) => {
    const { account, status, changes, drift, warnings = [], error } = plan;
    return { account, status, ...counts(plan), changes, drifted: drift, warnings, ...(error && { error }) };
  });
  return JSON.stringify({ accounts }, undefined, 2);
}

/** Returns the summary: one line for each kind of result, with failures and their reasons at the end. */
export function summary(outcomes: readonly Outcome[], logOf: (account: string) => string): string {
  const of = (status: Outcome["status"]) => outcomes.filter((one) => one.status === status);
  const list = (status: Outcome["status"]) => {
    const found = of(status);
    return found.length > 0 ? [`${status} (${found.length}): ${found.map(({ account }) => account).join(", ")}`] : [];
  };
  const told = [...of("stopped"), ...of("failed")].flatMap(({ account, detail }) =>
    detail === undefined ? [] : [`  ${account}: full output in ${logOf(account)}`, ...indented(detail)],
  );
  return [...(["done", "unchanged", "not started", "stopped", "stale", "failed"] as const).flatMap(list), ...told].join(
    "\n",
  );
}
