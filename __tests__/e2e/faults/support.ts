import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateGroupCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, NoSuchKey } from "@aws-sdk/client-s3";
import { parseAccounts } from "../../../lib/config/fleet";
import type { Existing } from "../../../scripts/support/checks";
import { leftovers } from "../../../scripts/support/fixes";
import { type Lab, S3_BY_PATH } from "../../../scripts/support/lab";
import type { Finished } from "../../../scripts/support/run";
import { FULL } from "../../full";
import { type Attachments, attachments } from "../attachments";
import { type IamState, iamState } from "../iam-state";
import { SsmApi } from "../ssm-api";
import { createStateBucket, describeInLab, STATE_BUCKET, stateKeys, synthesize } from "../support";
import { FaultProxy } from "./fault-proxy";

/** Account of the root module. */
export const ID = "111111111111";
export const ROLE = "SSMServiceRole";
/** Key of the state in its bucket. */
export const KEY = "one.tfstate";

/** Location of the root module's state. */
export type StateKind = "s3" | "local";

const STATES: Record<StateKind, string> = {
  s3: `{ backend: s3, bucket: ${STATE_BUCKET}, key: ${KEY}, region: us-east-1 }`,
  local: `{ backend: local, path: ${KEY} }`,
};

/** One account with every feature and four attachments of user_access. */
const accounts = (state: StateKind) => `
accounts:
  one:
    id: "${ID}"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::${ID}:role/TerraformDeploy
    state: ${STATES[state]}
    tags: { Owner: platform }
    directory_service: { default: {} }
    cloudwatch_agent: { default: {} }
    s3_managed_buckets: { eu-central-1: {} }
    s3_buckets: { output: { bucket: example-output, prefix: "", purpose: run_command } }
    log_groups:
      sessions: { log_group_arn: "arn:aws:logs:eu-central-1:${ID}:log-group:a", purpose: session_manager }
    policies: { patch: { policy_arn: arn:aws:iam::aws:policy/AmazonSSMPatchAssociation } }
    user_access:
      watch: { level: read_only, groups: [helpdesk], users: [auditor] }
      line: { level: operator, node_tags: {}, groups: [helpdesk], users: [auditor] }
    activations: { week: { expires_in_days: 7 } }
`;

/** A running Terraform. */
export interface Running {
  readonly finished: Promise<Finished>;
  /** Sends a signal to Terraform alone, or also to its provider. */
  signal(signal: NodeJS.Signals, to: "terraform" | "both"): void;
}

/** Resources of the root module in AWS. */
export interface Made {
  readonly iam: IamState;
  readonly attachments: Attachments;
  readonly activations: number;
}

/** The root module of one account, with its state in S3. All its calls go through a proxy. */
export class FaultyRoot {
  private constructor(
    readonly lab: Lab,
    readonly api: SsmApi,
    readonly proxy: FaultProxy,
    readonly folder: string,
    private readonly state: StateKind,
  ) {}

  static async open(lab: Lab, state: StateKind): Promise<FaultyRoot> {
    const api = await SsmApi.start(lab.endpoint);
    const proxy = await FaultProxy.start(lab.endpoint, api.endpoint);
    const folder = (await synthesize(lab, "one", accounts(state)))("one");
    const root = new FaultyRoot(lab, api, proxy, folder, state);
    await root.reset();
    await root.must("init", ...(state === "s3" ? [S3_BY_PATH] : []));
    return root;
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    await this.api.stop();
  }

  /** Resets AWS to the state bucket, the group and the user, and deletes the state. */
  async reset(): Promise<void> {
    rmSync(join(this.folder, KEY), { force: true });
    await fetch(`${this.lab.endpoint}/moto-api/reset`, { method: "POST" });
    this.api.activations.clear();
    this.proxy.reset();
    await createStateBucket(this.lab);
    const iam = await this.lab.iam(ID);
    await iam.send(new CreateGroupCommand({ GroupName: "helpdesk" }));
    await iam.send(new CreateUserCommand({ UserName: "auditor" }));
  }

  /** Returns a copy of the root module, as on a colleague's machine. */
  copy(name: string): FaultyRoot {
    const folder = this.lab.directory(name);
    cpSync(this.folder, folder, { recursive: true, verbatimSymlinks: true });
    return new FaultyRoot(this.lab, this.api, this.proxy, folder, this.state);
  }

