import {
  GetServiceSettingCommand,
  paginateDescribeActivations,
  paginateDescribeInstanceInformation,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { TIER } from "../../lib/aws/partitions";
import type { Account } from "../../lib/config/account";
import { regionsOf } from "../../lib/features/activations";
import { clientSettings } from "./access";
import { type Caller, callerOnce, failure, ownCredentials } from "./checks";

/** A machine outside AWS, as Systems Manager returns it. */
export interface Machine {
  readonly id: string;
  /** @default - none */
  readonly name?: string | undefined;
  /** Name of its role, without the path. */
  readonly role: string;
  readonly pingStatus: "Online" | "ConnectionLost" | "Inactive";
  /** RFC 3339, in UTC. */
  readonly lastPing?: string | undefined;
  readonly agentVersion: string;
  readonly platform: string;
  /** ID of the activation that it registered with. */
  readonly activation: string;
}

/** An activation, as Systems Manager returns it. */
export interface ActivationFound {
  readonly id: string;
  readonly description: string;
  readonly defaultInstanceName: string;
  readonly registered: number;
  readonly limit: number;
  /** RFC 3339, in UTC. */
  readonly expires: string;
  readonly expired: boolean;
}

/** Machines and activations in one region of an account. */
export interface RegionFound {
  readonly region: string;
  readonly tier: string;
  /** All machines in the region, with any role. */
  readonly machines: readonly Machine[];
  /** Activations with the service role of the account. */
  readonly activations: readonly ActivationFound[];
}

/** Reads machines and activations from Systems Manager in each region that the file uses for an account. */
export async function askSystemsManager(account: Account, caller: Caller): Promise<RegionFound[]> {
  const clients = await clientsOf(account, caller);
  return Promise.all(
    clients.map(async ([region, client]) => {
      const [tier, machines, activations] = await Promise.all([
        client.send(new GetServiceSettingCommand({ SettingId: TIER })),
        machinesOf(client),
        activationsOf(client, account.serviceRole.identity.name),
      ]);
      return { region, tier: tier.ServiceSetting?.SettingValue ?? "standard", machines, activations };
    }),
  );
}

/**
 * Returns how many machines use a role that would be replaced, in all regions that the file uses for the account.
 * @param role - name of the role, which may differ from the name in the file
 */
export async function roleUse(account: Account, role: string): Promise<string> {
  const { name, fields } = account;
  try {
    const clients = await clientsOf(account, callerOnce());
    const all = (await Promise.all(clients.map(([, client]) => machinesOf(client)))).flat();
    const machines = all.filter((one) => one.role === role);
    if (machines.length === 0) return `No machine in ${regionsOf(fields).join(", ")} uses the role ${role}.`;
    const online = machines.filter(({ pingStatus }) => pingStatus === "Online").length;
    const [many, use] = machines.length === 1 ? ["1 machine", "uses"] : [`${machines.length} machines`, "use"];
    return `${many} ${use} the role ${role}, ${online} online. They stop working when the role is replaced. To list them: npm run status -- ${name} --json`;
  } catch (error) {
    const { error: wrong, warning } = failure(error);
    return `The machines that use the role ${role} could not be counted: ${wrong ?? warning}`;
  }
}

async function clientsOf(account: Account, caller: Caller) {
  const { fields } = account;
  const credentials = await ownCredentials(account, caller);
  return regionsOf(fields).map(
    (region) => [region, new SSMClient({ ...clientSettings({ ...fields, region }), ...credentials })] as const,
  );
}

async function machinesOf(client: SSMClient): Promise<Machine[]> {
  const Filters = [{ Key: "ResourceType", Values: ["ManagedInstance"] }];
  const machines: Machine[] = [];
  for await (const page of paginateDescribeInstanceInformation({ client, pageSize: 50 }, { Filters })) {
    for (const one of page.InstanceInformationList ?? []) {
      machines.push({
        id: String(one.InstanceId),
        name: one.Name || one.ComputerName,
        role: nameOf(one.IamRole),
        pingStatus: one.PingStatus ?? "Inactive",
        lastPing: one.LastPingDateTime?.toISOString(),
        agentVersion: one.AgentVersion ?? "unknown",
        platform: [one.PlatformName ?? one.PlatformType, one.PlatformVersion].filter(Boolean).join(" "),
        activation: one.ActivationId ?? "",
      });
    }
  }
  return machines;
}

async function activationsOf(client: SSMClient, role: string): Promise<ActivationFound[]> {
  const found: ActivationFound[] = [];
  for await (const page of paginateDescribeActivations({ client, pageSize: 50 }, {})) {
    for (const one of page.ActivationList ?? []) {
      if (nameOf(one.IamRole) !== role) continue;
      found.push({
        id: String(one.ActivationId),
        description: one.Description ?? "",
        defaultInstanceName: one.DefaultInstanceName ?? "",
        registered: one.RegistrationsCount ?? 0,
        limit: one.RegistrationLimit ?? 1,
        expires: one.ExpirationDate?.toISOString() ?? "",
        expired: one.Expired ?? false,
      });
    }
  }
  return found;
}

/** Returns the name of a role. Systems Manager stores it with or without its path, as it was given. Names are unique in an account. */
function nameOf(role = ""): string {
  return role.slice(role.lastIndexOf("/") + 1);
}
