import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { reportRole } from "../../scripts/support/aws";
import { REPOSITORY, S3_BY_PATH } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { createStateBucket, describeInLab, STATE_BUCKET, stateKeys } from "./support";

const account = (name: string, id: string, more = "") => `
  ${name}:
    id: "${id}"
    region: eu-central-1
${more}`;
const POLICY = "    policies: { own: { policy_arn: 'arn:aws:iam::{account_id}:policy/own' } }";
const ACCOUNTS = `
defaults:
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  state: { backend: s3, bucket: ${STATE_BUCKET}, key: "{account_name}.tfstate", region: us-east-1 }
accounts:
${account("bad-state", "444444444444", "    state: { bucket: no-such-bucket-here }")}
${account("lacks-policy", "222222222222", POLICY)}
${account("good", "111111111111")}
${account("another", "333333333333")}
`;

describeInLab("npm run deploy", (lab) => {
  const environment = () => ({
    ACCOUNTS_FILE: lab().file("deploy/accounts.yaml", ACCOUNTS),
    CDKTF_OUTDIR: lab().directory("deploy/cdktf.out"),
    TF_CLI_ARGS_init: S3_BY_PATH,
  });
  const deploy = (...args: string[]) => lab().program("scripts/deploy.ts", environment(), args);
  const root = (name: string) => join(lab().folder, "deploy/cdktf.out/stacks", name);

  beforeAll(() => createStateBucket(lab()));

  test("a failing account stops none of the others, even one at a time and one without a state", async () => {
    const { code, stdout } = await deploy("--parallelism", "1");
    expect(code).toBe(1);
    expect(stdout).toContain("4 of 4 accounts, 1 at a time");
    expect(stdout).toMatch(/^good: done, 3 added, 0 changed, 0 destroyed$/m);
    const summary = stdout.slice(stdout.indexOf("\n\n") + 2);
    expect(summary).toMatch(/^done \(2\): good, another\nfailed \(2\): bad-state, lacks-policy\n/);
    expect(summary).toMatch(/ {2}lacks-policy: all it said is in .+deploy\.log\n {6}Error: attaching IAM Policy/);
    expect(summary).toContain("NoSuchEntity");
    expect(summary).toMatch(/ {2}bad-state: .+\n {6}Error: [\s\S]*S3 bucket "no-such-bucket-here" does not exist/);
    expect(summary).not.toContain("Warning:");
    expect(await reportRole(lab(), "111111111111", "SSMServiceRole")).toMatchObject({
      arn: "arn:aws:iam::111111111111:role/SSMServiceRole",
    });
    expect(await stateKeys(lab())).toEqual(["another.tfstate", "good.tfstate", "lacks-policy.tfstate"]);
  });

  test("run again, it goes on: what is done stays, what was mended is finished; by name", async () => {
    const iam = await lab().iam("222222222222");
    const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new CreatePolicyCommand({ PolicyName: "own", PolicyDocument }));
    const { code, stdout } = await deploy("good", "lacks-policy");
    expect(stdout).toContain("2 of 4 accounts");
    expect(stdout.slice(stdout.indexOf("\n\n") + 2)).toBe("done (1): lacks-policy\nunchanged (1): good\n");
    expect(code).toBe(0);
    expect((await reportRole(lab(), "222222222222", "SSMServiceRole")).policyArns).toEqual([
      "arn:aws:iam::222222222222:policy/own",
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
  });

  test("after a run that was cut off it says how to go on, in commands that work", async () => {
    const bucket = { Bucket: STATE_BUCKET } as const;
    const s3 = lab().s3();
    // What a killed Terraform leaves where the state is in S3: what it made, no state, and its lock.
    await s3.send(new DeleteObjectCommand({ ...bucket, Key: "another.tfstate" }));
    const lock = { ID: "00000000-1111-2222-3333-444444444444", Who: "runner@gone", Created: "2026-01-02T03:04:05Z" };
    await s3.send(new PutObjectCommand({ ...bucket, Key: "another.tfstate.tflock", Body: JSON.stringify(lock) }));
    /** Pastes the commands of a failed deployment. */
    const paste = async (stdout: string) => {
      const commands = stdout.split("\n").filter((line) => line.startsWith("        terraform "));
      const PATH = `${dirname(lab().env.TERRAFORM_BINARY_NAME as string)}:/usr/bin:/bin`;
      const script = commands.join("\n").replace("force-unlock", "force-unlock -force");
      const { code, output } = await run("/bin/sh", ["-ec", script], { cwd: REPOSITORY, env: { ...lab().env, PATH } });
      if (code !== 0) throw new Error(`${script}:\n${output}`);
      return commands.map((command) => command.replace(/^.*' (force-unlock|import) /, ""));
    };

    const locked = await deploy("another");
    expect(locked.stdout).toContain(`runner@gone has held the lock since 2026-01-02 03:04:05`);
    expect(await paste(locked.stdout)).toEqual([lock.ID]);
    const exists = await deploy("another");
    expect(exists.stdout).toContain("EntityAlreadyExists");
    expect(await paste(exists.stdout)).toEqual(["'aws_iam_role.this' 'SSMServiceRole'"]);
    const { code, stdout } = await deploy("another");
    expect(stdout).toMatch(/^another: done, \d added, \d changed, 0 destroyed$/m);
    expect(code).toBe(0);
  });

  test("all accounts share one provider by links, below 1 MB each", () => {
    const provider = (name: string) => {
      const folder = join(root(name), ".terraform/providers/registry.terraform.io/hashicorp/aws");
      const version = readdirSync(folder)[0] as string;
      return join(folder, version, readdirSync(join(folder, version))[0] as string);
    };
    expect(realpathSync(provider("good"))).toBe(realpathSync(provider("another")));
    expect(bytes(root("good"))).toBeLessThan(1_000_000);
    expect(existsSync(join(lab().folder, ".cache/ssm-hybrid-service-role/providers/registry.terraform.io"))).toBe(true);
  });

  test("interrupted, it ends the account at work, starts no further one, and leaves no lock", async () => {
    const env = { ...lab().env, ...environment() };
    const args = ["--import", "tsx", "scripts/deploy.ts", "--parallelism", "1", "good", "another"];
    const child = spawn(process.execPath, args, { cwd: REPOSITORY, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let interrupted = false;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      if (!interrupted && said.includes("good: at work")) interrupted = child.kill("SIGINT");
    });
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(said).toContain("unchanged (1): good\nnot started (1): another\n");
    expect((await stateKeys(lab())).filter((key) => key.endsWith(".tflock"))).toEqual([]);
  });

  test.each([
    [["god"], "god is no account of "],
    [["god"], "Did you mean good?"],
    [["--parallelism", "0"], "--parallelism 0 must be a whole number from 1"],
    [["--paralelism=2"], "Unknown option '--paralelism'"],
  ])("%j is refused: %s", async (args, message) => {
    const { code, stderr } = await deploy(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

/** Size of a folder; a link counts as itself. */
function bytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    return sum + (stat.isDirectory() ? bytes(path) : stat.isSymbolicLink() ? stat.size : statSync(path).size);
  }, 0);
}
