import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request to AWS. */
export interface Call {
  /** `iam CreateRole`, `ssm CreateActivation`, `s3 PUT /bucket/key`. */
  readonly name: string;
  /** Whether it makes, changes or deletes something. */
  readonly changes: boolean;
}

/** What AWS answers. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer | string;
}

/**
 * What happens to a call: it is forwarded, as it is or with another body, answered, or held. Without a reply, the connection is cut.
 */
export type Rule = (call: Call, forward: (body?: string) => Promise<Reply>, body: string) => Promise<Reply | undefined>;

const FORWARD: Rule = (_, forward) => forward();

/** A server on a free port of loopback, between Terraform and its AWS, that can fail as AWS and the network do. */
export class FaultProxy {
  /** All calls, but for STS's, as they came. */
  readonly calls: Call[] = [];
  rule = FORWARD;

  private readonly server = createServer((incoming, response) => {
    this.answer(incoming, response).catch(() => response.destroy());
  });

  private constructor(
    private readonly emulator: string,
    private readonly ssm: string,
  ) {}

  /**
   * @param emulator - moto's endpoint
   * @param ssm - endpoint for the calls of Systems Manager
   */
  static async start(emulator: string, ssm: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(emulator, ssm);
    await once(proxy.server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forwards all calls again, and forgets those that it saw. */
  reset(): void {
    this.rule = FORWARD;
    this.calls.length = 0;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = callOf(incoming, body.toString());
    if (!call.name.startsWith("sts ")) this.calls.push(call);
    const server = call.name.startsWith("ssm ") ? this.ssm : this.emulator;
    const reply = await this.rule(call, (other) => forward(server, incoming, other ?? body), body.toString());
    if (!reply) {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  }
}

function callOf({ method = "", url = "", headers }: IncomingMessage, body: string): Call {
  const [, service = ""] = /Credential=(?:[^/]+\/){3}([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  if (service === "s3") {
    const path = url.replace(/\?.*/, "");
    return { name: `s3 ${method} ${path}`, changes: method === "PUT" || method === "DELETE" };
  }
  const target = String(headers["x-amz-target"] ?? "").split(".")[1];
  const action = target ?? new URLSearchParams(body).get("Action") ?? "";
  return { name: `${service} ${action}`, changes: service !== "sts" && !/^(Get|List|Describe)/.test(action) };
}

async function forward(
  server: string,
  { url = "", method, headers }: IncomingMessage,
  body: Buffer | string,
): Promise<Reply> {
  const length = typeof body === "string" && { "content-length": String(Buffer.byteLength(body)) };
  const forwarded = request(new URL(url, server), { method, headers: { ...headers, ...length } });
  forwarded.end(body);
  const [reply] = (await once(forwarded, "response")) as [IncomingMessage];
  return { status: reply.statusCode as number, headers: reply.headers, body: await buffer(reply) };
}

/** An error in the form of the service that was called. */
export function refusal(call: Call, status: number, code: string, message: string): Reply {
  if (call.name.startsWith("ssm ")) {
    const headers = { "content-type": "application/x-amz-json-1.1" };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = call.name.startsWith("s3 ") ? error : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}
