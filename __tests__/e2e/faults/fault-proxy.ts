import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { forward, LoopbackServer, type Reply, send } from "../loopback-server";

/** A request to AWS. */
export interface Call {
  /** `iam CreateRole`, `ssm CreateActivation`, `s3 PUT /bucket/key`. */
  readonly name: string;
  /** Whether it creates, changes or deletes something. */
  readonly changes: boolean;
}

/**
 * Decides what happens to a call. It can forward the call, also with another body, answer it, or delay it. Without a
 * reply, the connection is cut.
 */
export type Rule = (call: Call, forward: (body?: string) => Promise<Reply>, body: string) => Promise<Reply | undefined>;

const FORWARD: Rule = (_, forward) => forward();

/** A proxy between Terraform and the emulator that simulates errors of AWS and the network. */
export class FaultProxy extends LoopbackServer {
  /** All calls except those to STS, in order. */
  readonly calls: Call[] = [];
  rule = FORWARD;

  private constructor(
    private readonly emulator: string,
    private readonly ssm: string,
  ) {
    super();
  }

  /**
   * @param emulator - moto's endpoint
   * @param ssm - endpoint for calls to Systems Manager
   */
  static start(emulator: string, ssm: string): Promise<FaultProxy> {
    return new FaultProxy(emulator, ssm).listen();
  }

  /** Forwards all calls again, and clears the list of calls. */
  reset(): void {
    this.rule = FORWARD;
    this.calls.length = 0;
  }

  protected async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = callOf(incoming, body.toString());
    if (!call.name.startsWith("sts ")) this.calls.push(call);
    const server = call.name.startsWith("ssm ") ? this.ssm : this.emulator;
    const reply = await this.rule(call, (other) => forward(server, incoming, other ?? body), body.toString());
    if (reply) send(response, reply);
    else response.destroy();
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

/** An error in the format of the called service. */
export function refusal(call: Call, status: number, code: string, message: string): Reply {
  if (call.name.startsWith("ssm ")) {
    const headers = { "content-type": "application/x-amz-json-1.1" };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = call.name.startsWith("s3 ") ? error : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}
