import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, sep } from "node:path";
import { AccountStack } from "../../lib";
import { run } from "../../scripts/support/run";
import { ACCOUNT, synthText } from "../support";
import { describeWithRegistry } from "./support";

const NAME = "cdktf-ssm-hybrid-service-role";

/** The part of the output of `npm pack --json` that is read here. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * The uses of the package: an account's root module, a role in the user's own stack, and the role of another root
 * module.
 */
const PROGRAM = `
import { SsmActivation } from "@cdktf/provider-aws/lib/ssm-activation";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { type AccountProps, AccountStack, type Fleet, HybridServiceRole, type HybridServiceRoleProps, InvalidInputError,
  parseFleet, type RemoteServiceRole, remoteServiceRole } from "${NAME}";

const app = new App({ outdir: "ts.out", stackTraces: false });
const account: AccountProps = { accountId: "${ACCOUNT.accountId}", region: "${ACCOUNT.region}" };
const name: string = new AccountStack(app, "a", account).serviceRole.roleName;

class Machines extends TerraformStack {
  constructor(id: string, props: Omit<HybridServiceRoleProps, "accountId" | "region">, fleet: Fleet) {
    super(app, id);
    new AwsProvider(this, "aws", { region: "${ACCOUNT.region}" });
    const role = new HybridServiceRole(this, "role", { accountId: "${ACCOUNT.accountId}", region: "${ACCOUNT.region}", ...props });
    new SsmActivation(this, "own", { iamRole: role.roleName, dependsOn: [...role.attachments] });
    const other = fleet.get("b");
    if (!other) throw new Error(name);
    const remote: RemoteServiceRole = remoteServiceRole(this, other);
    new SsmActivation(this, "other", { iamRole: remote.roleName });
  }
}

const accounts = 'accounts: { b: { id: "222222222222", region: eu-west-1, state: { backend: local, path: b.tfstate } } }';
new Machines("machines", { role: { path: "/ssm/" }, cloudwatchAgent: { default: {} } }, parseFleet(accounts));
// @ts-expect-error the package's types know every field
const wrong: AccountProps = { accountId: "${ACCOUNT.accountId}", region: "${ACCOUNT.region}", cloudwatchAgents: {} };
let refused = false;
try {
  new AccountStack(new App({ outdir: "wrong.out" }), "a", wrong);
} catch (error) {
  refused = error instanceof InvalidInputError;
}
if (!refused) throw new Error("The unknown field was not refused.");
app.synth();
`;

/** Creates the root module of {@link ACCOUNT}, from either kind of JavaScript module. */
const javascript = (imports: string, outdir: string) => `${imports}
const app = new App({ outdir: "${outdir}", stackTraces: false });
new AccountStack(app, "a", ${JSON.stringify(ACCOUNT)});
app.synth();
`;

/** Runs a program and returns its output. Throws if it fails. */
async function must(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, output } = await run(command, args, { cwd, env: process.env as Record<string, string> });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  return stdout;
}

describeWithRegistry("the npm package, in an empty project", [], () => {
  let project: string;
  let packed: Packed;

  const write = (name: string, text: string) => writeFileSync(join(project, name), text);
  const node = (...args: readonly string[]) => must(project, process.execPath, ...args);
  const installed = (path: string) => readFileSync(join(project, "node_modules", NAME, path), "utf8");
  const texts = () => packed.files.map(({ path }) => installed(path));
  const root = (outdir: string, stack = "a") =>
    readFileSync(join(project, outdir, "stacks", stack, "cdk.tf.json"), "utf8");

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), "package-"));
    // The repository disables all scripts. Here its own `prepack` must run.
    const pack = ["pack", "--ignore-scripts=false", "--json", "--pack-destination", project];
    // In a copy, because it compiles into dist/.
    const copy = join(project, "copy");
    for (const name of [
      "lib",
      "package.json",
      "tsconfig.json",
      "tsconfig.build.json",
      ".npmrc",
      "README.md",
      "LICENSE",
    ]) {
      if (existsSync(name)) cpSync(name, join(copy, name), { recursive: true });
    }
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
    packed = JSON.parse(await must(copy, "npm", ...pack))[0];
    write("package.json", '{ "private": true }');
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
    const { peerDependencies } = packages[""];
    const peers = Object.keys(peerDependencies).map((name) => `${name}@${packages[`node_modules/${name}`].version}`);
    const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    await must(project, "npm", "install", ...quiet, packed.filename, ...peers);
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test("contains only the compiled library, its license and its README", () => {
    const paths = packed.files.map(({ path }) => path);
    const compiled = paths.filter((path) => path.startsWith("dist/"));
    expect(paths.filter((path) => !compiled.includes(path)).sort()).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(compiled).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts"]));
    const sources = compiled.map((path) => path.replace(/^dist\/(.*?)(\.d\.ts|\.js)$/, "lib/$1.ts"));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(packed.size).toBeLessThan(200_000);
  });

  test("contains no path of the machine that built it", () => {
    const places = [process.cwd(), homedir() + sep];
    expect(places.filter((place) => texts().some((text) => text.includes(place)))).toEqual([]);
  });

  test("declares each package that it imports, and CDKTF's as peers, because a second copy would not be compatible", () => {
    const { name: own, dependencies, peerDependencies } = JSON.parse(installed("package.json"));
    const imports = texts().flatMap((text) => [...text.matchAll(/(?:require\(|from )"((?:@[^/"]+\/)?[\w-]+)[/"]/g)]);
    // The README imports the package itself.
    const imported = new Set(imports.map(([, name]) => name).filter((name) => name !== own));
    expect([...imported].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
    expect(Object.keys(peerDependencies)).toEqual(["@cdktf/provider-aws", "cdktf", "constructs"]);
  });

  test.each([
    // One also checks the types of the package's declarations. Those of zod are not valid with every setting.
    { moduleResolution: "node16", module: "node16", skipLibCheck: false, noEmit: false },
    { moduleResolution: "bundler", module: "esnext", skipLibCheck: true, noEmit: true },
    { moduleResolution: "node10", module: "commonjs", skipLibCheck: true, noEmit: true },
  ])("compiles in strict TypeScript, moduleResolution $moduleResolution", async (options) => {
    const compilerOptions = { strict: true, target: "es2022", types: [], ...options };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    write("program.ts", PROGRAM);
    await node(require.resolve("typescript/bin/tsc"));
  });

  test("creates the same root module from TypeScript, from a CommonJS and from an ES module", async () => {
    await node("program.js");
    const requires = `const { App } = require("cdktf"); const { AccountStack } = require("${NAME}");`;
    write("common.js", javascript(requires, "cjs.out"));
    await node("common.js");
    const imports = `import { App } from "cdktf"; import { AccountStack } from "${NAME}";`;
    write("module.mjs", javascript(imports, "esm.out"));
    await node("module.mjs");

    const ours = synthText("a", (app) => new AccountStack(app, "a", ACCOUNT));
    for (const outdir of ["ts.out", "cjs.out", "esm.out"]) expect(root(outdir)).toBe(ours);
    expect(JSON.parse(root("ts.out", "machines"))).toMatchObject({
      data: { terraform_remote_state: { service_role_222222222222_SSMServiceRole: { backend: "local" } } },
      resource: { aws_iam_role: { this: { name: "SSMServiceRole", path: "/ssm/" } } },
    });
  });
});
