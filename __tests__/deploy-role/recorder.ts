import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

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

/** A server on a free loopback port between Terraform and AWS. It records every request and forwards it. */
export class Recorder {
  private recorded: Recorded[] = [];

  private readonly server = createServer(async (incoming, response) => {
    try {
      const body = await buffer(incoming);
      const { method = "", url = "/", headers } = incoming;
      const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "");
      if (!scope) throw new Error(`${method} ${url} is not signed`);
      const [, region = "", service = ""] = scope;
      const server = service === "ssm" ? this.ssm : this.emulator;
      this.recorded.push({ service, region, method, url: new URL(url, server), headers, body: body.toString() });
      const forwarded = request(new URL(url, server), { method, headers });
      forwarded.end(body);
      const [reply] = (await once(forwarded, "response")) as [IncomingMessage];
      response.writeHead(reply.statusCode as number, reply.headers).end(await buffer(reply));
    } catch {
      response.destroy();
    }
  });

  private constructor(
    private readonly emulator: string,
    private readonly ssm: string,
  ) {}

  /**
   * @param emulator - moto's endpoint
   * @param ssm - endpoint for calls of Systems Manager
   */
  static async start(emulator: string, ssm: string): Promise<Recorder> {
    const recorder = new Recorder(emulator, ssm);
    await once(recorder.server.listen(0, "127.0.0.1"), "listening");
    return recorder;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns the requests since the last call of this method. */
  take(): Recorded[] {
    const { recorded } = this;
    this.recorded = [];
    return recorded;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
