import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { reportRole } from "../../scripts/support/aws";
import { CALLER_ACCOUNT, REPOSITORY } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { findProviderMirror, findTools } from "../../scripts/support/tools";
import { BucketGuard } from "./bucket-guard";
import { change, copyProject, PROJECT, readRecipes } from "./recipe-book";
import { SsmApi } from "./ssm-api";
import { describeInLab } from "./support";

const WAREHOUSE = "444444444444";
const OLD_SITE = "555555555555";
const MACHINE = "mi-0123456789abcdef0";
const ROLE = "SSMServiceRole";
const awsPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const CORE = awsPolicy("AmazonSSMManagedInstanceCore");
const CLOUDWATCH = awsPolicy("CloudWatchAgentServerPolicy");
/** A trust policy without conditions, as created manually. */
const OPEN_TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" },
});

const recipes = readRecipes(readFileSync(join(REPOSITORY, "docs/recipes.md"), "utf8"));

test.each(recipes)('the recipe "$title" has at most 25 lines', ({ length }) => {
  expect(length).toBeLessThanOrEqual(25);
});

// Each test continues from the result of the previous one, as the document does.
describeInLab(
  "the recipe",
  (lab) => {
    const followed: string[] = [];
    let guard: BucketGuard;
    let api: SsmApi;
    let env: Readonly<Record<string, string>>;
    const clone = () => lab().directory("clone");
    const inClone = (name: string) => join(clone(), name);

    /** Runs a command in a shell and answers every question with yes. */
    async function shell(command: string): Promise<string> {
      const finished = await run("/bin/sh", ["-c", `yes yes | ${inLab(command)}`], { cwd: clone(), env });
      const output = stripVTControlCharacters(finished.output);
      if (finished.code !== 0) throw new Error(`${command} ended with ${finished.code}:\n${output}`);
      return output;
    }

    /** Follows a recipe block by block, and returns the output of its commands, in order. */
    async function follow(title: string): Promise<string[]> {
      const recipe = recipes.find((one) => one.title === title);
      if (!recipe) throw new Error(`docs/recipes.md has no recipe "${title}"`);
      const said: string[] = [];
      for (const { language, text } of recipe.blocks) {
        if (language === "diff") {
          const file = inClone("accounts.yaml");
          writeFileSync(file, change(readFileSync(file, "utf8"), text));
        } else if (language === "hcl") lab().file("clone/hcl/main.tf", text);
        else if (language === "sh") for (const command of text.trim().split("\n")) said.push(await shell(command));
        else throw new Error(`unknown block language ${language}`);
      }
      followed.push(title);
      return said;
    }

    const git = (...args: string[]) => shell(`git -c user.name=test -c user.email=test@example.com ${args.join(" ")}`);
    const commit = () => git("commit", "--quiet", "--all", "--message=deployed");
    const policiesOf = async (id: string, role = ROLE) => (await reportRole(lab(), id, role)).policyArns;
    /** Returns the trust policy's conditions, as IAM has them. */
    async function conditions(id: string): Promise<unknown> {
      const { Role } = await (await lab().iam(id)).send(new GetRoleCommand({ RoleName: ROLE }));
      const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument as string));
      return [Statement].flat()[0].Condition;
    }

    beforeAll(async () => {
      copyProject(clone());
      const programs = lab().directory("programs");
      for (const [name, path] of Object.entries(findTools("terraform", "aws"))) symlinkSync(path, join(programs, name));
      const profile = (name: string, id: string) =>
        `[profile ${name}]\nrole_arn = arn:aws:iam::${id}:role/TerraformDeploy\ncredential_source = Environment\n`;
      lab().file(".aws/config", profile("warehouse-eu", WAREHOUSE) + profile("old-site", OLD_SITE));
      guard = await BucketGuard.start(lab().endpoint);
      api = await SsmApi.start(lab().endpoint);
      const place = { account: WAREHOUSE, region: "eu-central-1" };
      const seen = { pingStatus: "Online", agentVersion: "3.3.1611.0", activation: "" } as const;
      api.machines.set(MACHINE, { id: MACHINE, role: ROLE, ...place, ...seen });
      env = {
        ...lab().env,
        PATH: [programs, lab().env.PATH].join(delimiter),
        AWS_ENDPOINT_URL: guard.endpoint,
        AWS_ENDPOINT_URL_SSM: api.endpoint,
        // cdktf-cli's variables for --auto-approve and --skip-provider-lock: there is no terminal, and maybe no registry.
        CDKTF_AUTO_APPROVE: "true",
        CDKTF_SKIP_PROVIDER_LOCK: "true",
      };
      await git("init", "--quiet");
      await git("add", ...PROJECT);
      await commit();
    });
    afterAll(() => Promise.all([guard?.stop(), api?.stop()]));

    test("adds an account, with its state in a file", async () => {
      const [deployed] = await follow("Add an account");
      expect(deployed).toContain("3 added, 0 changed, 0 destroyed");
      expect(await policiesOf(WAREHOUSE)).toEqual([CORE]);
      expect(existsSync(inClone("terraform.warehouse-eu.tfstate"))).toBe(true);
    });

    test("adds a region in place", async () => {
      const [deployed] = await follow("Add a region");
      expect(deployed).toContain("2 added, 1 changed, 0 destroyed");
      const sources = ["eu-central-1", "eu-west-1"].map((region) => `arn:aws:ssm:${region}:${WAREHOUSE}:*`);
      expect(await conditions(WAREHOUSE)).toMatchObject({ ArnEquals: { "aws:SourceArn": sources } });
    });

    test("turns on the CloudWatch agent with one attachment", async () => {
      const [deployed] = await follow("Turn on the CloudWatch agent");
      expect(deployed).toContain("1 added, 0 changed, 0 destroyed");
      expect(await policiesOf(WAREHOUSE)).toContain(CLOUDWATCH);
    });

    test("finds out what others changed in the role, and restores it", async () => {
      await commit();
      const before = await conditions(WAREHOUSE);
      const iam = await lab().iam(WAREHOUSE);
      await iam.send(new DetachRolePolicyCommand({ RoleName: ROLE, PolicyArn: CLOUDWATCH }));
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument: OPEN_TRUST }));
      const PolicyArn = awsPolicy("AdministratorAccess");
      await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));

      const [matrix, plan] = await follow("Find out why a plan wants to change something");
      expect(matrix).toBe('{"include":[]}\n');
      expect(plan).toMatch(/^warehouse-eu +1 +1 +0 +0 +0 +2$/m);
      const putBack = (plan as string).slice((plan as string).indexOf("Changed outside Terraform, to be reverted:"));
      expect(putBack).toContain('aws_iam_role_policy_attachment.cloudwatch_agent["default"]');
      expect(putBack).toMatch(/update aws_iam_role\.this\n +assume_role_policy: /);
      expect(plan).not.toContain(PolicyArn);
      expect(await policiesOf(WAREHOUSE)).toEqual(expect.arrayContaining([CLOUDWATCH, PolicyArn]));
      expect(await conditions(WAREHOUSE)).toEqual(before);
      await iam.send(new DetachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
    });

    test("raises the provider version without a change, in the lock file of the fleet", async () => {
      // Without the provider in the file there is something to raise: the mirror may have only one version.
      writeFileSync(inClone(".terraform.lock.hcl"), "");
      const [, init, locked, , plan] = await follow("Raise the provider version");
      expect(init).toContain("has been successfully initialized");
      expect(locked).toContain("Success!");
      expect(plan).toContain("no changes (1): warehouse-eu");
      const lock = readFileSync(inClone(".terraform.lock.hcl"), "utf8");
      expect(lock).toMatch(/constraints = ">= 5\.0\.0, < 7\.0\.0"/);
    });

    test("adopts a manually created role", async () => {
      const iam = await lab().iam(OLD_SITE);
      await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: OPEN_TRUST }));
      for (const PolicyArn of [CORE, CLOUDWATCH]) {
        await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      }
      const [role, policies, deployed] = await follow("Adopt an existing role");
      expect(role).toContain(`arn:aws:iam::${OLD_SITE}:role/${ROLE}`);
      expect(policies).toContain(CLOUDWATCH);
      expect(deployed).toMatch(/^old-site +3 +1 +0 +0 +1 +0$/m);
      expect(deployed).toContain("3 added, 1 changed, 0 destroyed");
      expect(await conditions(OLD_SITE)).toMatchObject({ StringEquals: { "aws:SourceAccount": OLD_SITE } });
    });

    test("moves a state from a file to S3, and removes role.adopt", async () => {
      const [bucket, , init, plan] = await follow("Move the state from a file to S3");
      expect(bucket).toContain(`example-terraform-state-${OLD_SITE}: done`);
      expect(init).toContain('Successfully configured the backend "s3"');
      expect(plan).toContain("no changes (1): old-site");
      expect(readdirSync(clone()).filter((name) => name.includes("old-site"))).toEqual([]);
    });

    test("uses the role in HCL, and destroys it", async () => {
      const [, applied, destroyed] = await follow("Use the role in HCL");
      expect(applied).toMatch(/4 added[\s\S]*role_name = "SSMServiceRole"/);
      expect(applied).toContain(`arn:aws:ssm:*:${CALLER_ACCOUNT}:*`);
      expect(destroyed).toContain("4 destroyed");
    });

    test("assigns a role with another name to the machines", async () => {
      const [deployed, , listed] = await follow("Rename the role");
      expect(deployed).toContain("4 added, 0 changed, 0 destroyed");
      expect(listed).toMatch(/^warehouse-eu-lines +eu-central-1 +standard +1 +1 +0 +0 +3\.3\.1611\.0 \(1\)$/m);
      expect(listed).not.toContain("Machines with other roles");
      expect(await policiesOf(WAREHOUSE, "SSMServiceRoleLines")).toEqual([CORE, CLOUDWATCH]);
      expect(await policiesOf(WAREHOUSE)).toContain(CORE);
    });

    test("removes an account, after its role", async () => {
      await commit();
      const [status, destroyed, matrix] = await follow("Remove an account safely");
      expect(status).toMatch(/^warehouse-eu +eu-central-1 +standard +0 /m);
      expect(status).toContain("warehouse-eu, eu-central-1: 1 with SSMServiceRoleLines");
      expect(destroyed).toContain("Destroy complete! Resources: 6 destroyed.");
      expect(matrix).toContain("In HEAD, but no longer in the file: warehouse-eu.");
      expect(matrix).toContain('{"include":[]}');
      await expect(reportRole(lab(), WAREHOUSE, ROLE)).rejects.toThrow("not found");
      expect(await policiesOf(WAREHOUSE, "SSMServiceRoleLines")).toEqual([CORE, CLOUDWATCH]);
      expect(JSON.parse(readFileSync(inClone("terraform.warehouse-eu.tfstate"), "utf8")).resources).toEqual([]);
    });

    test("is covered by a test, for each title", () => {
      expect(followed).toEqual(recipes.map(({ title }) => title));
    });
  },
  "aws",
);

/** Adapts a command to run without a terminal, and with the mirror instead of the registry, for the platforms that the mirror has. */
function inLab(command: string): string {
  const asked = command.replace(/^npm run deploy -- \S+$/, "$& --yes");
  const mirror = findProviderMirror();
  if (mirror === undefined) return asked;
  const platforms = readdirSync(mirror, { recursive: true, encoding: "utf8" }).flatMap(
    (path) => /hashicorp\/aws\/[\d.]+\/([a-z]+_[a-z\d]+)$/.exec(path)?.[1] ?? [],
  );
  const options = [`-fs-mirror=${mirror}`, ...[...new Set(platforms)].map((platform) => `-platform=${platform}`)];
  return asked.replace(/(providers lock) .*/, `$1 ${options.join(" ")}`);
}
