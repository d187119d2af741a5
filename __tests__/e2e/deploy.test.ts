import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CreatePolicyCommand, GetRoleCommand, UpdateRoleCommand } from "@aws-sdk/client-iam";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { engines } from "../../package.json";
import { reportRole } from "../../scripts/support/aws";
import { REPOSITORY } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { SsmApi } from "./ssm-api";
import { createStateBucket, describeInLab, programs, STATE_BUCKET, stateKeys } from "./support";

const ANY_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" }],
});
const account = (name: string, id: string, more = "") => `
  ${name}:
    id: "${id}"
    region: eu-central-1
${more}`;
const POLICY = "    policies: { own: { policy_arn: 'arn:aws:iam::{account_id}:policy/own' } }";
const fleet = (...accounts: string[]) => `
defaults:
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  state: { backend: s3, bucket: ${STATE_BUCKET}, key: "{account_name}.tfstate", region: us-east-1 }
accounts:
${accounts.join("")}
`;
const GOOD = account("good", "111111111111");
const ANOTHER = account("another", "333333333333");
const ALL = fleet(
  account("bad-state", "444444444444", "    state: { bucket: no-such-bucket-here }"),
  account("lacks-policy", "222222222222", POLICY),
  GOOD,
  ANOTHER,
);

describeInLab("npm run plan and npm run deploy", (lab) => {
  let api: SsmApi;
  const write = (yaml: string) => lab().file("deploy/accounts.yaml", yaml);
  const environment = () => ({
    ACCOUNTS_FILE: join(lab().folder, "deploy/accounts.yaml"),
    CDKTF_OUTDIR: lab().directory("deploy/cdktf.out"),
    AWS_ENDPOINT_URL_SSM: api.endpoint,
  });
  const program = (name: string, args: string[], env = {}) =>
    lab().program(`scripts/${name}.ts`, { ...environment(), ...env }, args);
  const plan = (...args: string[]) => program("plan", args);
  const deploy = (...args: string[]) => program("deploy", [...args, "--yes"]);
  const root = (name: string) => join(lab().folder, "deploy/cdktf.out/stacks", name);

  /** Runs the commands that a failed run prints, such as `terraform -chdir=… import`. */
  async function paste(said: string, pick = /^ +(terraform -chdir=.*)$/gm) {
    const commands = [...said.matchAll(pick)].map(([, command]) => command as string);
    const PATH = `${dirname(lab().env.TERRAFORM_BINARY_NAME as string)}:/usr/bin:/bin`;
    const script = commands
      .join("\n")
      .replace("force-unlock", "force-unlock -force")
      .replace("-migrate-state", "$& -force-copy");
    const { code, output } = await run("/bin/sh", ["-ec", script], { cwd: REPOSITORY, env: { ...lab().env, PATH } });
    if (code !== 0) throw new Error(`${script}:\n${output}`);
    return commands.map((command) => command.replace(/^.*?' /, ""));
  }

  beforeAll(async () => {
    await createStateBucket(lab());
    api = await SsmApi.start(lab().endpoint);
    write(ALL);
  });
  afterAll(() => api?.stop());

  test("plan changes nothing, and shows the changes of each account or why it cannot be planned", async () => {
    const { code, stdout } = await plan("--parallelism", "1");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^account +add +change +replace +destroy +import +drift$/m);
    expect(stdout).toMatch(/^good +3 +0 +0 +0 +0 +0$/m);
    expect(stdout).toMatch(
      /failed \(1\): bad-state\n {2}bad-state:\n +The state bucket no-such-bucket-here does not exist/,
    );
    expect(stdout).toContain("npm run bootstrap -- bad-state");
    expect(await stateKeys(lab())).toEqual([]);
    const saved = statSync(join(root("good"), "plan.tfplan"));
    expect(saved.mode & 0o777).toBe(0o600);
  });

  test("plan --json --detailed-exitcode exits with 2 if there are changes, like Terraform", async () => {
    const { code, stdout } = await plan("--json", "--detailed-exitcode", "good");
    expect(code).toBe(2);
    const changes = expect.arrayContaining([{ address: "aws_iam_role.this", action: "create" }]);
    expect(JSON.parse(stdout)).toEqual({
      accounts: [expect.objectContaining({ account: "good", status: "changes", add: 3, drift: 0, changes })],
    });
  });

  test("deploy applies nothing without --yes if there is no terminal", async () => {
    const { code, stderr } = await program("deploy", ["good"]);
    expect(code).toBe(1);
    expect(stderr).toContain("npm run deploy -- --yes");
    expect(await stateKeys(lab())).toEqual([]);
  });

  test("deploy continues after an account fails, even with one account at a time and one without a state", async () => {
    const { code, stdout } = await deploy("--parallelism", "1");
    expect(code).toBe(1);
    expect(stdout).toContain("4 of 4 accounts, 1 at a time");
    expect(stdout).toMatch(/^good: done, 3 added, 0 changed, 0 destroyed, \d+:\d\d$/m);
    const summary = stdout.slice(stdout.lastIndexOf("done (2)"));
    expect(summary).toMatch(/^done \(2\): good, another\nfailed \(2\): bad-state, lacks-policy\n/);
    expect(summary).toMatch(/ {2}lacks-policy: full output in .+deploy\.log\n {6}Error: attaching IAM Policy/);
    expect(summary).toContain("NoSuchEntity");
    expect(summary).toContain("npm run deploy -- bad-state lacks-policy");
    expect(await reportRole(lab(), "111111111111", "SSMServiceRole")).toMatchObject({
      arn: "arn:aws:iam::111111111111:role/SSMServiceRole",
    });
    expect(await stateKeys(lab())).toEqual(["another.tfstate", "good.tfstate", "lacks-policy.tfstate"]);
    // Plans contain the same secrets as states.
    expect(existsSync(join(root("good"), "plan.tfplan"))).toBe(false);
  });

  test("deploy skips unchanged accounts and finishes failed ones after a fix, for selected accounts", async () => {
    const iam = await lab().iam("222222222222");
    await iam.send(new CreatePolicyCommand({ PolicyName: "own", PolicyDocument: ANY_POLICY }));
    const { code, stdout } = await deploy("good", "lacks-policy");
    expect(stdout).toContain("2 of 4 accounts");
    expect(stdout).toMatch(/\n\ndone \(1\): lacks-policy\nunchanged \(1\): good\n$/);
    expect(stdout).not.toContain("good: apply");
    expect(code).toBe(0);
    expect((await reportRole(lab(), "222222222222", "SSMServiceRole")).policyArns).toEqual([
      "arn:aws:iam::222222222222:policy/own",
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
  });

  test("plan shows changes made outside Terraform, which deploy reverts, but not computed attributes", async () => {
    const iam = await lab().iam("111111111111");
    await iam.send(new UpdateRoleCommand({ RoleName: "SSMServiceRole", MaxSessionDuration: 7200 }));
    const { stdout } = await plan("good");
    expect(stdout).toMatch(/^good +0 +1 +0 +0 +0 +1$/m);
    expect(stdout).toMatch(
      /Changed outside Terraform, to be reverted:\n +good\n +update aws_iam_role.this\n +max_session_duration: 3600 -> 7200\n/,
    );
    expect((await deploy("good")).code).toBe(0);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "SSMServiceRole" }));
    expect(Role?.MaxSessionDuration).toBe(3600);
  });

  test("plan shows removed resources in full", async () => {
    write(ALL.replace(POLICY, ""));
    const { stdout } = await plan("lacks-policy");
    expect(stdout).toMatch(/^lacks-policy +0 +0 +0 +1 +0 +0$/m);
    expect(stdout).toMatch(
      /Destroyed or replaced:\n +lacks-policy\n +destroy aws_iam_role_policy_attachment\.policies\["own"\] \(.+\)\n/,
    );
    expect(stdout).toContain('policy_arn: "arn:aws:iam::222222222222:policy/own"');
    write(ALL);
  });

  test(
    "deploy replaces a role only with --replace-role for that account",
    async () => {
      const terraform = lab().env.TERRAFORM_BINARY_NAME as string;
      await run(terraform, ["taint", "aws_iam_role.this"], { cwd: root("another"), env: lab().env });
      const { code, stdout } = await deploy("another");
      expect(code).toBe(1);
      expect(stdout).toContain("npm run deploy -- another --replace-role another");
      expect(stdout).not.toContain("another: apply");
      const meant = await deploy("another", "--replace-role", "another");
      expect(meant.stdout).toMatch(/^another: done, /m);
      expect(meant.code).toBe(0);
      expect((await plan("another", "--detailed-exitcode")).code).toBe(0);
    },
    programs(20),
  );

  test(
    "deploy refuses another path under defaults in every account, and with --replace-role replaces the role with all attachments",
    async () => {
      const features = `
    cloudwatch_agent: { default: {} }
    s3_buckets: { output: { bucket: example-output, prefix: "", purpose: run_command } }`;
      const two = [account("six", "666666666666", features), account("seven", "777777777777", features)];
      write(fleet(...two));
      expect((await deploy()).code).toBe(0);
      const attached = async () => (await reportRole(lab(), "666666666666", "SSMServiceRole")).policyArns;
      const before = await attached();
      expect(before).toHaveLength(3);
      for (const [n, pingStatus] of (["Online", "ConnectionLost"] as const).entries()) {
        const id = `mi-${String(n).padStart(17, "0")}`;
        const place = { account: "666666666666", region: "eu-central-1" };
        const seen = { pingStatus, agentVersion: "3.3.1611.0", activation: "" };
        api.machines.set(id, { id, role: "SSMServiceRole", ...place, ...seen });
      }

      write(fleet(...two).replace("defaults:", "defaults:\n  role: { path: /hybrid/ }"));
      const refused = await deploy();
      expect(refused.code).toBe(1);
      expect(refused.stdout).toContain(
        "The role's path and name changed from /SSMServiceRole to /hybrid/SSMServiceRole.",
      );
      expect(refused.stdout).toContain("npm run deploy -- six --replace-role six");
      expect(refused.stdout).toContain("failed (2): six, seven");
      const use = "2 machines use the role SSMServiceRole, 1 online. They stop working when the role is replaced.";
      expect(refused.stdout).toContain(use);
      expect(refused.stdout).toContain("No machine in eu-central-1 uses the role SSMServiceRole.");
      expect(await attached()).toEqual(before);

      const meant = await deploy("six", "--replace-role", "six");
      expect(meant.stdout).toContain(use);
      expect(meant.stdout).toMatch(
        /replace aws_iam_role\.this .*\n +path: "\/" -> "\/hybrid\/" \(forces replacement\)/,
      );
      expect(meant.code).toBe(0);
      expect(await attached()).toEqual(
        before.map((arn) => arn.replace(":policy/SSMServiceRole-", ":policy/hybrid/SSMServiceRole-")),
      );
      const outputs = JSON.parse(await lab().mustTerraform(root("six"), "output", "-json"));
      expect([...outputs.attached_policy_arns.value].sort()).toEqual(await attached());
      expect((await plan("six", "--detailed-exitcode")).code).toBe(0);

      write(fleet(account("seven", "888888888888", features)));
      const moved = await deploy();
      expect(moved.code).toBe(1);
      expect(moved.stdout).toContain("The account id changed from 777777777777 to 888888888888.");
      write(ALL);
    },
    programs(40),
  );

  test(
    "deploy plans again and shows the new plan if the plan became stale",
    async () => {
      write(fleet(account("good", "111111111111", "    role: { description: changed }")));
      // Another run changes the state between plan and apply: this script replaces Terraform and makes such a run
      // before the first apply.
      const terraform = lab().env.TERRAFORM_BINARY_NAME as string;
      const stale = lab().file(
        "deploy/terraform",
        `#!/bin/sh
if [ "$1" = apply ] && [ ! -e '${lab().folder}/deploy/once' ]; then
  touch '${lab().folder}/deploy/once'
  '${terraform}' apply -auto-approve -input=false -var 'policies={}' -target=terraform_data.none >/dev/null 2>&1
  '${terraform}' taint aws_iam_role_policy_attachment.core >/dev/null
fi
exec '${terraform}' "$@"
`,
      );
      await run("/bin/chmod", ["+x", stale], { cwd: "/", env: {} });
      const { code, stdout } = await program("deploy", ["good", "--yes"], { TERRAFORM_BINARY_NAME: stale });
      expect(stdout).toContain("The state changed after the plan: good. Planning again.");
      expect(stdout).toMatch(/\n\ndone \(1\): good\n/);
      expect(code).toBe(0);
      write(ALL);
    },
    programs(20),
  );

  test(
    "deploy can read an engine that prints text, like runs in HCP Terraform",
    async () => {
      write(fleet(account("texted", "555555555555")));
      const terraform = lab().env.TERRAFORM_BINARY_NAME as string;
      const text = lab().file(
        "deploy/text",
        `#!/bin/sh\nfor one; do shift; [ "$one" = -json ] || set -- "$@" "$one"; done\nexec '${terraform}' "$@"\n`,
      );
      chmodSync(text, 0o755);
      const env = { TERRAFORM_BINARY_NAME: text };
      const { code, stdout } = await program("deploy", ["texted", "--yes"], env);
      expect(stdout).toMatch(/^texted +3 +0 +0 +0 +0 +0$/m);
      expect(stdout).toMatch(/^texted: done, 3 added, 0 changed, 0 destroyed/m);
      expect(code).toBe(0);
      write(fleet(account("texted", "555555555555", "    role: { description: other, path: /other/ }")));
      const replaced = await program("plan", ["texted", "--replace-role", "texted"], env);
      expect(replaced.stdout).toMatch(/^texted +0 +0 +3 +0 +0 +0$/m);
      write(ALL);
    },
    programs(20),
  );

  test(
    "deploy prints commands that work to recover from an interrupted run",
    async () => {
      const bucket = { Bucket: STATE_BUCKET } as const;
      const s3 = lab().s3();
      // What a killed Terraform leaves if the state is in S3: its resources, no state, and its lock.
      await s3.send(new DeleteObjectCommand({ ...bucket, Key: "another.tfstate" }));
      const lock = { ID: "00000000-1111-2222-3333-444444444444", Who: "runner@gone", Created: "2026-01-02T03:04:05Z" };
      await s3.send(new PutObjectCommand({ ...bucket, Key: "another.tfstate.tflock", Body: JSON.stringify(lock) }));

      const locked = await deploy("another");
      expect(locked.stdout).toContain("runner@gone has held the lock since 2026-01-02 03:04:05");
      expect(await paste(locked.stdout)).toEqual([`force-unlock ${lock.ID}`]);
      const exists = await deploy("another");
      expect(exists.stdout).toContain(
        "The role arn:aws:iam::333333333333:role/SSMServiceRole exists, but it is missing from the state of another.",
      );
      expect(await paste(exists.stdout, /^ +(terraform -chdir=.* import .*)$/gm)).toEqual([
        "import 'aws_iam_role.this' 'SSMServiceRole'",
      ]);
      const { code, stdout } = await deploy("another");
      expect(stdout).toMatch(/^another: done, \d added, \d changed, 0 destroyed/m);
      expect(code).toBe(0);
    },
    programs(20),
  );

  test(
    "plan and deploy print the commands that move the state of a renamed account",
    async () => {
      write(fleet(account("renamed", "111111111111", "    role: { description: changed }"), ANOTHER));
      const refused = await deploy("renamed");
      expect(refused.code).toBe(1);
      expect(refused.stdout).toContain(
        "arn:aws:iam::111111111111:role/SSMServiceRole exists, but it is missing from the state of renamed. Nothing was changed.",
      );
      expect(await paste(refused.stdout, /^ +(terraform -chdir=.* init .*)$/gm)).toEqual([
        "init -reconfigure -backend-config='key=good.tfstate'",
        "init -migrate-state",
      ]);
      const { code, stdout } = await plan("--detailed-exitcode", "renamed");
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("no changes (1): renamed") });
    },
    programs(20),
  );

  test("plan reports an account that was removed from the file, and does not change it", async () => {
    const { stdout } = await plan("renamed");
    expect(stdout).toMatch(/No longer in .+accounts\.yaml. Their roles and state files are unchanged:\n/);
    expect(stdout).toMatch(/^ {2}lacks-policy: role SSMServiceRole in account 222222222222, folder /m);
    expect(stdout).not.toMatch(/^ {2}good: role/m);
    write(ALL);
  });

  test(
    "plan prints the command for a state that moves",
    async () => {
      const elsewhere = (key: string) => write(fleet(account("another", "333333333333", `    state: { key: ${key} }`)));
      elsewhere("moved.tfstate");
      const moved = await plan("another");
      expect(moved.stdout).toContain("has a new location, which is empty. To move the state:");
      expect(await paste(moved.stdout)).toEqual(["init -migrate-state"]);
      expect((await plan("another", "--detailed-exitcode")).code).toBe(0);
      elsewhere("another.tfstate");
      const back = await plan("another");
      expect(back.stdout).toContain("has a new location, and there is already a state at this location. To use it:");
      expect(await paste(back.stdout)).toEqual(["init -reconfigure"]);
      expect((await plan("another", "--detailed-exitcode")).code).toBe(0);
      write(ALL);
    },
    programs(20),
  );

  test("deploy links one provider into all root modules, below 1 MB each, in the version of the lock file", () => {
    const provider = (name: string) => {
      const folder = join(root(name), ".terraform/providers/registry.terraform.io/hashicorp/aws");
      const version = readdirSync(folder)[0] as string;
      return join(folder, version, readdirSync(join(folder, version))[0] as string);
    };
    const [, version] =
      /version +="? *"([^"]+)"/.exec(readFileSync(join(REPOSITORY, ".terraform.lock.hcl"), "utf8")) ?? [];
    expect(provider("good")).toContain(`/aws/${version}/`);
    expect(realpathSync(provider("good"))).toBe(realpathSync(provider("another")));
    expect(bytes(root("good"))).toBeLessThan(1_000_000);
    expect(existsSync(join(lab().folder, ".cache/ssm-hybrid-service-role/providers/registry.terraform.io"))).toBe(true);
  });

  test("plan refuses a variable file next to a root module, because the report would not show its values", async () => {
    const file = join(root("good"), "x.auto.tfvars.json");
    writeFileSync(file, '{ "policies": {} }');
    const { code, stdout } = await plan("good");
    expect(code).toBe(1);
    expect(stdout).toContain("x.auto.tfvars.json, which would override the file of accounts");
    await run("/bin/rm", [file], { cwd: "/", env: {} });
  });

  test("npm run doctor makes the same checks without Terraform, and prints the versions", async () => {
    const { code, stdout } = await program("doctor", []);
    expect(code).toBe(1);
    expect(stdout).toContain(`Node.js ${process.versions.node} (needs ${engines.node})`);
    expect(stdout).toMatch(/^(Terraform|OpenTofu) \d+\.\d+\.\d+\S* at \/.+ \(needs >= 1\.10\)$/m);
    expect(stdout).toMatch(/^registry\.terraform\.io\/hashicorp\/aws \d+\.\d+\.\d+, from \.terraform\.lock\.hcl/m);
    expect(stdout).toMatch(/^no errors \(3\): lacks-policy, good, another$/m);
    expect(stdout).toMatch(/^ {2}bad-state:\n {6}The state bucket no-such-bucket-here does not exist\./m);
    expect((await program("doctor", ["good"])).code).toBe(0);
    const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    expect((await program("doctor", ["good"], nobody)).stdout).toContain("There are no AWS credentials");
  });

  test("deploy refuses credentials of another account before Terraform starts", async () => {
    write('accounts: { other: { id: "999999999999", region: eu-central-1 } }');
    const { code, stdout } = await deploy("other");
    expect(code).toBe(1);
    expect(stdout).toContain('The credentials belong to account 123456789012, but the file has id: "999999999999"');
    expect(stdout).toContain("deploy_role_arn to a role in that account: arn:aws:iam::999999999999:role/");
    expect(existsSync(join(root("other"), ".terraform"))).toBe(false);
    write(ALL);
  });

  test.each([
    [["god"], {}, "has no account god."],
    [["god"], {}, "Did you mean good?"],
    [["--parallelism", "0"], {}, "argument '0' is invalid. It must be a whole number of at least 1"],
    [["--lock-timeout", "5"], {}, "argument '5' is invalid. It must be a time such as 30s or 5m"],
    [["--paralelism=2"], {}, "(Did you mean --parallelism?)"],
    [[], { TF_WORKSPACE: "x" }, "TF_WORKSPACE is set in the environment"],
    [[], { TF_VAR_policies: "{}" }, "TF_VAR_policies is set in the environment"],
    [[], { npm_lifecycle_event: "deploy", npm_config_dry_run: "true" }, "To change nothing: npm run plan."],
  ])("deploy refuses %j with %j: %s", async (args, env, message) => {
    const { code, stderr } = await program("deploy", [...args, "--yes"], env);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

/** Returns the size of a folder. A link counts as itself. */
function bytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    return sum + (stat.isDirectory() ? bytes(path) : stat.isSymbolicLink() ? stat.size : statSync(path).size);
  }, 0);
}
