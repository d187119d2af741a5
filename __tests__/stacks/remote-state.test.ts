import { App, TerraformOutput, TerraformStack } from "cdktf";
import { stateSchema } from "../../lib/config/backends";
import { RemoteState, remoteServiceRole } from "../../lib/stacks/remote-state";
import { accountOf, at, oneAccount } from "../support";

function stateOf(state: object, region = "eu-central-1") {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  const remote = new RemoteState(stack, stateSchema.parse(state), region);
  const root = stack.toTerraform();
  return { stack, remote, terraform: at(root, "terraform"), metadata: root["//"].metadata };
}

const S3 = { backend: "s3", bucket: "my-bucket", key: "one.tfstate" };
const HTTP = { backend: "http", address: "https://example.com/state" };

test("S3: in the account's region, locked and encrypted", () => {
  const { terraform, metadata } = stateOf(S3);
  expect(terraform).toEqual({
    backend: {
      s3: {
        bucket: "my-bucket",
        key: "one.tfstate",
        region: "eu-central-1",
        use_lockfile: true,
        encrypt: true,
        use_path_style: false,
      },
    },
  });
  expect(metadata.backend).toBe("s3");
});

test("S3 with all that it takes", () => {
  const assume_role = { role_arn: "arn:aws:iam::222222222222:role/State", external_id: "shared" };
  const all = {
    ...S3,
    region: "us-east-1",
    kms_key_id: "alias/state",
    use_lockfile: false,
    encrypt: false,
    use_path_style: true,
    allowed_account_ids: ["222222222222"],
    assume_role,
  };
  const { backend: _, ...settings } = all;
  expect(stateOf(all).terraform).toEqual({ backend: { s3: settings } });
});

test.each([
  ["app.terraform.io", "tfc"],
  ["tfe.example.com", "tfe"],
])("a workspace on %s is a cloud block", (hostname, kind) => {
  const { terraform, metadata } = stateOf({ backend: "cloud", organization: "me", workspace: "one", hostname });
  expect(terraform).toEqual({ cloud: { organization: "me", hostname, workspaces: { name: "one" } } });
  expect(metadata).toMatchObject({ backend: "cloud", cloud: kind });
});

test("HTTP: locked under /lock, as GitLab has it", () => {
  expect(stateOf(HTTP).terraform).toEqual({
    backend: {
      http: {
        address: "https://example.com/state",
        lock_address: "https://example.com/state/lock",
        unlock_address: "https://example.com/state/lock",
        lock_method: "POST",
        unlock_method: "DELETE",
        retry_wait_min: 5,
      },
    },
  });
});

test("HTTP: unlocked where it is locked, unless told otherwise", () => {
  const lock_address = "https://example.com/lock";
  expect(stateOf({ ...HTTP, lock_address }).terraform).toMatchObject({
    backend: { http: { lock_address, unlock_address: lock_address } },
  });
  const apart = {
    lock_address,
    unlock_address: "https://example.com/unlock",
    lock_method: "LOCK",
    unlock_method: "UNLOCK",
  };
  expect(stateOf({ ...HTTP, ...apart }).terraform).toMatchObject({ backend: { http: apart } });
});

test("local: the path as it is, not made absolute", () => {
  expect(stateOf({ backend: "local", path: "../one.tfstate" }).terraform).toEqual({
    backend: { local: { path: "../one.tfstate" } },
  });
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
    "{ backend: s3, bucket: my-bucket, key: one.tfstate, assume_role: { role_arn: 'arn:aws:iam::222222222222:role/State' } }",
    "s3",
    { bucket: "my-bucket", region: "eu-central-1", assume_role: { role_arn: "arn:aws:iam::222222222222:role/State" } },
  ],
  [
    "{ backend: cloud, organization: me, workspace: one }",
    "remote",
    { organization: "me", hostname: "app.terraform.io", workspaces: { name: "one" } },
  ],
  ["{ backend: http, address: 'https://example.com/state' }", "http", { address: "https://example.com/state" }],
  ["{ backend: local, path: ../one.tfstate }", "local", { path: "../one.tfstate" }],
])("another program reads an account's role from %s", (state, backend, config) => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  const role = remoteServiceRole(stack, accountOf(oneAccount(`state: ${state}`, "role: { name: My.Role }")));
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
