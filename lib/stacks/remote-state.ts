import { TerraformBackend, TerraformRemoteState, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type State, stateSchema } from "../config/backends";
import type { FleetAccount } from "../config/schema";
import { toSnake } from "../input/names";

/** The account's remote state. CDKTF's own backends lack `use_lockfile` and write absolute paths. */
export class RemoteState extends TerraformBackend {
  private readonly settings: Readonly<Record<string, unknown>>;

  /** @param state - where the state is kept; `region` is the account's, for a bucket that names none */
  constructor(
    stack: TerraformStack,
    private readonly state: State,
    region: string,
  ) {
    super(stack, "backend", state.backend);
    this.settings = backendSettings(state, region);
  }

  override toTerraform() {
    return {
      terraform:
        this.state.backend === "cloud" ? { cloud: this.settings } : { backend: { [this.name]: this.settings } },
    };
  }

  override toMetadata() {
    // cdktf-cli reads this to tell HCP Terraform ("tfc") from Terraform Enterprise ("tfe").
    const host =
      this.state.backend === "cloud" ? { cloud: this.state.hostname === "app.terraform.io" ? "tfc" : "tfe" } : {};
    return { ...super.toMetadata(), ...host };
  }

  override getRemoteStateDataSource(scope: Construct, name: string): TerraformRemoteState {
    return new RemoteStateReader(scope, name, this.state, this.settings);
  }
}

/** Reads the outputs of a root from its remote state. */
class RemoteStateReader extends TerraformRemoteState {
  constructor(scope: Construct, id: string, state: State, settings: Readonly<Record<string, unknown>>) {
    // What the `cloud` block writes is read by the backend `remote`.
    super(scope, id, state.backend === "cloud" ? "remote" : state.backend, settings);
  }
}

/** The outputs of another account's root, as Terraform expressions. */
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
 * Reads an account's service role from that account's state: for CDKTF programs that make activations, for example.
 * @param account - as {@link loadFleet} gives it: `remoteServiceRole(this, fleet.get("factory-eu"))`
 * @see https://developer.hashicorp.com/terraform/language/state/remote-state-data
 */
export function remoteServiceRole(scope: Construct, account: FleetAccount): RemoteServiceRole {
  const state = toSnake(stateSchema, account.state) as State;
  const id = `service_role_${account.id}_${account.role.name.replace(/[^A-Za-z0-9_-]/g, "_")}`;
  const reader = new RemoteStateReader(scope, id, state, backendSettings(state, account.region));
  return {
    roleName: reader.getString("role_name"),
    roleArn: reader.getString("role_arn"),
    roleUniqueId: reader.getString("role_unique_id"),
    attachedPolicyArns: reader.getList("attached_policy_arns"),
  };
}

function backendSettings(state: State, region: string): Record<string, unknown> {
  switch (state.backend) {
    case "s3": {
      const { backend: _, assume_role, ...settings } = state;
      return { region, ...settings, ...(assume_role && { assume_role: { ...assume_role } }) };
    }
    case "cloud":
      return { organization: state.organization, hostname: state.hostname, workspaces: { name: state.workspace } };
    case "http": {
      const lock = state.lock_address ?? `${state.address}/lock`;
      const { backend: _, ...settings } = state;
      return { lock_address: lock, unlock_address: lock, retry_wait_min: 5, ...settings };
    }
    case "local":
      return { path: state.path };
  }
}
