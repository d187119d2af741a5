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

// Otherwise the SDK prints a warning about Node 20 in the middle of the demo's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The folder of this repository. */
export const REPOSITORY = resolve(__dirname, "../..");

/** Makes `terraform init` use path-style URLs for the state bucket: the emulator has no host name for each bucket. */
export const S3_BY_PATH = "-backend-config=use_path_style=true";

/** Account id of the emulator's own credentials. No account in the file may have it. */
export const CALLER_ACCOUNT = "123456789012";

/**
 * Runs real Terraform against an AWS emulator, in a temporary folder and a clean environment without the user's AWS and Terraform
 * settings.
 */
export class Lab {
  /** Temporary folder, which is deleted when the lab is closed. */
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
      // Otherwise the SDK warns that Node 20 is past its end of life.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }

  /**
   * Opens a lab. If the user sets AWS_ENDPOINT_URL, that emulator is used.
   * @param detached - keep the emulator running after a signal from the terminal. @default false
   * @throws MissingTools that lists the missing tools
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

  /** Whether the lab started the emulator, so that closing the lab deletes its content. */
  get isOwn(): boolean {
    return this.emulator !== undefined;
  }

  /** Number of requests to the emulator. 0 for the user's own emulator. */
  requests(): number {
    return this.emulator?.requests() ?? 0;
  }

  /** Creates a folder in the lab. */
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

  /** Terraform, as our commands run it. */
  get engine(): Engine {
    return { program: this.terraformBinary, env: this.env };
  }

  /** Runs Terraform in a folder. */
  async terraform(cwd: string, ...args: readonly string[]): Promise<Finished> {
    const finished = await run(this.terraformBinary, args, { cwd, env: this.env });
    if (args[0] === "init") forgetHashes(cwd);
    return finished;
  }

  /** Runs Terraform. Throws if it fails. */
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

  /** Runs cdktf-cli with a file of accounts and an output folder in the lab. */
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

  /** An IAM client for an account. */
  async iam(accountId: string): Promise<IAMClient> {
    return new IAMClient({ ...this.client(), credentials: await this.credentials(accountId) });
  }

  /** An S3 client with the caller's own credentials. */
  s3(): S3Client {
    return new S3Client({ ...this.client(), forcePathStyle: true });
  }

  /** An S3 client for an account. */
  async s3Of(accountId: string): Promise<S3Client> {
    return new S3Client({ ...this.client(), forcePathStyle: true, credentials: await this.credentials(accountId) });
  }

  /** Credentials for an account, in the form of the AWS SDK. */
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

  /** Stops the emulator and deletes the folder. */
  async close(): Promise<void> {
    await this.emulator?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private client() {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return { endpoint: this.endpoint, region: "us-east-1", credentials };
  }
}

/** Skips Terraform's checksum of the 700 MB provider, which takes half a second in each run. */
function forgetHashes(folder: string): void {
  const file = join(folder, ".terraform.lock.hcl");
  if (existsSync(file)) writeFileSync(file, readFileSync(file, "utf8").replace(/\n +hashes = \[[^\]]*\]/g, ""));
}

/** A mirror of the AWS provider for this engine. Both registries have the same provider. */
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

/** The user's environment without the settings for AWS, Terraform and certificates. */
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
    // Terraform and its provider run for seconds, so garbage collection costs more time than it saves. The limit is for a process that grows.
    GOGC: "off",
    GOMEMLIMIT: "4GiB",
    DISABLE_VERSION_CHECK: "1",
  };
}
