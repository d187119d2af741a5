import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Language, type Node, Parser } from "web-tree-sitter";
import { accountOf } from "../../lib/config/account";
import { quote } from "../../lib/runbook/powershell";
import { procedure } from "../../lib/runbook/procedure";
import { activationRunbook, runbook } from "../../lib/runbook/runbook";
import { DOCUMENTED, OWN } from "./cmdlets";
import { CHINA, FULL, RENEWAL, RENEWED, TRICKY } from "./support";

let parser: Parser;
beforeAll(async () => {
  // Otherwise V8 optimizes the grammar for ten seconds after the last test and delays the end of the process.
  setFlagsFromString("--liftoff-only");
  await Parser.init();
  parser = new Parser();
  // Bytes, because jest does not allow it to import a module that reads the file.
  const grammar = readFileSync(require.resolve("tree-sitter-powershell/tree-sitter-powershell.wasm"));
  parser.setLanguage(await Language.load(grammar));
});
afterAll(() => parser.delete());

const SCRIPTS = {
  full: runbook("a", FULL, "powershell"),
  china: runbook("a", CHINA, "powershell"),
  activation: activationRunbook("a", FULL, "1.fleet", "powershell"),
  dated: activationRunbook("a", FULL, "dated", "powershell"),
  renewal: activationRunbook("a", RENEWED, "1.fleet", "powershell", RENEWAL),
};

describe.each(Object.entries(SCRIPTS))("the script %s", (_, script) => {
  test("is PowerShell, in ASCII", () => {
    expect(nodes(script, "ERROR").map(({ text }) => text)).toEqual([]);
    expect(parse(script).hasError).toBe(false);
    expect(script).toMatch(/^[\n -~]+$/);
  });

  test("uses documented cmdlets with documented parameters, and AWS's cmdlets in the account's region", () => {
    const functions = nodes(script, "function_name").map(({ text }) => text);
    const own = commandsOf(script).filter(({ name }) => !functions.includes(name) && name !== "$Read");
    const unknown = own.flatMap(({ name, parameters }) => {
      const known = DOCUMENTED[name] ? [...Object.keys(DOCUMENTED[name]), "Region"] : OWN[name];
      return known ? parameters.filter((parameter) => !known.includes(parameter)) : [name];
    });
    expect(unknown).toEqual([]);
    expect(own.filter(({ name, parameters }) => DOCUMENTED[name] && !parameters.includes("Region"))).toEqual([]);
  });
});

test("contains every step, and only these cmdlets write", () => {
  const policy = ["New-IAMPolicy", "Remove-IAMPolicyVersion", "New-IAMPolicyVersion", "Add-IAMPolicyTag"];
  expect(writing(SCRIPTS.full)).toEqual([
    "New-IAMRole",
    "Update-IAMRole",
    "Set-IAMRolePermissionsBoundary",
    "Add-IAMRoleTag",
    ...["Register-IAMRolePolicy", "Register-IAMRolePolicy", "Register-IAMRolePolicy"],
    ...[...policy, "Register-IAMRolePolicy"],
    ...[...policy, "Register-IAMRolePolicy"],
    ...[...policy, "Register-IAMRolePolicy", "Register-IAMRolePolicy"],
    ...policy,
    ...[...policy, "Register-IAMGroupPolicy", "Register-IAMGroupPolicy"],
    ...["Register-IAMRolePolicy", "Register-IAMUserPolicy"],
    ...[...policy, "Register-IAMRolePolicy"],
  ]);
  expect(writing(SCRIPTS.activation)).toEqual(["New-SSMActivation"]);
  expect(writing(SCRIPTS.renewal)).toEqual(["New-SSMActivation", "Write-SECSecretValue", "New-SECSecret"]);
});

test.each(Object.values(SCRIPTS))("checks the account before any other cmdlet of AWS's", (script) => {
  expect(commandsOf(script).find(({ name }) => DOCUMENTED[name])?.name).toBe("Get-STSCallerIdentity");
});

