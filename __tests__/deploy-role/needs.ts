import type { Recorded } from "./recorder";

/** What IAM evaluates for a request: the action, the resource and the context keys of the request itself. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * S3 actions for requests on an object. HeadObject needs s3:GetObject:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
  DELETE: "s3:DeleteObject",
};

/**
 * Derives what IAM evaluates from requests, in order. Calls of IAM and Systems Manager have the names of their actions:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export class Needs {
  /**
   * Path of each role by name, from the request that created it. A request on a role has only its name, but IAM
   * evaluates its ARN.
   */
  private readonly paths = new Map<string, string>();
  /** KMS key of each object that was encrypted with one. */
  private readonly keys = new Map<string, string>();

  /** @param paths - paths of roles that exist before the first request */
  constructor(
    private readonly account: string,
    paths: Readonly<Record<string, string>> = {},
  ) {
    for (const [role, path] of Object.entries(paths)) this.paths.set(role, path);
  }

  of(recorded: Recorded): Need[] {
    switch (recorded.service) {
      case "iam":
        return this.ofIam(new URLSearchParams(recorded.body));
      case "ssm":
        return this.ofSsm(recorded);
      case "s3":
        return this.ofS3(recorded);
      case "secretsmanager":
        return this.ofSecretsManager(recorded);
      case "sts":
        return this.ofSts(new URLSearchParams(recorded.body).get("Action"));
      default:
        throw new Error(`This table does not know the service ${recorded.service}`);
    }
  }

  /**
   * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission. AssumeRole is for
   * the caller.
   */
  private ofSts(action: string | null): Need[] {
    if (action === "AssumeRole" || action === "GetCallerIdentity") return [];
    throw new Error(`This table does not know sts:${action}`);
  }

  private ofIam(parameters: URLSearchParams): Need[] {
    const action = `iam:${parameters.get("Action")}`;
    const of = (name: string) => parameters.get(name) ?? undefined;
    const role = of("RoleName");
    const path = of("Path");
    if (action === "iam:CreateRole" && role !== undefined) this.paths.set(role, path ?? "/");
    const context: Record<string, string> = {};
    const policyArn = of("PolicyArn");
    // PutRolePermissionsBoundary and CreateRole have the boundary as a parameter. The attach actions have the policy.
    const boundary = of("PermissionsBoundary");
    if (boundary !== undefined) context["iam:PermissionsBoundary"] = boundary;
    if (/^iam:(At|De)tach/.test(action) && policyArn !== undefined) context["iam:PolicyARN"] = policyArn;
    const resource =
      role !== undefined
        ? this.roleArn(role)
        : of("GroupName") !== undefined
          ? this.iamArn(`group/${of("GroupName")}`)
          : of("UserName") !== undefined
            ? this.iamArn(`user/${of("UserName")}`)
            : (policyArn ?? this.iamArn(`policy${path ?? "/"}${of("PolicyName")}`));
    if (resource.endsWith("undefined")) throw new Error(`${action} has no resource: ${parameters}`);
    const tagged = of("Tags.member.1.Key");
    if (tagged === undefined) return [{ action, resource, context }];
    const tag = { [`aws:RequestTag/${tagged}`]: of("Tags.member.1.Value") ?? "" };
    // Creating with tags also needs the tagging action: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html
    const tagging =
      action === "iam:CreateRole" ? "iam:TagRole" : action === "iam:CreatePolicy" ? "iam:TagPolicy" : undefined;
    const own = { action, resource, context: { ...context, ...tag } };
    return tagging === undefined ? [own] : [own, { action: tagging, resource, context: tag }];
  }

  private ofSsm({ headers, body, region }: Recorded): Need[] {
    const action = `ssm:${String(headers["x-amz-target"]).replace("AmazonSSM.", "")}`;
    const { IamRole, SettingId } = JSON.parse(body) as { IamRole?: string; SettingId?: string };
    const setting = SettingId?.startsWith("/")
      ? `arn:aws:ssm:${region}:${this.account}:servicesetting${SettingId}`
      : SettingId;
    const own = { action, resource: setting ?? "*", context: { "aws:RequestedRegion": region } };
    if (IamRole === undefined) return [own];
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    const context = { "iam:PassedToService": "ssm.amazonaws.com" };
    return [own, { action: "iam:PassRole", resource: this.iamArn(`role/${IamRole}`), context }];
  }

  /**
   * The ARN of an existing secret ends with six characters of AWS. Before that, a request has the name, or the ARN
   * without them. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
   */
  private ofSecretsManager({ headers, body, region }: Recorded): Need[] {
    const action = String(headers["x-amz-target"]).replace(".", ":");
    const { Name, SecretId, Tags } = JSON.parse(body) as { Name?: string; SecretId?: string; Tags?: unknown };
    const resource = SecretId ?? `arn:aws:secretsmanager:${region}:${this.account}:secret:${Name}-AbCdEf`;
    const own = { action, resource, context: {} };
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, "Required permissions"
    return Tags === undefined ? [own] : [own, { action: "secretsmanager:TagResource", resource, context: {} }];
  }

  private ofS3({ method, url, headers, region }: Recorded): Need[] {
    const [, bucket = "", key = ""] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (key === "") {
      // ListObjectsV2 and HeadBucket need the same action.
      const lists = method === "HEAD" || (method === "GET" && url.searchParams.get("list-type") === "2");
      if (!lists) throw new Error(`This table does not know ${method} ${url.pathname}${url.search}`);
      const prefix = url.searchParams.get("prefix");
      const context: Record<string, string> = prefix === null ? {} : { "s3:prefix": prefix };
      return [{ action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context }];
    }
    const action = OBJECT_ACTIONS[method];
    if (!action) throw new Error(`This table does not know ${method} ${url.pathname}`);
    const resource = `arn:aws:s3:::${bucket}/${key}`;
    const keyId = headers["x-amz-server-side-encryption-aws-kms-key-id"];
    if (method === "PUT" && typeof keyId === "string") this.keys.set(resource, keyId);
    const kmsKey = this.keys.get(resource);
    if (kmsKey === undefined || method === "DELETE") return [{ action, resource, context: {} }];
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    const kms = {
      action: method === "PUT" ? "kms:GenerateDataKey" : "kms:Decrypt",
      resource: kmsKey,
      context: { "kms:ViaService": `s3.${region}.amazonaws.com`, "kms:EncryptionContext:aws:s3:arn": resource },
    };
    return [{ action, resource, context: {} }, kms];
  }

  private roleArn(name: string): string {
    return this.iamArn(`role${this.paths.get(name) ?? "/"}${name}`);
  }

  private iamArn(resource: string): string {
    return `arn:aws:iam::${this.account}:${resource}`;
  }
}
