import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** States over HTTP as GitLab keeps them, on a free port of loopback: GET, POST and DELETE, and a lock below each, by POST and DELETE. */
export class StateServer {
  /** What is kept, by path: states, and locks that are held. */
  readonly kept = new Map<string, string>();
  /** Paths of the locks that were taken. */
  readonly locked: string[] = [];

  private readonly server = createServer(async (request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    const body = await text(request);
    const answer = (status: number, said = "") => response.writeHead(status).end(said);
    if (request.method === "GET") {
      const state = this.kept.get(path);
      return state === undefined ? answer(404) : answer(200, state);
    }
    if (request.method === "DELETE") return answer(this.kept.delete(path) ? 200 : 404);
    if (request.method !== "POST") return answer(405);
    if (path.endsWith("/lock")) {
      const holder = this.kept.get(path);
      if (holder !== undefined) return answer(423, holder);
      this.locked.push(path);
    }
    this.kept.set(path, body);
    return answer(200);
  });

  static async start(): Promise<StateServer> {
    const states = new StateServer();
    await once(states.server.listen(0, "127.0.0.1"), "listening");
    return states;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
