import { spawn } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateGroupCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, NoSuchKey } from "@aws-sdk/client-s3";
import { type Lab, S3_BY_PATH } from "../../../scripts/support/lab";
import type { Finished } from "../../../scripts/support/run";
import { FULL } from "../../full";
import { type Attachments, attachments } from "../attachments";
import { type IamState, iamState } from "../iam-state";
import { SsmApi } from "../ssm-api";
import { createStateBucket, describeInLab, STATE_BUCKET, stateKeys, synthesize } from "../support";
import { FaultProxy } from "./fault-proxy";

/** Account of the root. */
export const ID = "111111111111";
export const ROLE = "SSMServiceRole";
/** Key of the state in its bucket. */
export const KEY = "one.tfstate";

/** One account with every feature, and four attachments to people. */
const ACCOUNTS = `
accounts:
  one:
    id: "${ID}"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::${ID}:role/TerraformDeploy
    state: { backend: s3, bucket: ${STATE_BUCKET}, key: ${KEY}, region: us-east-1 }
    tags: { Owner: platform }
    directory_service: { default: {} }
    cloudwatch_agent: { default: {} }
    s3_managed_buckets: { eu-central-1: {} }
    s3_buckets: { output: { bucket: example-output, purpose: run_command } }
    log_groups:
      sessions: { log_group_arn: "arn:aws:logs:eu-central-1:${ID}:log-group:a", purpose: session_manager }
    policies: { patch: { policy_arn: arn:aws:iam::aws:policy/AmazonSSMPatchAssociation } }
    user_access:
      watch: { level: read_only, groups: [helpdesk], users: [auditor] }
      line: { level: operator, groups: [helpdesk], users: [auditor] }
    activations: { week: { expires_in_days: 7 } }
`;

/** A Terraform that runs. */
export interface Running {
  readonly finished: Promise<Finished>;
  /** Ends it and the provider that it started, at once. */
  kill(): void;
}

/** All that an account has of the root. */
export interface Made {
  readonly iam: IamState;
  readonly attachments: Attachments;
  readonly activations: number;
}

/** The root of one account, with its state in S3, whose calls all pass through a proxy. */
export class FaultyRoot {
  private constructor(
    readonly lab: Lab,
    readonly api: SsmApi,
    readonly proxy: FaultProxy,
    readonly folder: string,
  ) {}

  static async open(lab: Lab): Promise<FaultyRoot> {
    const api = await SsmApi.start(lab.endpoint);
    const proxy = await FaultProxy.start(lab.endpoint, api.endpoint);
    const folder = (await synthesize(lab, "one", ACCOUNTS))("one");
    const root = new FaultyRoot(lab, api, proxy, folder);
    await root.reset();
    await root.must("init", S3_BY_PATH);
    return root;
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    await this.api.stop();
  }

  /** Empties AWS, but for the bucket of the states and the people. */
  async reset(): Promise<void> {
    await fetch(`${this.lab.endpoint}/moto-api/reset`, { method: "POST" });
    this.api.activations.clear();
    this.proxy.reset();
    await createStateBucket(this.lab);
    const iam = await this.lab.iam(ID);
    await iam.send(new CreateGroupCommand({ GroupName: "helpdesk" }));
    await iam.send(new CreateUserCommand({ UserName: "auditor" }));
  }

  /** The same root on the machine of a colleague. */
  copy(name: string): FaultyRoot {
    const folder = this.lab.directory(name);
    cpSync(this.folder, folder, { recursive: true, verbatimSymlinks: true });
    return new FaultyRoot(this.lab, this.api, this.proxy, folder);
  }

