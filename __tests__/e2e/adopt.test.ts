import { reportRole } from "../../scripts/support/aws";
import { awsCli, describeInLab, synthesize } from "./support";

const ID = "111111111111";
const ROLE = ["--role-name", "SSMServiceRole"];
const awsPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const CUSTOM = `arn:aws:iam::${ID}:policy/my-bucket-policy-name`;
const BY_HAND = [
  CUSTOM,
  awsPolicy("AmazonSSMDirectoryServiceAccess"),
  awsPolicy("AmazonSSMManagedInstanceCore"),
  awsPolicy("CloudWatchAgentServerPolicy"),
];
/** A policy that somebody attaches outside Terraform. */
const STRANGER = awsPolicy("AdministratorAccess");

const FEATURES = `
    tags: { Owner: platform }
    directory_service: { corp: {} }
    cloudwatch_agent: { default: {} }
    policies: { my-bucket: { policy_arn: "${CUSTOM}" } }
    s3_buckets: { output: { bucket: example-output, prefix: "", purpose: scripts } }
`;

describeInLab(
  "role.adopt",
  (lab) => {
    /**
     * Synthesizes the account with these settings of the role, always with the same state. Returns the folder of its
     * root module.
     */
    async function root(role: string): Promise<string> {
      const account = `id: "${ID}"\n    region: eu-central-1\n    deploy_role_arn: arn:aws:iam::${ID}:role/TerraformDeploy`;
      const yaml = `accounts:\n  hand:\n    ${account}\n    role: ${role}${FEATURES}`;
      const folder = (await synthesize(lab(), "adopt", yaml))("hand");
      await lab().mustTerraform(folder, "init", "-input=false");
      return folder;
    }

    async function plan(folder: string): Promise<Change[]> {
      await lab().mustTerraform(folder, "plan", "-input=false", "-out=plan.bin");
      const shown = JSON.parse(await lab().mustTerraform(folder, "show", "-json", "plan.bin"));
      return (shown.resource_changes as Shown[])
        .map(({ address, change }) => ({
          address,
          actions: change.actions.join(),
          ...(change.importing && { imports: change.importing.id }),
        }))
        .filter(({ actions, imports }) => actions !== "no-op" || imports)
        .sort((a, b) => (a.address < b.address ? -1 : 1));
    }

    const apply = (folder: string) => lab().mustTerraform(folder, "apply", "-input=false", "-auto-approve");
    const attached = async () => (await reportRole(lab(), ID, "SSMServiceRole")).policyArns;
    const attach = (arn: string) => awsCli(lab(), ID, "iam", "attach-role-policy", ...ROLE, "--policy-arn", arn);

    const EVERYTHING = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
    const inline = () => {
      const document = `file://${lab().file("inline.json", JSON.stringify(EVERYTHING))}`;
      const policy = ["--policy-name", "BehindTerraform", "--policy-document", document];
      return awsCli(lab(), ID, "iam", "put-role-policy", ...ROLE, ...policy);
    };
    const inlineNames = async () =>
      ((await awsCli(lab(), ID, "iam", "list-role-policies", ...ROLE)) as { PolicyNames: string[] }).PolicyNames;

    beforeAll(async () => {
      const Statement = { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" };
      const trust = lab().file("trust.json", JSON.stringify({ Version: "2012-10-17", Statement }));
      const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::my-bucket-name/*" };
      const custom = lab().file("custom.json", JSON.stringify({ Version: "2012-10-17", Statement: read }));
      const iam = (...args: readonly string[]) => awsCli(lab(), ID, "iam", ...args);
      await iam("create-role", ...ROLE, "--assume-role-policy-document", `file://${trust}`);
      const policy = ["--policy-name", "my-bucket-policy-name", "--policy-document", `file://${custom}`];
      await iam("create-policy", ...policy);
      for (const arn of BY_HAND) await attach(arn);
    });

    test("refuses another path at plan time, before it imports the role", async () => {
      const { code, output } = await lab().terraform(
        await root("{ adopt: true, path: /hybrid/ }"),
        ...["plan", "-input=false", "-no-color"],
      );
      expect(code).toBe(1);
      expect(output).toContain("Instance cannot be destroyed");
      expect(await attached()).toEqual(BY_HAND);
    });

    test("fails if the role does not exist, and does not create it", async () => {
      const folder = await root("{ adopt: true, name: SSMServiceRol }");
      const { code, output } = await lab().terraform(folder, "plan", "-input=false", "-no-color");
      expect(code).toBe(1);
      expect(output).toContain("Cannot import non-existent remote object");
    });

    test("imports the role and updates it in place, keeps its policies attached, and creates what is missing", async () => {
      const folder = await root("{ adopt: true }");
      const attachment = (of: string) => ({ address: `aws_iam_role_policy_attachment.${of}`, actions: "create" });
      expect(await plan(folder)).toEqual([
        { address: 'aws_iam_policy.s3_buckets["this"]', actions: "create" },
        { address: "aws_iam_role.this", actions: "update", imports: "SSMServiceRole" },
        ...['cloudwatch_agent["default"]', "core", 'directory_service["corp"]', 'policies["my-bucket"]'].map(
          attachment,
        ),
        attachment('s3_buckets["this"]'),
        { address: "terraform_data.identity", actions: "create" },
      ]);
      const { Role: before } = (await awsCli(lab(), ID, "iam", "get-role", ...ROLE)) as RoleAnswer;
      await lab().mustTerraform(folder, "apply", "-input=false", "plan.bin");
      const { Role: after } = (await awsCli(lab(), ID, "iam", "get-role", ...ROLE)) as RoleAnswer;
      expect(after.RoleId).toBe(before.RoleId);
      expect(after.AssumeRolePolicyDocument.Statement).toEqual([
        expect.objectContaining({ Condition: expect.objectContaining({ StringEquals: { "aws:SourceAccount": ID } }) }),
      ]);
      expect(await attached()).toEqual(expect.arrayContaining(BY_HAND));
      expect(await plan(folder)).toEqual([]);
    });

    test("also blocks a later replacement, and the plan says to remove adopt first", async () => {
      const folder = await root("{ adopt: true, path: /hybrid/ }");
      const { code, output } = await lab().terraform(folder, "plan", "-input=false", "-no-color");
      expect(code).toBe(1);
      const told = output.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
      expect(told).toContain("The role's path and name changed from /SSMServiceRole to /hybrid/SSMServiceRole.");
      expect(told).toContain(
        "first remove role.adopt, which prevents any plan from destroying the role, then run npm run deploy",
      );
    });

    test("can be removed after the adoption without a change", async () => {
      expect(await plan(await root("{}"))).toEqual([]);
    });

    test("adopts an old role that has only AmazonEC2RoleforSSM", async () => {
      const old = ["--role-name", "OldServiceRole"];
      const trust = `file://${lab().folder}/trust.json`;
      const former = awsPolicy("service-role/AmazonEC2RoleforSSM");
      await awsCli(lab(), ID, "iam", "create-role", ...old, "--assume-role-policy-document", trust);
      await awsCli(lab(), ID, "iam", "attach-role-policy", ...old, "--policy-arn", former);
      const account = `{ id: "${ID}", region: eu-central-1, deploy_role_arn: "arn:aws:iam::${ID}:role/TerraformDeploy", role: { name: OldServiceRole, adopt: true } }`;
      const folder = (await synthesize(lab(), "former", `accounts:\n  former: ${account}\n`))("former");
      await lab().mustTerraform(folder, "init", "-input=false");
      await apply(folder);
      const { policyArns } = await reportRole(lab(), ID, "OldServiceRole");
      expect(policyArns).toEqual([awsPolicy("AmazonSSMManagedInstanceCore"), former]);
    });

    test("keeps a policy that others attach, unless exclusive_policies is true", async () => {
      const ours = await attached();
      await attach(STRANGER);
      await inline();
      const shared = await root("{}");
      expect(await plan(shared)).toEqual([]);
      await apply(shared);
      expect(await attached()).toContain(STRANGER);
      expect(await inlineNames()).toEqual(["BehindTerraform"]);

      const exclusive = await root("{ exclusive_policies: true }");
      const both = (actions: string) =>
        ["policies", "policy_attachments"].map((of) => ({ address: `aws_iam_role_${of}_exclusive.this`, actions }));
      expect(await plan(exclusive)).toEqual(both("create"));
      await apply(exclusive);
      expect([await attached(), await inlineNames()]).toEqual([ours, []]);
      expect(await plan(exclusive)).toEqual([]);

      await attach(STRANGER);
      await inline();
      expect(await plan(exclusive)).toEqual(both("update"));
      await apply(exclusive);
      expect([await attached(), await inlineNames()]).toEqual([ours, []]);
    });
  },
  "aws",
);

interface Change {
  readonly address: string;
  readonly actions: string;
  /** Id of an imported resource. */
  readonly imports?: string;
}

interface Shown {
  readonly address: string;
  readonly change: { readonly actions: readonly string[]; readonly importing?: { readonly id: string } };
}

interface RoleAnswer {
  readonly Role: { readonly RoleId: string; readonly AssumeRolePolicyDocument: { readonly Statement: unknown } };
}
