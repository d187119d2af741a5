import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** An HTTP server on a free port of the loopback interface. It answers an error in `answer` with status 500. */
export abstract class LoopbackServer {
  private readonly server = createServer((incoming, response) => {
    this.answer(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    });
  });

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  protected abstract answer(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Response of a server. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer | string;
}

/** Forwards a request to another server, with this body. */
export async function forward(
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

/** Sends a reply to the client. */
export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers).end(body);
}
