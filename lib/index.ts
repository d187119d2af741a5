export { type Fleet, loadFleet, parseFleet } from "./config/fleet";
export type { AccountProps, FleetAccount } from "./config/schema";
export { type Fault, InvalidInputError } from "./input/errors";
export { HybridServiceRole } from "./role/hybrid-service-role";
export type { FeatureProps, HybridServiceRoleProps } from "./role/props";
export { activationRunbook, RUNBOOK_SHELLS, type RunbookShell, runbook } from "./runbook/runbook";
export { AccountStack } from "./stacks/account-stack";
export { ModuleStack } from "./stacks/module-stack";
export { type RemoteServiceRole, remoteServiceRole } from "./stacks/remote-state";
