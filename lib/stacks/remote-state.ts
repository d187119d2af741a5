import { TerraformBackend, TerraformRemoteState, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { backendOf, type State, stateBlock, stateSchema } from "../config/backends";
import type { FleetAccount } from "../config/schema";
import { toSnake } from "../input/names";

/** Backend of an account. CDKTF's own backends lack `use_lockfile` and write absolute paths. */
export class RemoteState extends TerraformBackend {
  /** @param state - settings of the state; `region` is the account's, for a bucket without a region */
  constructor(
    stack: TerraformStack,
    private readonly state: State,
    private readonly region: string,
  ) {
    super(stack, "backend", state.backend);
  }

  override toTerraform() {
    return { terraform: stateBlock(this.state, this.region) };
  }

  override toMetadata() {
    return { ...super.toMetadata(), ...backendOf(this.state.backend).metadata?.(this.state) };
  }

  override getRemoteStateDataSource(scope: Construct, name: string): TerraformRemoteState {
    return new RemoteStateReader(scope, name, this.state, this.region);
  }
}

/** Reads the outputs of a root module from its remote state. */
class RemoteStateReader extends TerraformRemoteState {
  constructor(scope: Construct, id: string, state: State, region: string) {
    const backend = backendOf(state.backend);
    const settings = backend.settings(state, region);
    const reader = backend.reader?.(settings) ?? { backend: state.backend, settings };
    super(scope, id, reader.backend, reader.settings);
  }
}

/** Outputs of another account's root module, as Terraform expressions. */
export interface RemoteServiceRole {
  /** The role's name. */
  readonly roleName: string;
  /** The role's ARN. */
  readonly roleArn: string;
  /** The role's stable unique id, such as `AROA...`. */
  readonly roleUniqueId: string;
  /** The ARNs of all attached policies, sorted. */
  readonly attachedPolicyArns: string[];
}

/**
 * Reads an account's service role from that account's state, for example in a CDKTF program that creates activations.
 * @param account - account from {@link loadFleet}: `remoteServiceRole(this, fleet.get("factory-eu"))`
 * @see https://developer.hashicorp.com/terraform/language/state/remote-state-data
 */
export function remoteServiceRole(scope: Construct, account: FleetAccount): RemoteServiceRole {
  // toSnake is typed for the input of a schema; this is its output.
  const state = toSnake(stateSchema, account.state) as State;
  const id = `service_role_${account.accountId}_${account.role.name.replace(/[^A-Za-z0-9_-]/g, "_")}`;
  const reader = new RemoteStateReader(scope, id, state, account.region);
  return {
    roleName: reader.getString("role_name"),
    roleArn: reader.getString("role_arn"),
    roleUniqueId: reader.getString("role_unique_id"),
    attachedPolicyArns: reader.getList("attached_policy_arns"),
  };
}