  start(...args: readonly string[]): Running {
    const child = spawn(this.lab.env.TERRAFORM_BINARY_NAME as string, [...args], {
      cwd: this.folder,
      env: { ...this.lab.env, AWS_ENDPOINT_URL: this.proxy.endpoint, TF_CLI_ARGS: "-no-color", TF_INPUT: "0" },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, with the provider.
      detached: true,
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
    const all = Promise.all([ended, text(child.stdout), text(child.stderr)]);
    const finished = all.then(([code, stdout, stderr]) => ({ code, stdout, stderr, output: stdout + stderr }));
    return { finished, kill: () => process.kill(-(child.pid as number), "SIGKILL") };
  }

  run(...args: readonly string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  /** Imports what a refused run found in AWS, and applies. */
  async adopt(refused: string): Promise<string> {
    const file = join(this.folder, "import.tf.json");
    writeFileSync(file, JSON.stringify({ import: importBlocks(refused) }));
    try {
      return await this.mustApply();
    } finally {
      rmSync(file);
    }
  }

  apply = () => this.run("apply", "-auto-approve");
  mustApply = () => this.must("apply", "-auto-approve");
  mustChangeNothing = () => this.must("plan", "-detailed-exitcode");

  async made(): Promise<Made> {
    const state = JSON.stringify(await iamState(this.lab, ID), (key, value) =>
      // Moto counts a policy once more that is attached already.
      key === "AttachmentCount" ? undefined : value,
    );
    return {
      iam: JSON.parse(state),
      attachments: await attachments(await this.lab.iam(ID)),
      activations: this.api.activations.size,
    };
  }

  /** What the state and AWS hold: `state 0, locked; AWS 4`. Both count roles, policies, attachments and activations. */
  async left(): Promise<string> {
    const { attachments: has, activations } = await this.made();
    const ofRoles = Object.values(has.roles).map((attached) => 1 + attached.length);
    const parts = [...ofRoles, has.policies.length, has.people.length, activations];
    const inAws = parts.reduce((sum, part) => sum + part, 0);
    const locked = (await stateKeys(this.lab)).includes(`${KEY}.tflock`) ? ", locked" : "";
    return `state ${await this.inState()}${locked}; AWS ${inAws}`;
  }

  private async inState(): Promise<number> {
    const command = new GetObjectCommand({ Bucket: STATE_BUCKET, Key: KEY });
    try {
      const { Body } = await this.lab.s3().send(command);
      const { resources }: State = JSON.parse(await (Body as NonNullable<typeof Body>).transformToString());
      const counted = resources.filter(({ type }) => type !== "terraform_data");
      return counted.reduce((sum, { instances }) => sum + instances.length, 0);
    } catch (error) {
      if (error instanceof NoSuchKey) return 0;
      throw error;
    }
  }
}

interface State {
  readonly resources: readonly { readonly type: string; readonly instances: readonly unknown[] }[];
}

/** A suite with a {@link FaultyRoot}, and what its account has after an apply that nothing disturbs. */
export function describeFaults(name: string, suite: (root: () => FaultyRoot, whole: () => Made) => void): void {
  describeInLab(name, (lab) => {
    let root: FaultyRoot;
    let whole: Made;
    beforeAll(async () => {
      root = await FaultyRoot.open(lab());
      await root.mustApply();
      whole = await root.made();
    });
    afterAll(() => root?.close());
    suite(
      () => root,
      () => whole,
    );
  });
}

/** Terraform's words that a pattern finds, which must be there: without its line breaks, bars and ids of the moment. */
export function words(output: string, pattern: RegExp): string {
  const line = output.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  const [found] = pattern.exec(line) ?? [];
  if (!found) throw new Error(`${pattern} is not in:\n${output}`);
  return found
    .replaceAll(/RequestID: [^,]*, /g, "")
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "<id>")
    .replaceAll(/http:\/\/127[.]0[.]0[.]1:\d+/g, "https://iam.amazonaws.com")
    .trim();
}

/** A suite that takes minutes: of full mode only. */
export const describeFaultsInFull: typeof describeFaults = FULL
  ? describeFaults
  : (name) => describe.skip(name, () => test("only with TEST_FULL=1", () => {}));

/** The lock that keeps a run out. */
export function lockId(output: string): string | undefined {
  return /Lock Info:\s+ID: +(\S+)/.exec(output.replaceAll(/[│╷╵]/g, ""))?.[1];
}

/** What AWS has and the state does not, as far as a run was refused for its sake: as `import` blocks for the root. */
export function importBlocks(output: string): { readonly to: string; readonly id: string }[] {
  const line = output.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  const exists = /creating IAM (Role|Policy) \(([^)]+)\):[^│]*?EntityAlreadyExists.*?with (aws_[^,]+),/g;
  return [...line.matchAll(exists)].map(([, kind, name, to]) => ({
    to: to as string,
    id: kind === "Role" ? (name as string) : `arn:aws:iam::${ID}:policy/${name}`,
  }));
}
