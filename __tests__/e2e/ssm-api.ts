import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { LoopbackServer } from "./loopback-server";

/** An activation. Dates are in milliseconds. */
export interface Activation extends Place {
  readonly id: string;
  readonly code: string;
  /** Path and name of the role, without the leading slash. */
  readonly role: string;
  readonly description: string | undefined;
  readonly instanceName: string;
  readonly limit: number;
  /** Number of machines that have registered with it. */
  readonly registrations: number;
  readonly created: number;
  readonly expires: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A registered machine outside AWS. */
export interface Machine extends Place {
  readonly id: string;
  /** Name with or without the path, as the agent or UpdateManagedInstanceRole sent it. */
  readonly role: string;
  readonly pingStatus: "Online" | "ConnectionLost" | "Inactive";
  readonly agentVersion: string;
  /** ID of the activation. */
  readonly activation: string;
}

/** Input of CreateActivation, as in botocore's `service-2.json` of ssm. Dates are in seconds. */
interface CreateActivation {
  readonly IamRole?: string;
  readonly Description?: string;
  readonly DefaultInstanceName?: string;
  readonly RegistrationLimit?: number;
  readonly ExpirationDate?: number;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

interface Paged {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

interface DescribeActivations extends Paged {
  readonly Filters?: readonly { readonly FilterKey: string; readonly FilterValues: readonly string[] }[];
}

interface DescribeInstanceInformation extends Paged {
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
}

/** Account and region. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** Returns a page of a list. The token is the index of the next page. */
function page<One>(all: readonly One[], { MaxResults = 50, NextToken = "0" }: Paged) {
  const start = Number(NextToken);
  const end = start + MaxResults;
  return { found: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html */
const TIER = "/ssm/managed-instance/activation-tier";

function isIn(one: Place, { account, region }: Place): boolean {
  return one.account === account && one.region === region;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * The parts of Systems Manager that moto lacks, on a free loopback port: activations, machines, and the tier. Requests
 * and responses have the shapes of botocore's `service-2.json`. It refuses what AWS refuses, and reads the role from
 * moto's IAM, in the caller's account.
 */
export class SsmApi extends LoopbackServer {
  /** All activations, by id. */
  readonly activations = new Map<string, Activation>();
  /** All machines, by id. */
  readonly machines = new Map<string, Machine>();
  /** Tiers other than `standard`, by `<account>/<region>`. */
  readonly tiers = new Map<string, string>();
  /** Operations that are refused, like those of a caller without the permission. */
  readonly denied = new Set<string>();
  /**
   * Calls that created or deleted an activation, or were refused because of the role: `CreateActivation <path and name
   * of the role>`.
   */
  readonly calls: string[] = [];
  /** Number of CreateActivation calls that do not find the role yet, as while IAM propagates a new one. */
  failures = 0;

  private constructor(private readonly emulator: string) {
    super();
  }

  /** @param emulator - moto's endpoint */
  static start(emulator: string): Promise<SsmApi> {
    return new SsmApi(emulator).listen();
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.end(JSON.stringify(await this.result(request)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      response.writeHead(400).end(JSON.stringify({ __type: error.type, message: error.message }));
    }
  }

  private async result(request: IncomingMessage): Promise<unknown> {
    const input = (await json(request)) as object;
    // Moto identifies accounts only by the access key.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html:
    // <key>/<date>/<region>/<service>/aws4_request
    const [, accessKeyId = "", region = ""] =
      /Credential=([^/]+)\/[0-9]+\/([^/]+)/.exec(request.headers.authorization ?? "") ?? [];
    const credentials = { accessKeyId, secretAccessKey: "test" };
    const client = { endpoint: this.emulator, region: "us-east-1", credentials };
    const iam = new IAMClient(client);
    const { Account: account = "" } = await new STSClient(client).send(new GetCallerIdentityCommand());
    const target = request.headers["x-amz-target"];
    const operation = String(target).replace("AmazonSSM.", "");
    const place = { account, region };
    if (this.denied.has(operation)) {
      throw new Refused("AccessDeniedException", `User is not authorized to perform: ssm:${operation}`);
    }
    switch (operation) {
      case "CreateActivation":
        return this.create(input, place, iam);
      case "DescribeActivations":
        return this.describe(input, place);
      case "DeleteActivation":
        return this.delete(input, place, iam);
      case "DescribeInstanceInformation":
        return this.describeMachines(input, place);
      case "UpdateManagedInstanceRole":
        return this.updateRole(input, place);
      case "GetServiceSetting":
      case "UpdateServiceSetting":
      case "ResetServiceSetting":
        return this.setting(operation, input, place);
      default:
        throw new Refused("UnknownOperationException", String(target));
    }
  }

  private describeMachines({ Filters = [], ...paged }: DescribeInstanceInformation, place: Place): unknown {
    const unknown = Filters.find(({ Key, Values }) => Key !== "ResourceType" || String(Values) !== "ManagedInstance");
    if (unknown) throw new Refused("InvalidFilterKey", unknown.Key);
    const { found, ...next } = page(
      [...this.machines.values()].filter((one) => isIn(one, place)),
      paged,
    );
    return {
      InstanceInformationList: found.map(({ id, role, pingStatus, agentVersion, activation }) => ({
        InstanceId: id,
        IamRole: role,
        PingStatus: pingStatus,
        LastPingDateTime: Date.UTC(2026, 10, 27) / 1000,
        AgentVersion: agentVersion,
        ActivationId: activation,
        ResourceType: "ManagedInstance",
        PlatformType: "Linux",
        PlatformName: "Debian GNU/Linux",
        PlatformVersion: "12",
        ComputerName: `${id}.example.com`,
      })),
      ...next,
    };
  }

  private updateRole(
    { InstanceId = "", IamRole = "" }: { InstanceId?: string; IamRole?: string },
    place: Place,
  ): object {
    const found = this.machines.get(InstanceId);
    if (!found || !isIn(found, place)) throw new Refused("InvalidInstanceId", InstanceId);
    this.machines.set(InstanceId, { ...found, role: IamRole });
    return {};
  }

  private setting(
    operation: string,
    { SettingId = "", SettingValue = "" }: { SettingId?: string; SettingValue?: string },
    { account, region }: Place,
  ): unknown {
    if (!SettingId.endsWith(TIER)) throw new Refused("ServiceSettingNotFound", SettingId);
    const place = `${account}/${region}`;
    if (operation === "UpdateServiceSetting") {
      this.calls.push(`UpdateServiceSetting ${region} ${SettingValue}`);
      this.tiers.set(place, SettingValue);
      return {};
    }
    if (operation === "ResetServiceSetting") {
      this.calls.push(`ResetServiceSetting ${region}`);
      this.tiers.delete(place);
    }
    const tier = this.tiers.get(place);
    return {
      ServiceSetting: {
        SettingId: TIER,
        SettingValue: tier ?? "standard",
        ARN: `arn:aws:ssm:${region}:${account}:servicesetting${TIER}`,
        Status: tier === undefined ? "Default" : "Customized",
      },
    };
  }

  private async create(input: CreateActivation, place: Place, iam: IAMClient): Promise<unknown> {
    const { IamRole: role = "", Description: description, DefaultInstanceName: instanceName = "" } = input;
    const { RegistrationLimit: limit = 1, Tags = [] } = input;
    const created = Date.now();
    const expires = input.ExpirationDate === undefined ? created + DAY : input.ExpirationDate * 1000;
    mustBeAtMost(64, "iamRole", role);
    mustBeAtMost(256, "description", description ?? "");
    mustBeName("defaultInstanceName", instanceName, 256);
    for (const { Key, Value } of Tags) {
      mustBeName("tags.key", Key, 128);
      mustBeName("tags.value", Value, 256);
    }
    must(limit >= 1, "registrationLimit", limit, "have value greater than or equal to 1");
    must(limit <= 1000, "registrationLimit", limit, "have value less than or equal to 1000");
    must(expires > created && expires <= created + 30 * DAY, "expirationDate", expires, "be in the next 30 days");

    this.calls.push(`CreateActivation ${role}`);
    const spread = this.failures === 0;
    if (!spread) this.failures -= 1;
    if (!spread || !(await hasRole(role, iam))) {
      const message = "Nonexistent role or missing ssm service principal in trust policy";
      throw new Refused("ValidationException", `${message}: ${role}`);
    }
    const id = randomUUID();
    // Long enough to be unique in any text.
    const code = `code/${randomBytes(16).toString("hex")}`;
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
    const machines = { instanceName, limit, registrations: 0 };
    this.activations.set(id, { id, code, ...place, role, description, ...machines, created, expires, tags });
    return { ActivationId: id, ActivationCode: code };
  }

  private describe({ Filters = [], ...paged }: DescribeActivations, place: Place): unknown {
    const unknown = Filters.find(({ FilterKey }) => FilterKey !== "ActivationIds");
    if (unknown) throw new Refused("InvalidFilter", unknown.FilterKey);
    const { found, ...next } = page(
      [...this.activations.values()].filter(
        (one) => isIn(one, place) && Filters.every(({ FilterValues }) => FilterValues.includes(one.id)),
      ),
      paged,
    );
    return {
      ActivationList: found.map(
        ({ id, role, description, instanceName, limit, registrations, created, expires, tags }) => ({
          ActivationId: id,
          Description: description,
          DefaultInstanceName: instanceName,
          IamRole: role,
          RegistrationLimit: limit,
          RegistrationsCount: registrations,
          ExpirationDate: expires / 1000,
          Expired: expires <= Date.now(),
          CreatedDate: created / 1000,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
      ...next,
    };
  }

  private async delete(
    { ActivationId = "" }: { ActivationId?: string },
    place: Place,
    iam: IAMClient,
  ): Promise<unknown> {
    const found = this.activations.get(ActivationId);
    if (!found || !isIn(found, place))
      throw new Refused("InvalidActivation", `There is no activation ${ActivationId}.`);
    const there = await hasRole(found.role, iam);
    this.calls.push(`DeleteActivation ${there ? found.role : "after its role"}`);
    this.activations.delete(ActivationId);
    return {};
  }
}

/** Whether IAM has a role with this path and name that trusts Systems Manager. */
async function hasRole(role: string, iam: IAMClient): Promise<boolean> {
  const RoleName = role.slice(role.lastIndexOf("/") + 1);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName })).catch(() => ({ Role: undefined }));
  const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
  return `${Role?.Path}${RoleName}` === `/${role}` && trust.includes('"ssm.amazonaws.com"');
}

/** An error of AWS, with the type that clients read. */
class Refused extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

function must(holds: boolean, field: string, value: unknown, rule: string): void {
  if (holds) return;
  const error = `Value '${value}' at '${field}' failed to satisfy constraint: Member must ${rule}`;
  throw new Refused("ValidationException", `1 validation error detected: ${error}`);
}

function mustBeAtMost(length: number, field: string, value: string): void {
  must(value.length <= length, field, value, `have length less than or equal to ${length}`);
}

function mustBeName(field: string, value: string, length: number): void {
  mustBeAtMost(length, field, value);
  const pattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  must(pattern.test(value), field, value, `satisfy regular expression pattern: ${pattern.source}`);
}
