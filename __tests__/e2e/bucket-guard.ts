import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { CALLER_ACCOUNT } from "../../scripts/support/lab";
import { forward, LoopbackServer, send } from "./loopback-server";

interface Caller {
  readonly account: string;
  /** ARN of the session or user. */
  readonly principal: string;
  /** Value of `aws:PrincipalArn`: the role of a session. */
  readonly arn: string;
}

interface Bucket {
  readonly account: string;
  policy?: Buffer;
}

const NOBODY = `arn:aws:iam::${CALLER_ACCOUNT}:user/caller`;
const LISTING = /^(list-type|prefix|delimiter|max-keys|continuation-token|encoding-type|x-id)$/;

/**
 * A proxy between Terraform and moto that enforces bucket policies. moto denies every request if a bucket policy
 * contains any denial, regardless of its conditions, and ignores the expected bucket owner. The guard stores the
 * policies and evaluates them with iam-simulate, for a caller whose own policies allow all of S3. It forwards
 * everything else to moto.
 */
export class BucketGuard extends LoopbackServer {
  private readonly callers = new Map<string, Caller>();
  private readonly buckets = new Map<string, Bucket>();

  private constructor(private readonly moto: string) {
    super();
  }

  /** @param moto - the emulator's endpoint */
  static start(moto: string): Promise<BucketGuard> {
    return new BucketGuard(moto).listen();
  }

  protected async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { callers, buckets, moto } = this;
    const body = await buffer(incoming);
    const { pathname, searchParams } = new URL(incoming.url as string, moto);
    const [, name = "", ...rest] = pathname.split("/").map(decodeURIComponent);
    const key = rest.join("/");
    const { method = "", headers } = incoming;
    const [, accessKey = ""] = /Credential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const caller = callers.get(accessKey) ?? { account: CALLER_ACCOUNT, principal: NOBODY, arn: NOBODY };
    const bucket = buckets.get(name);
    const subresource = key === "" && [...searchParams.keys()].some((query) => !LISTING.test(query));
    if (bucket) {
      const owner = headers["x-amz-expected-bucket-owner"] ?? bucket.account;
      const action = actionOf(method, key, subresource, searchParams);
      const resource = `arn:aws:s3:::${name}${key && `/${key}`}`;
      if (owner !== bucket.account || !(await isAllowed(caller, bucket, action, resource))) {
        response.writeHead(403, { "content-type": "application/xml" });
        response.end(`<Error><Code>AccessDenied</Code><Message>${caller.arn} ${action} ${resource}</Message></Error>`);
        return;
      }
      if (searchParams.has("policy") && (method === "PUT" || bucket.policy)) {
        if (method === "PUT") bucket.policy = body;
        if (method === "DELETE") delete bucket.policy;
        response.writeHead(method === "GET" ? 200 : 204);
        response.end(method === "GET" ? bucket.policy : undefined);
        return;
      }
    }
    const reply = await forward(moto, incoming, body);
    if (method === "PUT" && name && !key && !subresource && !bucket && reply.status === 200) {
      buckets.set(name, { account: caller.account });
    }
    const role = new URLSearchParams(body.toString()).get("RoleArn");
    if (name === "" && role !== null) {
      const [, id = ""] = /<AccessKeyId>(.+?)<\/AccessKeyId>/.exec(reply.body.toString()) ?? [];
      const [, , , , account = ""] = role.split(":");
      const principal = `arn:aws:sts::${account}:assumed-role/${role.split("/").at(-1)}/session`;
      callers.set(id, { account, principal, arn: role });
    }
    send(response, reply);
  }
}

/** Returns the action of a request. One read action and one write action represent all bucket settings. */
function actionOf(method: string, key: string, subresource: boolean, query: URLSearchParams): string {
  const reads = method === "GET" || method === "HEAD";
  if (key !== "") {
    const version = query.has("versionId") ? "Version" : "";
    if (method === "DELETE") return `s3:DeleteObject${version}`;
    return reads ? `s3:GetObject${version}` : "s3:PutObject";
  }
  if (subresource) return reads ? "s3:GetBucketPolicy" : "s3:PutBucketPolicy";
  if (reads) return "s3:ListBucket";
  return method === "DELETE" ? "s3:DeleteBucket" : "s3:CreateBucket";
}

async function isAllowed(caller: Caller, bucket: Bucket, action: string, resource: string): Promise<boolean> {
  const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
  const result = await runSimulation(
    {
      request: {
        principal: caller.principal,
        action,
        resource: { resource, accountId: bucket.account },
        contextVariables: { "aws:PrincipalArn": caller.arn, "aws:SecureTransport": "true" },
      },
      identityPolicies: [{ name: "all of S3", policy: { Version: "2012-10-17", Statement } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(bucket.policy && { resourcePolicy: JSON.parse(bucket.policy.toString()) }),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(JSON.stringify(result.errors));
  return result.overallResult === "Allowed";
}
