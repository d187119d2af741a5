import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Emulator, startEmulator } from "./emulator";
import { type Finished, run } from "./run";
import type { Engine } from "./terraform";
import { findProviderMirror, findTools, REGISTRIES } from "./tools";

// The SDK would warn of Node 20's age in the middle of the demo's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The folder of this repository. */
export const REPOSITORY = resolve(__dirname, "../..");

/** Makes `terraform init` address the state's bucket by its path: the emulator has no host name for each bucket. */
export const S3_BY_PATH = "-backend-config=use_path_style=true";

/** Account of the emulator's own credentials, which no account of a fleet may be. */
export const CALLER_ACCOUNT = "123456789012";

/**
 * A place to run real Terraform against an AWS emulator: a temporary folder, a clean environment that knows nothing of the
 * user's own AWS and Terraform settings, and the emulator.
 */
export class Lab {
  /** Temporary folder, gone when the lab is closed. */
  readonly folder: string;
  /** Environment of all programs that the lab runs. */
  readonly env: Readonly<Record<string, string>>;
  private readonly terraformBinary: string;

  private constructor(
    readonly endpoint: string,
    private readonly emulator: Emulator | undefined,
    base: { folder: string; env: Record<string, string>; terraform: string },
  ) {
    this.folder = base.folder;
    this.terraformBinary = base.terraform;
    this.env = {
      ...base.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
      // The SDK would warn of Node 20's age.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }

  /**
   * Opens a lab. AWS_ENDPOINT_URL given by the user wins over an emulator of our own.
   * @param detached - whether the emulator outlives a signal of the terminal. @default false
   * @throws MissingTools naming what is not installed
   */
  static async open(detached = false): Promise<Lab> {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    const { terraform, moto } = endpoint
      ? { ...findTools("terraform"), moto: undefined }
      : { ...findTools("terraform", "moto") };
    const folder = mkdtempSync(join(tmpdir(), "ssm-hybrid-service-role-"));
    try {
      const env = cleanEnvironment(folder, terraform);
      const emulator = moto ? await startEmulator(moto, env, detached) : undefined;
      return new Lab(endpoint ?? (emulator as Emulator).endpoint, emulator, { folder, env, terraform });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Whether the emulator is the lab's own, and what is in it is gone when the lab is closed. */
  get isOwn(): boolean {
    return this.emulator !== undefined;
  }

  /** Requests that the emulator has seen; 0 for a server of the user's. */
  requests(): number {
    return this.emulator?.requests() ?? 0;
  }

  /** Makes a folder in the lab. */
  directory(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Writes a file in the lab. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Terraform as the commands of this folder run it. */
  get engine(): Engine {
    return { program: this.terraformBinary, env: this.env };
  }

  /** Runs Terraform in a folder. */
  async terraform(cwd: string, ...args: readonly string[]): Promise<Finished> {
    const finished = await run(this.terraformBinary, args, { cwd, env: this.env });
    if (args[0] === "init") forgetHashes(cwd);
    return finished;
  }

  /** Runs Terraform, which must succeed. */
  async mustTerraform(cwd: string, ...args: readonly string[]): Promise<string> {
    const { code, output, stdout } = await this.terraform(cwd, ...args);
    if (code !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${output}`);
    return stdout;
  }

  /** Runs one of this repository's TypeScript programs, such as `main.ts`. */
  program(script: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<Finished> {
    const node = ["--import", "tsx", script, ...args];
    return run(process.execPath, node, { cwd: REPOSITORY, env: { ...this.env, ...env } });
  }

  /** Runs cdktf-cli, for a file of accounts and an output folder in the lab. */
  cdktf(
    args: readonly string[],
    options: { accountsFile: string; output: string; onLine?: (line: string) => void; env?: Record<string, string> },
  ): Promise<Finished> {
    const cli = join(REPOSITORY, "node_modules/cdktf-cli/bundle/bin/cdktf");
    return run(process.execPath, [cli, ...args, "--output", options.output], {
      cwd: REPOSITORY,
      env: { ...this.env, TF_CLI_ARGS_init: S3_BY_PATH, ACCOUNTS_FILE: options.accountsFile, ...options.env },
      ...(options.onLine && { onLine: options.onLine }),
    });
  }

  /** A client of IAM in an account. */
  async iam(accountId: string): Promise<IAMClient> {
    return new IAMClient({ ...this.client(), credentials: await this.credentials(accountId) });
  }

  /** A client of S3 with the caller's own credentials. */
  s3(): S3Client {
    return new S3Client({ ...this.client(), forcePathStyle: true });
  }

  /** A client of S3 in an account. */
  async s3Of(accountId: string): Promise<S3Client> {
    return new S3Client({ ...this.client(), forcePathStyle: true, credentials: await this.credentials(accountId) });
  }

  /** Credentials in an account, as the AWS SDK takes them. */
  async credentials(accountId: string) {
    const RoleArn = `arn:aws:iam::${accountId}:role/TerraformDeploy`;
    const sts = new STSClient(this.client());
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "lab" }));
    return {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    };
  }

  /** Ends the emulator and removes the folder. */
  async close(): Promise<void> {
    await this.emulator?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private client() {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return { endpoint: this.endpoint, region: "us-east-1", credentials };
  }
}

/** Terraform reads a provider of 700 MB again before each run to compare the hash in its lock file: half a second, each time. */
function forgetHashes(folder: string): void {
  const file = join(folder, ".terraform.lock.hcl");
  if (existsSync(file)) writeFileSync(file, readFileSync(file, "utf8").replace(/\n +hashes = \[[^\]]*\]/g, ""));
}

/** A mirror that has the AWS provider for this engine: the registries of both serve the same one. */
function mirrorFor(program: string, folder: string): string | undefined {
  const found = findProviderMirror();
  const [host, other] = basename(program) === "tofu" ? REGISTRIES.toReversed() : REGISTRIES;
  if (found === undefined || existsSync(join(found, host as string))) return found;
  // The engines follow links to packages, not to the folders above.
  const [from, mirror] = [join(found, other as string, "hashicorp/aws"), join(folder, "mirror")];
  for (const version of readdirSync(from)) {
    const to = join(mirror, host as string, "hashicorp/aws", version);
    mkdirSync(to, { recursive: true });
    for (const platform of readdirSync(join(from, version)))
      symlinkSync(join(from, version, platform), join(to, platform));
  }
  return mirror;
}

/** What programs need, and nothing of the user's settings of AWS, Terraform and certificates. */
function cleanEnvironment(folder: string, terraform: string): Record<string, string> {
  const mirror = mirrorFor(terraform, folder);
  const installation = mirror ? `filesystem_mirror { path = ${JSON.stringify(mirror)} }` : "direct {}";
  const configuration = join(folder, "terraform.rc");
  writeFileSync(configuration, `provider_installation {\n  ${installation}\n}\n`);
  return {
    PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    LANG: "C.UTF-8",
    TF_CLI_CONFIG_FILE: configuration,
    TF_IN_AUTOMATION: "1",
    TERRAFORM_BINARY_NAME: terraform,
    CHECKPOINT_DISABLE: "1",
    // Terraform and its provider live for seconds: to collect garbage is lost time. The limit is for one that grows.
    GOGC: "off",
    GOMEMLIMIT: "4GiB",
    DISABLE_VERSION_CHECK: "1",
  };
}
