import { TerraformBackend, TerraformRemoteState, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { State } from "../config/state-schema";

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
    return new RemoteStateData(scope, name, this.name === "cloud" ? "remote" : this.name, this.settings);
  }
}

class RemoteStateData extends TerraformRemoteState {}

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
