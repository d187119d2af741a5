import { MACHINE_ID } from "../facts/sessions";
import type { Table } from "./pair";
import { arn, globalArn, type Place, ROLE } from "./place";

/** The machine of these tables. */
export const MACHINE = `managed-instance/${MACHINE_ID}`;

/** A machine, which has assumed the service role. */
function machine(place: Place): string {
  return globalArn(place, "sts", `assumed-role/${ROLE.name}/${MACHINE_ID}`);
}

/** ARN of the machine, as Systems Manager knows it. */
export function machineArn(place: Place): string {
  return arn(place, "ssm", MACHINE);
}

/** The documents of a feature, on a role that has the required one besides. */
export function roleWith(feature: string): Pick<Table, "who" | "documents" | "beside"> {
  return {
    who: machine,
    documents: ({ attached }) => attached[feature] ?? [],
    beside: ({ attached }) => attached.core ?? [],
  };
}
