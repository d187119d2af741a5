import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { parseFleet } from "../../lib";
import { parseAccounts } from "../../lib/config/fleet";
import { createPrerequisites, reportRole } from "../../scripts/support/aws";
import { REPOSITORY, S3_BY_PATH } from "../../scripts/support/lab";
import type { Job } from "../../scripts/support/matrix";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { SsmApi } from "./ssm-api";
import { describeInLab, environmentOf } from "./support";

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
}

const COPIED = [
  "main.ts",
  "lib",
  "scripts",
  "examples",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "accounts.yaml",
];

describeInLab(
  "the example pipelines, with their own commands",
  (lab) => {
    const example = readFileSync(join(REPOSITORY, "accounts.yaml"), "utf8");
    const fleet = parseFleet(example);
    const yaml = (name: string) => parse(readFileSync(join(REPOSITORY, "examples/pipelines", name), "utf8"));
    let project: string;
    let base: string;

    /** Runs a command as a runner's shell does. Returns what it appended to GITHUB_OUTPUT, and its output. */
    async function shell(
      command: string,
      env: Record<string, string> = {},
    ): Promise<{ stdout: string; outputs: string }> {
      const file = lab().file("github-output", "");
      const own = { ...lab().env, TF_CLI_ARGS_init: S3_BY_PATH, GITHUB_OUTPUT: file, ...env };
      // The packages are linked already. The runner's own installation would use the registry.
      const { code, stdout, output } = await run(
        "bash",
        [
          "-eo",
          "pipefail",
          "-c",
          command.replace(/npm ci [^;\n]*/, `ln -sfn "${REPOSITORY}/node_modules" node_modules `),
        ],
        {
          cwd: project,
          env: own,
        },
      );
      if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${output}`);
      return { stdout, outputs: readFileSync(file, "utf8") };
    }

    beforeAll(async () => {
      await createPrerequisites(lab(), [...parseAccounts(example).values()]);
      project = lab().directory("project");
      for (const name of COPIED) cpSync(join(REPOSITORY, name), join(project, name), { recursive: true });
      symlinkSync(join(REPOSITORY, "node_modules"), join(project, "node_modules"));
      writeFileSync(join(project, ".gitignore"), "node_modules\ncdktf.out\n");
      const changed = example.replace("Owner: platform", "Owner: somebody-else");
      expect(changed).not.toBe(example);
      writeFileSync(join(project, "accounts.yaml"), changed);
      await shell("git init --quiet -b main && git config user.name t && git config user.email t@example.com");
      await shell("git add -A && git commit --quiet -m before && git branch before && git remote add origin .");
      writeFileSync(join(project, "accounts.yaml"), example);
      await shell("git commit --quiet -am after");
      base = (await shell("git rev-parse before")).stdout.trim();
      mkdirSync(join(project, "cdktf.out"), { recursive: true });
    });

    /** Returns the role that a root module's provider assumes. */
    function roleIn(account: string): string {
      const root = JSON.parse(readFileSync(join(project, "cdktf.out/stacks", account, "cdk.tf.json"), "utf8"));
      return root.provider.aws[0].assume_role[0].role_arn;
    }

    describe("github-actions.yml", () => {
      const { jobs } = yaml("github-actions.yml");

      /** Evaluates the expressions that the workflow passes to its commands. An unknown expression fails the test. */
      function values(env: Record<string, string> = {}, event: string, job?: Job): Record<string, string> {
        const known: Record<string, string> = {
          "${{ github.event.pull_request.base.sha || github.event.before }}": base,
          "${{ github.event_name == 'push' }}": String(event === "push"),
          "${{ github.event_name != 'push' && '1' || '' }}": event === "push" ? "" : "1",
          ...(job && { "${{ matrix.path }}": job.path }),
        };
        const value = (text: string) => {
          if (!text.includes("${{")) return text;
          const found = known[text];
          if (found === undefined) throw new Error(`This test does not know ${text}`);
          return found;
        };
        return Object.fromEntries(Object.entries(env).map(([key, text]) => [key, value(text)]));
      }

      async function steps(
        event: string,
        job: { env?: Record<string, string>; steps: Step[] },
        account?: Job,
      ): Promise<string> {
        let outputs = "";
        for (const step of job.steps) {
          if (step.run === undefined) continue;
          expect([undefined, "github.event_name == 'push'"]).toContain(step.if);
          if (step.if !== undefined && event !== "push") continue;
          const env = { ...values(job.env, event, account), ...values(step.env, event, account) };
          outputs += (await shell(step.run, env)).outputs;
        }
        return outputs;
      }

      test("a pull request plans and a merge applies each account in a separate job", async () => {
        const outputs = await steps("pull_request", jobs.roots);
        const { include } = JSON.parse(outputs.replace(/^matrix=/, "")) as { include: Job[] };
        expect(include.map(({ account }) => account)).toEqual([...fleet.keys()]);
        await steps("pull_request", jobs.account, include[0]);
        await expect(reportRole(lab(), "111111111111", "SSMServiceRole")).rejects.toMatchObject({
          name: "NoSuchEntityException",
        });
        expect(roleIn("factory-eu")).toBe("arn:aws:iam::111111111111:role/TerraformDeployPlan");
        // A runner starts empty.
        rmSync(join(project, "cdktf.out"), { recursive: true });
        await steps("push", jobs.roots);
        expect(roleIn("factory-eu")).toBe("arn:aws:iam::111111111111:role/TerraformDeploy");
        for (const job of include) await steps("push", jobs.account, job);
        for (const { accountId: id, role } of fleet.values()) {
          expect((await reportRole(lab(), id, role.name)).policyArns).toContain(
            "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
          );
        }
      });
    });

    test("GitLab's parent pipeline writes the child pipeline, whose job plans and applies", async () => {
      const { roots } = yaml("gitlab-ci.yml");
      for (const line of roots.script) await shell(line, { BASE: base });
      const child = parse(readFileSync(join(project, "accounts.gitlab-ci.yml"), "utf8"));
      expect(child.include).toEqual([{ local: "examples/pipelines/gitlab-account.yml" }]);
      const template = parse(readFileSync(join(project, child.include[0].local), "utf8"))[".account"];
      const job = child["account other-cloud"];
      const given = {
        ...template.variables,
        ...job.variables,
        AWS_TOKEN: "token",
        AWS_WEB_IDENTITY_TOKEN_FILE: join(project, ".aws-token"),
        AWS_PLAN_ROLE_ARN: "arn:aws:iam::123456789012:role/plan",
        AWS_APPLY_ROLE_ARN: "arn:aws:iam::123456789012:role/apply",
      };
      // Without keys in the environment, Terraform uses the token and the role, as in GitLab.
      const keyless = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_ENDPOINT_URL_STS: lab().endpoint };
      for (const APPLY of ["false", "true"]) {
        const { stdout } = await shell(template.script.join("\n"), { ...given, ...keyless, APPLY });
        expect(stdout.includes("Apply complete!")).toBe(APPLY === "true");
      }
      for (const line of template.after_script) await shell(line, given);
    });

    describe("a renewal", () => {
      const values: Record<string, string> = {
        account: "factory-eu",
        activation: "line-1",
        secret: "hybrid/line-1",
        region: "eu-central-1",
      };
      let ssm: SsmApi;
      let env: Record<string, string>;
      beforeAll(async () => {
        ssm = await SsmApi.start(lab().endpoint);
        const PATH = [dirname(findTools("aws").aws), lab().env.PATH].join(delimiter);
        env = { PATH, AWS_ENDPOINT_URL_SSM: ssm.endpoint, ...(await environmentOf(lab(), "111111111111")) };
        const activations = { "line-1": { by_runbook: true, expires_in_days: 30 } };
        const file = parse(example);
        file.accounts["factory-eu"].activations = activations;
        writeFileSync(join(project, "accounts.yaml"), JSON.stringify(file));
      });
      afterAll(async () => {
        writeFileSync(join(project, "accounts.yaml"), example);
        await ssm?.stop();
      });

      test("with github-renewal.yml creates the first activation, and with gitlab-renewal.yml then none", async () => {
        const { jobs } = yaml("github-renewal.yml");
        const known = (text: string) => values[/^\$\{\{ matrix\.([a-z]+) \}\}$/.exec(text)?.[1] ?? ""] as string;
        const given = Object.fromEntries(
          Object.entries(jobs.script.env as Record<string, string>).map(([key, text]) => [key, known(text)]),
        );
        let said = "";
        for (const { run: command } of [...jobs.script.steps, ...jobs.renew.steps] as Step[]) {
          if (command !== undefined) said += (await shell(command, { ...env, ...given })).stdout;
        }
        const [made] = ssm.activations.values();
        expect(said).toContain(`The secret hybrid/line-1 contains the ID and code of the new activation ${made?.id}.`);

        const { renewal, "renewal-script": script, ".renewals": renewals } = yaml("gitlab-renewal.yml");
        // In a pipeline the AWS CLI gets the role from the token. Here, keys in the environment take precedence.
        const [{ AWS_ROLE_ARN: _, ...one }] = renewals.parallel.matrix;
        const own = { ...env, ...one, AWS_TOKEN: "token", AWS_WEB_IDENTITY_TOKEN_FILE: join(project, ".aws-token") };
        said = "";
        for (const line of [...script.script, ...renewal.script, ...renewal.after_script]) {
          said += (await shell(line, own)).stdout;
        }
        expect(said).toContain(`The activation ${made?.id} needs no renewal`);
        expect(ssm.activations.size).toBe(1);
        await shell("rm renew.sh renew-factory-eu-line-1.sh");
      });
    });

    test("Atlantis's hook runs main's code with the accounts of the pull request, and nothing else of it", async () => {
      const [hook] = yaml("atlantis-repos.yaml").repos[0].pre_workflow_hooks;
      await shell("git checkout --quiet -B pull before && git branch -f main before");
      // Attacks by somebody without access to the server: code, Terraform configuration, a link in place of a result.
      const evil = "import { writeFileSync } from 'node:fs'; writeFileSync(process.env.EVIL as string, '');";
      writeFileSync(join(project, "main.ts"), evil);
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ scripts: { synth: "touch $EVIL", matrix: "touch $EVIL" } }),
      );
      mkdirSync(join(project, "cdktf.out/stacks/factory-eu"), { recursive: true });
      writeFileSync(join(project, "cdktf.out/stacks/factory-eu/evil.tf"), "");
      symlinkSync(lab().file("secret", "untouched"), join(project, "atlantis.yaml"));
      writeFileSync(join(project, "accounts.yaml"), example);
      await shell("git add -A && git add -f cdktf.out/stacks/factory-eu/evil.tf && git commit --quiet -m pull");

      const EVIL = join(project, "evil");
      await shell(hook.run, { EVIL });
      expect(existsSync(EVIL)).toBe(false);
      expect(readFileSync(join(lab().folder, "secret"), "utf8")).toBe("untouched");
      const { projects } = parse(readFileSync(join(project, "atlantis.yaml"), "utf8"));
      expect(projects.map(({ name }: { name: string }) => name)).toEqual([...fleet.keys()]);
      for (const { dir } of projects) expect(readdirSync(join(project, dir))).not.toContain("evil.tf");
      expect(readdirSync(project).sort()).toEqual([".git", "atlantis.yaml", "cdktf.out"]);
      expect(readFileSync(join(project, "cdktf.out/stacks/factory-eu/cdk.tf.json"), "utf8")).toContain(
        '"Owner": "platform"',
      );
    });

    test("hcp-workspaces.tf is formatted by terraform fmt", async () => {
      await lab().mustTerraform(join(REPOSITORY, "examples/pipelines"), "fmt", "-check");
    });
  },
  "aws",
);