  start(...args: readonly string[]): Running {
    const child = spawn(this.lab.env.TERRAFORM_BINARY_NAME as string, [...args], {
      cwd: this.folder,
      // A killed Terraform leaves its provider's sockets in the temporary folder.
      env: {
        ...this.lab.env,
        TMPDIR: this.lab.folder,
        AWS_ENDPOINT_URL: this.proxy.endpoint,
        TF_CLI_ARGS: "-no-color",
        TF_INPUT: "0",
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A separate process group, with the provider.
      detached: true,
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
    const all = Promise.all([ended, text(child.stdout), text(child.stderr)]);
    const finished = all.then(([code, stdout, stderr]) => ({ code, stdout, stderr, output: stdout + stderr }));
    const pid = child.pid as number;
    return { finished, signal: (signal, to) => process.kill(to === "both" ? -pid : pid, signal) };
  }

  run(...args: readonly string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  /** Returns the existing resources that a failed run reported. */
  leftovers(refused: string): Existing[] {
    const account = parseAccounts(accounts(this.state)).get("one");
    return account ? leftovers(refused, account.serviceRole) : [];
  }

  /**
   * Imports existing resources that a failed run reported, and applies. It uses import blocks, in one run;
   * `deploy.test.ts` uses the commands.
   */
  async adopt(refused: string): Promise<string> {
    const file = join(this.folder, "import.tf.json");
    const blocks = this.leftovers(refused).map(({ address, id }) => ({ to: address, id }));
    writeFileSync(file, JSON.stringify({ import: blocks }));
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
      // Moto counts a policy again if it is already attached.
      key === "AttachmentCount" ? undefined : value,
    );
    return {
      iam: JSON.parse(state),
      attachments: await attachments(await this.lab.iam(ID)),
      activations: this.api.activations.size,
    };
  }

  /**
   * Describes the state and AWS: `state 0, locked; AWS 4`. Both numbers count roles, policies, attachments and
   * activations.
   */
  async left(): Promise<string> {
    const { attachments: has, activations } = await this.made();
    const ofRoles = Object.values(has.roles).map((attached) => 1 + attached.length);
    const parts = [...ofRoles, has.policies.length, has.people.length, activations];
    const inAws = parts.reduce((sum, part) => sum + part, 0);
    const locked = (await stateKeys(this.lab)).includes(`${KEY}.tflock`) ? ", locked" : "";
    return `state ${await this.inState()}${locked}; AWS ${inAws}`;
  }

  private async inState(): Promise<number> {
    const { resources }: State = JSON.parse((await this.stateText()) || '{ "resources": [] }');
    const counted = resources.filter(({ type }) => type !== "terraform_data");
    return counted.reduce((sum, { instances }) => sum + instances.length, 0);
  }

  private async stateText(): Promise<string> {
    const file = join(this.folder, KEY);
    if (this.state === "local") return existsSync(file) ? readFileSync(file, "utf8") : "";
    try {
      const { Body } = await this.lab.s3().send(new GetObjectCommand({ Bucket: STATE_BUCKET, Key: KEY }));
      return await (Body as NonNullable<typeof Body>).transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return "";
      throw error;
    }
  }
}

interface State {
  readonly resources: readonly { readonly type: string; readonly instances: readonly unknown[] }[];
}

/** A suite with a {@link FaultyRoot}, and the resources of an undisturbed apply. */
export function describeFaults(
  name: string,
  suite: (root: () => FaultyRoot, whole: () => Made) => void,
  state: StateKind = "s3",
): void {
  describeInLab(name, (lab) => {
    let root: FaultyRoot;
    let whole: Made;
    beforeAll(async () => {
      root = await FaultyRoot.open(lab(), state);
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

/**
 * Returns the part of Terraform's output that matches a pattern, without line breaks, frames and variable ids. Throws
 * if none does.
 */
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

/** A suite that takes a quarter of an hour, so it runs only in full mode. */
export const describeFaultsInFull: typeof describeFaults = FULL
  ? describeFaults
  : (name) => describe.skip(name, () => test("only in npm run test:full", () => {}));
