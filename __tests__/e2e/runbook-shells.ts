import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { RunbookShell } from "../../lib";
import { findTools, type ToolName } from "../../scripts/support/tools";
import { type Rule, refusal } from "./faults/fault-proxy";

/** How to run the script of a shell. */
export interface Runner {
  readonly tools: readonly ToolName[];
  readonly file: string;
  command(script: string, cwd: string): [program: string, args: string[], env: Record<string, string>];
}

export const RUNNERS: Readonly<Record<RunbookShell, Runner>> = {
  "aws-cli": {
    tools: ["aws"],
    file: "runbook.sh",
    command: (script) => [
      "/bin/sh",
      [script],
      // The output format is one of the user's settings.
      { PATH: [dirname(findTools("aws").aws), process.env.PATH].join(delimiter), AWS_DEFAULT_OUTPUT: "table" },
    ],
  },
  powershell: {
    tools: ["dotnet"],
    file: "runbook.ps1",
    command(script, cwd) {
      return powershell(`& '${script}'`, cwd);
    },
  },
};

/** A command for the PowerShell of .config/dotnet-tools.json, with the modules of ./powershell instead of AWS.Tools. */
export function powershell(command: string, cwd: string): ReturnType<Runner["command"]> {
  // Prints only the message of an exception. PowerShell would add the line of the script, and wrap it.
  const caught = `try { ${command} } catch { [Console]::Error.WriteLine($_.Exception.Message); exit 1 }`;
  const options = ["-NoProfile", "-NonInteractive", "-WorkingDirectory", cwd, "-Command", caught];
  return [
    findTools("dotnet").dotnet,
    ["tool", "run", "pwsh", "--", ...options],
    {
      PSModulePath: join(__dirname, "powershell"),
      DOTNET_CLI_HOME: process.env.DOTNET_CLI_HOME ?? homedir(),
      NUGET_PACKAGES: process.env.NUGET_PACKAGES ?? join(homedir(), ".nuget/packages"),
      DOTNET_NOLOGO: "1",
      DOTNET_CLI_TELEMETRY_OPTOUT: "1",
      POWERSHELL_TELEMETRY_OPTOUT: "1",
      POWERSHELL_UPDATECHECK: "Off",
      // .NET's debugger sockets would be files in TMPDIR.
      DOTNET_EnableDiagnostics: "0",
    },
  ];
}

/** Lists of IAM have one policy, or one kind of entity, on a page. */
export const PAGES: Rule = async ({ name }, forward, body) => {
  const parameters = new URLSearchParams(body);
  if (name === "iam ListAttachedRolePolicies") {
    parameters.set("MaxItems", "1");
    return forward(parameters.toString());
  }
  if (name !== "iam ListEntitiesForPolicy") return forward();
  // moto does not paginate this list, so each kind of entity is a page.
  const kinds = ["Group", "User", "Role"];
  const kind = parameters.get("Marker") ?? "Group";
  const next = kinds[kinds.indexOf(kind) + 1];
  parameters.delete("Marker");
  parameters.set("EntityFilter", kind);
  const reply = await forward(parameters.toString());
  const page = `<IsTruncated>${next !== undefined}</IsTruncated>${next ? `<Marker>${next}</Marker>` : ""}`;
  const text = reply.body.toString().replace(/<IsTruncated>.*?<\/IsTruncated>|<IsTruncated ?\/>/, "");
  const answer = text.replace("<ListEntitiesForPolicyResult>", `<ListEntitiesForPolicyResult>${page}`);
  expect(answer).toContain(page);
  return { status: reply.status, headers: { "content-type": "text/xml" }, body: answer };
};

/** {@link PAGES}, but IAM finds a new role or policy only at the third request. */
export function eventuallyConsistent(): Rule {
  let unseen = 0;
  return (call, forward, body) => {
    if (unseen > 0) {
      if (/^iam Get(Role|Policy)$/.test(call.name)) unseen -= 1;
      return Promise.resolve(refusal(call, 404, "NoSuchEntity", "It cannot be found."));
    }
    if (/^iam Create(Role|Policy)$/.test(call.name)) unseen = 2;
    return PAGES(call, forward, body);
  };
}

/** {@link PAGES}, but the dates of a policy's versions are in reverse order. */
export const BACKWARDS: Rule = async (call, forward, body) => {
  if (call.name !== "iam ListPolicyVersions") return PAGES(call, forward, body);
  const { status, body: answer } = await forward();
  const dated = answer.toString().replace(/<member>.*?<\/member>/gs, (version) => {
    const number = Number(/<VersionId>v([0-9]+)</.exec(version)?.[1]);
    return version.replace(/<CreateDate>[^<]*/, `<CreateDate>${2100 - number}-01-01T00:00:00Z`);
  });
  return { status, headers: { "content-type": "text/xml" }, body: dated };
};
