export { type Fleet, loadFleet, parseFleet } from "./config/load";
export type { AccountProps, FleetAccount } from "./config/schema";
export { HybridServiceRole } from "./constructs/hybrid-service-role";
export type { FeatureProps, HybridServiceRoleProps } from "./constructs/role-props";
export { type Fault, InvalidInputError } from "./errors";
export { activationRunbook, RUNBOOK_SHELLS, type RunbookShell, runbook } from "./runbook/runbook";
export { AccountStack } from "./stacks/account-stack";
export { ModuleStack } from "./stacks/module-stack";
export { type RemoteServiceRole, remoteServiceRole } from "./stacks/remote-state";
