import { MACHINE_ID } from "../facts/sessions";
import type { Table } from "./pair";
import { arn, globalArn, type Place, ROLE } from "./place";

/** Machine in these tables. */
export const MACHINE = `managed-instance/${MACHINE_ID}`;

/** Returns the principal of a machine that has assumed the service role. */
function machine(place: Place): string {
  return globalArn(place, "sts", `assumed-role/${ROLE.name}/${MACHINE_ID}`);
}

/** Returns the ARN of the machine in Systems Manager. */
export function machineArn(place: Place): string {
  return arn(place, "ssm", MACHINE);
}

/** Returns the documents of a feature, on a role that also has the required policy. */
export function roleWith(feature: string): Pick<Table, "who" | "documents" | "alsoAttached"> {
  return {
    who: machine,
    documents: ({ attached }) => attached[feature] ?? [],
    alsoAttached: ({ attached }) => attached.core ?? [],
  };
}
