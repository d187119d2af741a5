import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { CreateGroupCommand } from "@aws-sdk/client-iam";
import { S3_BY_PATH } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { iamState } from "./iam-state";
import { StateServer } from "./state-server";
import { createStateBucket, describeInLab, environmentOf, STATE_BUCKET, stateKeys, synthesize } from "./support";

// The main properties, within minutes. The other suites test each of them, and more, separately.

/** An account for each state backend, and one for the runbook, all with the same role. */
const IDS = { s3: "111111111111", local: "222222222222", http: "333333333333", cloud: "444444444444" };
const BY_HAND = "555555555555";

const accounts = (http: string) => `
defaults:
  region: eu-central-1
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  tags: { Owner: platform }
  directory_service: { default: {} }
  cloudwatch_agent: { default: {} }
  s3_managed_buckets: { eu-central-1: {} }
  s3_buckets: { output: { bucket: example-output, prefix: "", purpose: run_command } }
  log_groups:
    sessions: { log_group_arn: "arn:aws:logs:eu-central-1:{account_id}:log-group:/ssm", purpose: session_manager }
  user_access: { operators: { level: operator, node_tags: {}, groups: [Operators] } }
accounts:
  s3: { id: "${IDS.s3}", state: { backend: s3, bucket: ${STATE_BUCKET}, key: "{account_name}.tfstate", region: us-east-1 } }
  local: { id: "${IDS.local}", state: { backend: local } }
  http: { id: "${IDS.http}", state: { backend: http, address: "${http}/states/{account_name}" } }
  cloud: { id: "${IDS.cloud}", state: { backend: cloud, organization: example } }
  by-hand: { id: "${BY_HAND}", state: { backend: local } }
`;

describeInLab(
  "smoke",
  (lab) => {
    let states: StateServer;
    let root: (account: string) => string;
    let file: string;

    beforeAll(async () => {
      states = await new StateServer().listen();
      await createStateBucket(lab());
      root = await synthesize(lab(), "smoke", accounts(states.endpoint));
      file = join(lab().folder, "smoke/accounts.yaml");
      for (const id of [...Object.values(IDS), BY_HAND]) {
        await (await lab().iam(id)).send(new CreateGroupCommand({ GroupName: "Operators" }));
      }
    });
    afterAll(() => states?.stop());

    /** The objects that each backend contains after its account is deployed. */
    const kept: Record<keyof typeof IDS, () => Promise<unknown> | unknown> = {
      s3: () => stateKeys(lab()),
      local: () => JSON.parse(readFileSync(join(lab().folder, "smoke/terraform.local.tfstate"), "utf8")).version,
      http: () => [[...states.kept.keys()], new Set(states.locked)],
      // There is no emulator for HCP Terraform.
      cloud: () => undefined,
    };
    const expected = {
      s3: ["s3.tfstate"],
      local: 4,
      http: [["/states/http"], new Set(["/states/http/lock"])],
      cloud: undefined,
    };

    test.each(Object.keys(IDS) as (keyof typeof IDS)[])(
      "deploys an account with its state in %s, and a second plan is empty",
      async (name) => {
        if (name === "cloud") {
          await lab().mustTerraform(root(name), "init", "-backend=false", "-input=false");
          await lab().mustTerraform(root(name), "validate");
          // From here on, its state is a file: an override replaces the cloud block.
          const override = { terraform: { backend: { local: { path: "cloud.tfstate" } } } };
          lab().file("smoke/cdktf.out/stacks/cloud/state_override.tf.json", JSON.stringify(override));
        }
        await lab().mustTerraform(root(name), "init", "-input=false", ...(name === "s3" ? [S3_BY_PATH] : []));
        await lab().mustTerraform(root(name), "apply", "-input=false", "-auto-approve");
        await lab().mustTerraform(root(name), "plan", "-input=false", "-detailed-exitcode");
        expect(await kept[name]()).toEqual(expected[name]);
        const { roles, groups, policies } = await iamState(lab(), IDS[name]);
        expect(roles).toMatchObject([{ RoleName: "SSMServiceRole", AttachedManagedPolicies: { length: 6 } }]);
        expect(groups).toMatchObject([
          { AttachedManagedPolicies: [{ PolicyName: "SSMServiceRole-user-access-operators" }] },
        ]);
        expect(policies).toHaveLength(4);
      },
    );

    test("leaves the same IAM state with the runbook as with Terraform", async () => {
      const printed = await lab().program("scripts/runbook.ts", { ACCOUNTS_FILE: file }, ["--account", "by-hand"]);
      expect(printed).toMatchObject({ code: 0, stderr: "" });
      const env = {
        ...lab().env,
        ...(await environmentOf(lab(), BY_HAND)),
        PATH: [dirname(findTools("aws").aws), lab().env.PATH].join(delimiter),
        TMPDIR: lab().directory("tmp"),
      };
      const script = lab().file("runbook.sh", printed.stdout);
      expect(await run("/bin/sh", [script], { cwd: lab().folder, env })).toMatchObject({ code: 0, stderr: "" });
      expect(await iamState(lab(), BY_HAND)).toEqual(await iamState(lab(), IDS.local));
    });
  },
  "aws",
);
