import { App, TerraformOutput, TerraformStack } from "cdktf";
import { stateSchema } from "../../lib/config/backends";
import { RemoteState, remoteServiceRole } from "../../lib/stacks/remote-state";
import { fileOf } from "../accounts";
import { ACCOUNT, accountOf, at } from "../support";

function stateOf(state: object, region = "eu-central-1") {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  const remote = new RemoteState(stack, stateSchema.parse(state), region);
  const root = stack.toTerraform();
  return { stack, remote, terraform: at(root, "terraform"), metadata: root["//"].metadata };
}

const S3 = { backend: "s3", bucket: "my-bucket", key: "one.tfstate" };
const S3_DEFAULTS = { region: "eu-central-1", use_lockfile: true, encrypt: true, use_path_style: false };
const S3_GIVEN = {
  ...{ region: "us-east-1", use_lockfile: false, encrypt: false, use_path_style: true },
  kms_key_id: "alias/state",
  allowed_account_ids: ["222222222222"],
  profile: "states",
  use_fips_endpoint: true,
  use_dualstack_endpoint: true,
  assume_role: {
    ...{ role_arn: "arn:aws:iam::222222222222:role/State", external_id: "shared" },
    ...{ session_name: "terraform", tags: { Team: "x" }, transitive_tag_keys: ["Team"], source_identity: "jo" },
  },
};
const CLOUD = { backend: "cloud", organization: "me", workspace: "one" };
const HTTP = { backend: "http", address: "https://example.com/state" };
const lock_address = "https://example.com/lock";
const HTTP_GIVEN = {
  lock_address,
  unlock_address: "https://example.com/unlock",
  lock_method: "LOCK",
  unlock_method: "UNLOCK",
};

test.each([
  [
    "S3: in the account's region, locked and encrypted",
    S3,
    { bucket: "my-bucket", key: "one.tfstate", ...S3_DEFAULTS, skip_region_validation: true },
  ],
  [
    "S3 with all settings",
    { ...S3, ...S3_GIVEN },
    { bucket: "my-bucket", key: "one.tfstate", ...S3_GIVEN, skip_region_validation: true },
  ],
  [
    "HTTP: locked at /lock, as in GitLab",
    HTTP,
    {
      address: "https://example.com/state",
      lock_address: "https://example.com/state/lock",
      unlock_address: "https://example.com/state/lock",
      lock_method: "POST",
      unlock_method: "DELETE",
      retry_wait_min: 5,
    },
  ],
  [
    "HTTP: unlocked where it is locked",
    { ...HTTP, lock_address },
    expect.objectContaining({ lock_address, unlock_address: lock_address }),
  ],
  ["HTTP: with other addresses and methods", { ...HTTP, ...HTTP_GIVEN }, expect.objectContaining(HTTP_GIVEN)],
  ["local: the unchanged path", { backend: "local", path: "../one.tfstate" }, { path: "../one.tfstate" }],
])("%s", (_, state, settings) => {
  const { terraform, metadata } = stateOf(state);
  expect(terraform).toEqual({ backend: { [state.backend]: settings } });
  expect(metadata.backend).toBe(state.backend);
});

test.each([
  ["app.terraform.io", "tfc"],
  ["tfe.example.com", "tfe"],
])("a workspace on %s is a cloud block", (hostname, kind) => {
  const { terraform, metadata } = stateOf({ ...CLOUD, hostname, project: "Platform" });
  expect(terraform).toEqual({
    cloud: { organization: "me", hostname, workspaces: { name: "one", project: "Platform" } },
  });
  expect(stateOf(CLOUD).terraform).toMatchObject({ cloud: { workspaces: { name: "one" } } });
  expect(metadata).toMatchObject({ backend: "cloud", cloud: kind });
});

test("another stack can read the state", () => {
  const { stack, remote } = stateOf(S3);
  remote.getRemoteStateDataSource(stack, "other");
  expect(at(stack.toTerraform(), "data", "terraform_remote_state", "other")).toMatchObject({
    backend: "s3",
    config: { bucket: "my-bucket", key: "one.tfstate", region: "eu-central-1" },
  });
});

test.each([
  [
    { ...S3, assume_role: S3_GIVEN.assume_role },
    "s3",
    { bucket: "my-bucket", region: "eu-central-1", assume_role: S3_GIVEN.assume_role },
  ],
  [CLOUD, "remote", { organization: "me", hostname: "app.terraform.io", workspaces: { name: "one" } }],
  // The remote backend has no projects: https://developer.hashicorp.com/terraform/language/backend/remote
  [
    { ...CLOUD, project: "Platform" },
    "remote",
    { organization: "me", hostname: "app.terraform.io", workspaces: { name: "one" } },
  ],
  [HTTP, "http", { address: "https://example.com/state" }],
  [{ backend: "local", path: "../one.tfstate" }, "local", { path: "../one.tfstate" }],
])("another program reads an account's role from %j", (state, backend, config) => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  const account = accountOf(
    fileOf({ a: { id: ACCOUNT.accountId, region: ACCOUNT.region, state, role: { name: "My.Role" } } }),
  );
  const role = remoteServiceRole(stack, account);
  new TerraformOutput(stack, "name", { value: role.roleName });
  new TerraformOutput(stack, "policies", { value: role.attachedPolicyArns });
  const root = stack.toTerraform();
  const id = "service_role_111111111111_My_Role";
  expect(at(root, "data", "terraform_remote_state", id)).toMatchObject({ backend, config });
  expect(at(root, "output")).toEqual({
    name: { value: `\${data.terraform_remote_state.${id}.outputs.role_name}` },
    policies: { value: `\${data.terraform_remote_state.${id}.outputs.attached_policy_arns}` },
  });
});
