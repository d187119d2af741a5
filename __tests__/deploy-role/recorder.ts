import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { forward, LoopbackServer, send } from "../e2e/loopback-server";

/** A request to AWS. */
export interface Recorded {
  /** Service in the signature's scope: `iam`, `s3`, `ssm` or `sts`. */
  readonly service: string;
  readonly region: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A proxy between Terraform and the emulator that records every request. */
export class Recorder extends LoopbackServer {
  private recorded: Recorded[] = [];

  private constructor(
    private readonly emulator: string,
    private readonly ssm: string,
  ) {
    super();
  }

  /**
   * @param emulator - moto's endpoint
   * @param ssm - endpoint for calls of Systems Manager
   */
  static start(emulator: string, ssm: string): Promise<Recorder> {
    return new Recorder(emulator, ssm).listen();
  }

  /** Returns the requests since the last call of this method. */
  take(): Recorded[] {
    const { recorded } = this;
    this.recorded = [];
    return recorded;
  }

  protected async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = "", url = "/", headers } = incoming;
    const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "");
    if (!scope) throw new Error(`${method} ${url} is not signed`);
    const [, region = "", service = ""] = scope;
    const server = service === "ssm" ? this.ssm : this.emulator;
    this.recorded.push({ service, region, method, url: new URL(url, server), headers, body: body.toString() });
    send(response, await forward(server, incoming, body));
  }
}
