import { existsSync } from "node:fs";
import { join } from "node:path";
import { TIER } from "../../lib/aws/partitions";
import type { Account } from "../../lib/config/account";
import type { ServiceRole } from "../../lib/role/service-role";
import type { Existing } from "./checks";
import { command } from "./recovery";
import { diagnosticText, type Ended, type Engine } from "./terraform";

/** Returns the commands that fix the effects of an interrupted run, and when to use them. `undefined` if there are none. */
export function fixFor(ended: Ended, root: string, account: Account, engine: Engine): string | undefined {
  const said = [ended.text, ...ended.errors.map(diagnosticText)].join("\n");
  const lock = heldLock(said);
  const unsaved = join(root, "errored.tfstate");
  const parts = [
    ...(lock
      ? [
          `${lock.who} has held the lock since ${lock.since}. If you know that this run has ended, release the lock:`,
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
      `The last activations of ${region} were removed from the file (${labels.join(", ")}). Terraform needs the provider of the region to ` +
        "delete them. Restore them with by_runbook: true and deploy, which deletes them. Then remove them from the file.",
    );
  }
  for (const { address, region } of leftTiers(said)) {
    parts.push(
      `The instance tier of ${region} was removed from the file. Terraform would reset it to standard, and Session Manager would stop working on the machines there. To keep ` +
        "the tier, remove it from the state:",
      `  ${command(engine, root, `state rm '${address}'`)}`,
      `The tier and its cost stay as they are. To reset the tier after that: aws ssm reset-service-setting --setting-id ${TIER} --region ${region}`,
    );
  }
  const found = leftovers(said, account.serviceRole);
  if (found.length > 0) {
    parts.push(
      "If an earlier run of this account was interrupted before it wrote the state, it created these resources. Import them:",
      ...found.map(({ address, id }) => `  ${command(engine, root, `import '${address}' '${id}'`)}`),
      "If someone else created them, do not import them. Set role.adopt, or choose another role.name.",
    );
  }
  return parts.length > 0 ? parts.join("\n") : undefined;
}

/** Reads the lock that blocked a run from the engine's output. */
export function heldLock(
  said: string,
): { readonly id: string; readonly who: string; readonly since: string } | undefined {
  const [, info = ""] = said.split("Lock Info:");
  const field = (name: string) => new RegExp(`^[│ ]*${name}: *(.*?) *$`, "m").exec(info)?.[1] ?? "";
  return field("ID") === "" ? undefined : { id: field("ID"), who: field("Who"), since: field("Created") };
}

/** Reads the regions without a provider that still have activations in the state, with the labels, from the engine's output. */
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

/** Reads the instance tiers that a plan would reset, or that have no provider, from the engine's output. */
function leftTiers(said: string): { readonly address: string; readonly region: string }[] {
  const oneLine = said.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  const refused =
    /(?:Resource|To work with) (aws_ssm_service_setting\.instance_tier\S*\["([a-z0-9-]+)"\]) (?:has lifecycle\.prevent_destroy set|\(orphan\)|its original provider)/g;
  return [...oneLine.matchAll(refused)].map(([, address = "", region = ""]) => ({ address, region }));
}

/** Reads the roles and policies that already exist outside the state from the engine's output. */
export function leftovers(said: string, { attached, granted }: Pick<ServiceRole, "attached" | "granted">): Existing[] {
  const exists = /creating IAM (Role|Policy) \(([^)]+)\):[^│]*?EntityAlreadyExists.*?with (aws_[^,]+),/g;
  const oneLine = said.replaceAll(/\s*\n[│╷╵\s]*/g, " ");
  return [...oneLine.matchAll(exists)].flatMap(([, kind, name = "", address = ""]) => {
    const id = kind === "Role" ? name : [...attached, ...granted].find(({ arn }) => arn.endsWith(`/${name}`))?.arn;
    return id === undefined ? [] : [{ address, id }];
  });
}
