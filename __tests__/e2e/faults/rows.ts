import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { REPOSITORY } from "../../../scripts/support/lab";

/** A row of reliability.log.md. */
export interface Row {
  readonly fault: string;
  /** Terraform's own message. */
  readonly sees: string;
  /** Contents of the state and of AWS after the fault. */
  readonly left: string;
  readonly fix: string;
  /** File of the test. */
  readonly test: string;
}

/** Adds a row to the file in RELIABILITY_ROWS, which `npm run reliability` sets. @default - rows are not kept */
export function addRow(row: Omit<Row, "test">): void {
  const { testPath = "" } = expect.getState();
  const line: Row = { ...row, test: relative(REPOSITORY, testPath) };
  const file = process.env.RELIABILITY_ROWS;
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
