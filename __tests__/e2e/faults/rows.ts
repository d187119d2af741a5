import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { REPOSITORY } from "../../../scripts/support/lab";

/** A row of reliability.log.md. */
export interface Row {
  readonly fault: string;
  /** Terraform's own words. */
  readonly sees: string;
  /** What the state and AWS hold after the fault. */
  readonly left: string;
  readonly fix: string;
  /** File of the test that found it so. */
  readonly test: string;
}

/** Adds a row to the file that RELIABILITY_ROWS names, as `npm run reliability` does. @default - nothing is kept */
export function addRow(row: Omit<Row, "test">): void {
  const { testPath = "" } = expect.getState();
  const line: Row = { ...row, test: relative(REPOSITORY, testPath) };
  const file = process.env.RELIABILITY_ROWS;
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