test("checks each group and user before it writes", () => {
  const names = commandsOf(SCRIPTS.full).map(({ name }) => name);
  const before = names.slice(0, names.indexOf("New-IAMRole"));
  expect(before.filter((name) => /^Get-IAM(Group|User)$/.test(name))).toEqual([
    ...["Get-IAMGroup", "Get-IAMGroup", "Get-IAMUser"],
  ]);
});

test("sets an activation's expiry: the date of the entry, or days from the run", () => {
  const expiry = (script: string) => /^\$expires = (.*)$/m.exec(script)?.[1];
  expect(expiry(SCRIPTS.activation)).toBe("(Get-Date).ToUniversalTime().AddDays(7)");
  expect(expiry(SCRIPTS.dated)).toContain("::Parse('2026-12-24T18:00:00Z', [cultureinfo]::InvariantCulture)");
  const plain = activationRunbook("a", FULL, "plain", "powershell");
  expect(commandsOf(plain).find(({ name }) => name === "New-SSMActivation")?.parameters).toEqual([
    ...["IamRole", "RegistrationLimit", "Tag", "Region"],
  ]);
});

test("contains the documents unchanged", () => {
  const documents = procedure(accountOf("a", FULL)).steps.flatMap((step) =>
    step.kind === "role" ? [step.trust] : step.kind === "policy" ? [step.document] : [],
  );
  const found = nodes(SCRIPTS.full, "verbatim_here_string_characters");
  expect(found.map(({ text }) => JSON.parse(text.replace(/^@'\n/, "").replace(/\n'@$/, "")))).toEqual(documents);
});

test.each(["", "it's", "''", '$x `n $(id) @{ } "q" ; & | # %', TRICKY, "a\nb", "‘x’"])("quotes %j", (text) => {
  const [literal, ...others] = nodes(`$x = ${quote(text)}`, "verbatim_string_characters");
  expect(others).toEqual([]);
  const inner = (literal?.text ?? "").slice(1, -1).replaceAll("''", "'");
  expect(quote(text)).toMatch(/^[ -~]*$/);
  expect(quote(text).startsWith("(ConvertFrom-Json") ? JSON.parse(inner) : inner).toBe(text);
});

test("the fake modules of the end-to-end tests have the cmdlets that a script uses, with AWS's parameters", () => {
  const folder = join(__dirname, "../e2e/powershell");
  const modules = readdirSync(folder).filter((name) => name.startsWith("AWS.Tools."));
  const functions = modules
    .map((name) => readFileSync(join(folder, name, `${name}.psm1`), "utf8"))
    .flatMap((module) => nodes(module, "function_statement"))
    .map((node) => [node.descendantsOfType("function_name")[0]?.text ?? "", node] as const)
    .filter(([name]) => /-(IAM|SEC|SSM|STS)[A-Z]/.test(name));
  expect(functions.map(([name]) => name).sort()).toEqual(Object.keys(DOCUMENTED).sort());
  for (const [name, node] of functions) {
    const parameters = node.descendantsOfType("script_parameter").map((parameter) => {
      const [, type, variable] = /\[([A-Za-z]+(?:\[\])?)\] \$([A-Za-z]+)$/.exec(parameter?.text ?? "") ?? [];
      return [variable, type] as const;
    });
    const documented = { ...DOCUMENTED[name], Region: "string" };
    expect({ name, ...documented }).toMatchObject({ name, ...Object.fromEntries(parameters) });
  }
});

/** Returns AWS's cmdlets that write, in order. */
function writing(script: string): string[] {
  const names = commandsOf(script).map(({ name }) => name);
  return names.filter((name) => /^(?!Get)[A-Z][a-z]+-(IAM|SEC|SSM)/.test(name));
}

function parse(script: string): Node {
  return parser.parse(script)?.rootNode as Node;
}

function nodes(script: string, type: string): Node[] {
  return parse(script)
    .descendantsOfType(type)
    .filter((node) => node !== null);
}

function commandsOf(script: string): { name: string; parameters: string[] }[] {
  return nodes(script, "command").map((command) => ({
    name: (command.childForFieldName("command_name") as Node).text,
    parameters:
      command
        .childForFieldName("command_elements")
        ?.children.filter((element) => element?.type === "command_parameter")
        .map((element) => (element?.text ?? "").slice(1)) ?? [],
  }));
}
