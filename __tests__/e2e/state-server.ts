import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { LoopbackServer } from "./loopback-server";

/** States over HTTP, as in GitLab: GET, POST and DELETE, and a lock under each state with POST and DELETE. */
export class StateServer extends LoopbackServer {
  /** States and current locks, by path. */
  readonly kept = new Map<string, string>();
  /** Paths of all locks that were acquired. */
  readonly locked: string[] = [];

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").replace(/\?.*/, "");
    const body = await text(request);
    const answer = (status: number, said = ""): void => void response.writeHead(status).end(said);
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
    answer(200);
  }
}
