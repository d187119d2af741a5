import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** Systems Manager's managed machines, which moto lacks: each has a role, which may be changed. */
export interface MachinesApi {
  readonly endpoint: string;
  /** Names of the roles, by the machines' ids. */
  readonly roles: Map<string, string>;
  close(): Promise<void>;
}

/** Starts it on loopback. */
export async function startMachinesApi(machines: Readonly<Record<string, string>>): Promise<MachinesApi> {
  const roles = new Map(Object.entries(machines));
  const operations: Record<string, (body: Record<string, string>) => unknown> = {
    "AmazonSSM.UpdateManagedInstanceRole": ({ InstanceId = "", IamRole = "" }) => {
      if (!roles.has(InstanceId)) throw new Error("InvalidInstanceId");
      roles.set(InstanceId, IamRole);
      return {};
    },
    "AmazonSSM.DescribeInstanceInformation": () => ({
      InstanceInformationList: [...roles].map(([InstanceId, IamRole]) => ({ InstanceId, IamRole })),
    }),
  };
  const server = createServer(async (request, response) => {
    try {
      const operation = operations[String(request.headers["x-amz-target"])];
      if (!operation) throw new Error("UnknownOperationException");
      response.end(JSON.stringify(operation((await json(request)) as Record<string, string>)));
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ __type: (error as Error).message }));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, roles, close: async () => void (await once(server.close(), "close")) };
}
