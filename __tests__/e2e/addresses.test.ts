import { rmSync } from "node:fs";
import { join } from "node:path";
import { CreateGroupCommand, CreateRoleCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { PLACES, STATE } from "./places";
import { SsmApi } from "./ssm-api";
import { describeInLab, plannedChanges, programs } from "./support";

const ID = "111111111111";
const policy = (name: string) => `arn:aws:iam::${ID}:policy/SSMServiceRole-${name}`;

/** Every feature, and an attachment of each kind. */
const WANTED = {
  id: ID,
  role: {},
  directory_service: { corp: {} },
  cloudwatch_agent: { default: {} },
  s3_managed_buckets: { "eu-central-1": {} },
  s3_buckets: { output: { bucket: "example-output", prefix: "", purpose: "run_command" } },
  log_groups: {
    sessions: { log_group_arn: `arn:aws:logs:eu-central-1:${ID}:log-group:a`, purpose: "session_manager" },
  },
  policies: { patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" } },
  user_access: {
    line: { level: "operator", node_tags: {}, groups: ["helpdesk"], roles: ["Night"], users: ["auditor"] },
  },
  activations: { week: { expires_in_days: 7 } },
};

/** Addresses for `terraform import`, each with its id. */
const IMPORTED = {
  "aws_iam_role.this": "SSMServiceRole",
  'aws_iam_policy.s3_buckets["this"]': policy("s3-buckets"),
  'aws_iam_policy.user_access["line"]': policy("user-access-line"),
  "aws_iam_role_policy_attachment.core": "SSMServiceRole/arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  'aws_iam_role_policy_attachment.s3_buckets["this"]': `SSMServiceRole/${policy("s3-buckets")}`,
  'aws_iam_group_policy_attachment.user_access["line/helpdesk"]': `helpdesk/${policy("user-access-line")}`,
};

describeInLab("addresses in", (lab) => {
  describe.each(PLACES)("$name with every feature on", ({ write, prefix }) => {
    let api: SsmApi;
    let folder: string;

    beforeAll(async () => {
      api = await SsmApi.start(lab().endpoint);
      await fetch(`${lab().endpoint}/moto-api/reset`, { method: "POST" });
      const iam = await lab().iam(ID);
      const Statement = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new CreateRoleCommand({ RoleName: "Night", AssumeRolePolicyDocument }));
      await iam.send(new CreateGroupCommand({ GroupName: "helpdesk" }));
      await iam.send(new CreateUserCommand({ UserName: "auditor" }));
      folder = await write(lab(), api, WANTED);
      await lab().mustTerraform(folder, "init", "-input=false");
      await lab().mustTerraform(folder, "apply", "-input=false", "-auto-approve");
    });
    afterAll(() => api?.stop());

    test(
      "can be planned with -target and -replace, for one resource of each type",
      async () => {
        const all = (await lab().mustTerraform(folder, "state", "list")).trim().split("\n");
        const managed = all.filter((address) => !address.startsWith(`${prefix}data.`));
        const ofEachType = new Map(managed.map((address) => [address.slice(prefix.length).split(".")[0], address]));
        expect(ofEachType.size).toBeGreaterThanOrEqual(7);
        const addresses = [...ofEachType.values()];
        for (const address of addresses) {
          expect(await plannedChanges(lab(), folder, `-target=${address}`)).toEqual([]);
        }
        const changes = await plannedChanges(lab(), folder, ...addresses.map((address) => `-replace=${address}`));
        expect(changes).toEqual(expect.arrayContaining(addresses.map((address) => `replace ${address}`)));
      },
      programs(20),
    );

    test("import existing resources into an empty state with terraform import", async () => {
      rmSync(join(folder, STATE));
      for (const [address, id] of Object.entries(IMPORTED)) {
        await lab().mustTerraform(folder, "import", "-input=false", `${prefix}${address}`, id);
      }
      const others = await plannedChanges(lab(), folder);
      for (const address of Object.keys(IMPORTED)) {
        for (const action of ["create", "replace", "delete"])
          expect(others).not.toContain(`${action} ${prefix}${address}`);
      }
      expect(others).toContain(`create ${prefix}terraform_data.identity`);
    });
  });
});
