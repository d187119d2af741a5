import { existsSync } from "node:fs";
import { join } from "node:path";
import { TIER } from "../../lib/aws/partitions";
import type { Account } from "../../lib/config/account";
import type { ServiceRole } from "../../lib/role/service-role";
import type { Existing } from "./checks";
import { command } from "./recovery";
import { diagnosticText, type Ended, type Engine } from "./terraform";

/** How to go on after a run that was cut off: commands to paste, and when they are right. @default - nothing of the kind is seen */
export function fixFor(ended: Ended, root: string, account: Account, engine: Engine): string | undefined {
  const said = [ended.text, ...ended.errors.map(diagnosticText)].join("\n");
  const lock = heldLock(said);
  const unsaved = join(root, "errored.tfstate");
  const parts = [
    ...(lock
      ? [
          `${lock.who} has held the lock since ${lock.since}. Only when you know that this run has ended:`,
          `  ${command(engine, root, `force-unlock ${lock.id}`)}`,
        ]
      : []),
    ...(existsSync(unsaved)
      ? [
          `Terraform could not write the state. What it created is in ${unsaved}. With working credentials, run:`,
          `  ${command(engine, root, "state push errored.tfstate")}`,
          "Then delete that file.",
        ]
      : []),
  ];
  for (const [region, labels] of leftRegions(said)) {
    parts.push(
      `The last activations of ${region} left the file (${labels.join(", ")}), and the region's provider with them, which Terraform needs to ` +
        "delete them. Put them back with by_runbook: true, and deploy: that deletes them. Then remove them.",
    );
  }
  for (const { address, region } of leftTiers(said)) {
    parts.push(
      `The instance tier of ${region} left the file. Terraform would set it back to standard, and Session Manager would end on the machines there. To leave ` +
        "it as it is, take it out of the state:",
      `  ${command(engine, root, `state rm '${address}'`)}`,
      `It then costs what it did. To set it back after that: aws ssm reset-service-setting --setting-id ${TIER} --region ${region}`,
    );
  }
  const found = leftovers(said, account.serviceRole);
  if (found.length > 0) {
    parts.push(
      "If a run of this account was interrupted before it wrote its state, it left these resources. Import them:",
      ...found.map(({ address, id }) => `  ${command(engine, root, `import '${address}' '${id}'`)}`),
      "If somebody else created them, do not import them: set role.adopt, or choose another role.name.",
    );
  }
  return parts.length > 0 ? parts.join("\n") : undefined;
}

/** The lock that keeps a run out, in what an engine said. */
export function heldLock(
  said: string,
): { readonly id: string; readonly who: string; readonly since: string } | undefined {
  const [, info = ""] = said.split("Lock Info:");
  const field = (name: string) => new RegExp(`^[│ ]*${name}: *(.*?) *$`, "m").exec(info)?.[1] ?? "";
  return field("ID") === "" ? undefined : { id: field("ID"), who: field("Who"), since: field("Created") };
}

/** The regions whose provider is gone while the state has activations there, with the labels, in what an engine said. */
function leftRegions(said: string): Map<string, string[]> {
  const regions = new Map<string, string[]>();
  const oneLine = said.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  for (const [, region = "", label = ""] of oneLine.matchAll(
    /To work with aws_ssm_activation\.activations_([a-z0-9-]+)\["([^"]+)"\][^.]* its original provider configuration/g,
  )) {
    regions.set(region, [...(regions.get(region) ?? []), label]);
  }
  return regions;
}

/** The settings of the instance tier that a plan would set back, or whose provider is gone, in what an engine said. */
function leftTiers(said: string): { readonly address: string; readonly region: string }[] {
  const oneLine = said.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  const refused =
    /(?:Resource|To work with) (aws_ssm_service_setting\.instance_tier\S*\["([a-z0-9-]+)"\]) (?:has lifecycle\.prevent_destroy set|\(orphan\)|its original provider)/g;
  return [...oneLine.matchAll(refused)].map(([, address = "", region = ""]) => ({ address, region }));
}

/** What an apply was refused for, in what an engine said: a role or policy of that name is there already, and in no state. */
export function leftovers(said: string, { attached, granted }: Pick<ServiceRole, "attached" | "granted">): Existing[] {
  const exists = /creating IAM (Role|Policy) \(([^)]+)\):[^│]*?EntityAlreadyExists.*?with (aws_[^,]+),/g;
  const oneLine = said.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  return [...oneLine.matchAll(exists)].flatMap(([, kind, name = "", address = ""]) => {
    const id = kind === "Role" ? name : [...attached, ...granted].find(({ arn }) => arn.endsWith(`/${name}`))?.arn;
    return id === undefined ? [] : [{ address, id }];
  });
}
