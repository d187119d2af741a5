import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { Language, type Node, Parser } from "web-tree-sitter";
import type { AccountProps } from "../../lib";
import { FEATURES } from "../../lib/features/features";
import { HIDDEN_CHARACTERS } from "../../lib/input/errors";
import { camelName } from "../../lib/input/names";
import { ACTIVATION_DESCRIPTION, ROLE_DESCRIPTION, type Rule } from "../../lib/input/rules";
import { report } from "../../lib/report/page";
import { readRoot } from "../../lib/report/read";
import { activationRunbook, runbook } from "../../lib/runbook/runbook";
import { FULL } from "../full";
import { FULL as FULL_ACCOUNT } from "../runbook/support";
import { synthAccount } from "../support";
import { spoilt, validAccount } from "./fleet";
import { hostileTexts } from "./hostile";
import { type Cases, holdsFor } from "./property";
import { readText, textsIn } from "./support";
import { foreignTemplates } from "./templates";

/** Returns hostile strings that a description may contain. */
const describedBy = ({ pattern }: Rule) =>
  fc.constantFrom(
    ...hostileTexts(
      (text) => pattern.test(text) && !/[$%]\{|__proto__|TfToken/.test(text) && !HIDDEN_CHARACTERS.test(text),
    ),
  );

/** An account with hostile descriptions of its role and an activation, and with at most one more field spoilt. */
const hostileAccount = fc
  .tuple(spoilt(validAccount, 1), describedBy(ROLE_DESCRIPTION), describedBy(ACTIVATION_DESCRIPTION))
  .map(([account, ofRole, ofActivation]) => ({
    ...(account as object),
    role: { description: ofRole },
    activations: { hostile: { description: ofActivation } },
  }));

/** Expects that something holds for all accepted accounts, and that enough accounts are accepted. */
function holdsForAccepted(cases: Cases, holds: (account: AccountProps) => void): void {
  let accepted = 0;
  holdsFor(hostileAccount, cases, (fields) => {
    const fleet = readText(JSON.stringify({ accounts: { a: fields } }, null, 1));
    if (!(fleet instanceof Map)) return;
    accepted += 1;
    holds(fleet.get("a") as AccountProps);
  });
  expect(accepted).toBeGreaterThan((FULL ? cases.full : cases.sample) / 5);
}

test("a root module contains only our own templates, and each string of the file unchanged", () => {
  holdsForAccepted({ sample: 30, full: 3_000 }, (account) => {
    const root = synthAccount(account);
    expect(foreignTemplates(root)).toEqual([]);
    const found = new Set(textsIn(root));
    // The role of npm run bootstrap is in no root module.
    const state = { ...account.state, bootstrapRoleArn: undefined };
    const { trust, ...rest } = { ...account, state };
    const maps = [rest.tags, ...Object.keys(FEATURES).map((name) => rest[camelName(name) as keyof typeof rest])];
    const labels = maps.flatMap((map) => Object.keys(map ?? {}));
    expect([...labels, ...values(rest)].filter((text) => !found.has(text))).toEqual([]);
    const policy = JSON.stringify((root as Root).resource.aws_iam_role.this.assume_role_policy);
    expect(
      values(trust?.conditions ? trust.regions : trust?.servicePrincipal).filter((text) => !policy.includes(text)),
    ).toEqual([]);
  });
});

test("a report contains only our own markup", () => {
  const page = (root: unknown) => report([readRoot("a", root)], "2026-01-02T03:04Z").page;
  const full = page(synthAccount(FULL_ACCOUNT));
  const tags = (text: string) => new Set(text.match(/<[^\s>]*/g));
  const ours = tags(full);
  holdsForAccepted({ sample: 20, full: 500 }, (account) => {
    const text = page(synthAccount(account));
    expect([...tags(text)].filter((tag) => !ours.has(tag))).toEqual([]);
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});

/** Words that show that a string is outside its quotes in a script. */
const ESCAPED = /owned|alert/;

test("a script for a POSIX shell keeps each string in quotes", () => {
  holdsForAccepted({ sample: 20, full: 500 }, (account) => {
    for (const script of [runbook("a", account), activationRunbook("a", account, "hostile")]) {
      const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const unquoted = script
        .replaceAll(/<< 'EOF'\n(.|\n)*?\nEOF\n/g, "\n")
        .replaceAll(/^#.*$/gm, "")
        .replaceAll(/'[^']*'/g, "");
      expect(unquoted).not.toMatch(ESCAPED);
    }
  });
});

test("a script for PowerShell keeps each string in quotes", async () => {
  // Otherwise V8 optimizes the grammar for ten seconds after the last test, and delays the end of the process.
  setFlagsFromString("--liftoff-only");
  await Parser.init();
  const parser = new Parser();
  const grammar = readFileSync(require.resolve("tree-sitter-powershell/tree-sitter-powershell.wasm"));
  parser.setLanguage(await Language.load(grammar));
  holdsForAccepted({ sample: 6, full: 300 }, (account) => {
    for (const script of [
      runbook("a", account, "powershell"),
      activationRunbook("a", account, "hostile", "powershell"),
    ]) {
      const tree = parser.parse(script);
      const root = tree?.rootNode as Node;
      expect(root.hasError).toBe(false);
      const commands = root.descendantsOfType("command_name").map((node) => node?.text);
      expect(
        commands.filter((name) => !/^([A-Z][A-Za-z]+-[A-Za-z]+|is|\$Read)$/.test(name ?? "") || name === "Remove-Item"),
      ).toEqual([]);
      tree?.delete();
    }
  });
  parser.delete();
});

/** Returns every string in a value that is not a key. */
function values(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : [];
}

interface Root {
  readonly resource: { readonly aws_iam_role: { readonly this: { readonly assume_role_policy: string } } };
}
