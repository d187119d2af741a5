import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import ts from "typescript";
import type { z } from "zod";
import { type AccountProps, AccountStack, type RoleProps, type TrustProps } from "../lib";
import type { accountSchema } from "../lib/config/schema";
import type { Camel } from "../lib/input/names";
import type { roleSchema, trustSchema } from "../lib/role/schema";
import { interfaces } from "../scripts/support/interfaces";
import { ACCOUNT, errorsIn, synthRole } from "./support";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// tsc rejects this file if one of these is not true.
const SAME: readonly true[] = [
  true satisfies Same<AccountProps, Camel<z.input<typeof accountSchema>>>,
  true satisfies Same<RoleProps, Camel<z.input<typeof roleSchema>>>,
  true satisfies Same<TrustProps, Camel<z.input<typeof trustSchema>>>,
];

test("the generated interfaces are current, and have the types of the schemas", () => {
  expect(SAME).toHaveLength(3);
  expect(readFileSync("lib/props.ts", "utf8")).toBe(interfaces());
});

describe("in an editor", () => {
  const FILE = join(__dirname, "hover.ts");
  const text = `import type { AccountProps } from "../lib/props";
export const right: AccountProps = {
  accountId: "111111111111",
  region: "eu-central-1",
  cloudwatchAgent: { default: { policyArn: "x" } },
  s3Buckets: { logs: { bucket: "b", prefix: "", purpose: "run_command", putObjectAcl: true } },
  role: { permissionsBoundary: "x" },
  state: { backend: "s3", bucket: "b", assumeRole: { roleArn: "x", sessionName: "x" } },
};
export const wrong: AccountProps = {
  accountId: "111111111111",
  region: "eu-central-1",
  role: { maxSessionDuration: "7200" },
  s3Buckets: { logs: { bukcet: "b", prefix: "", purpose: "run_command" } },
  userAccess: { people: { level: "admin" } },
};
`;
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, types: [] }),
    getScriptFileNames: () => [FILE],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const content = name === FILE ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => ".",
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
  });
  afterAll(() => service.dispose());

  // The schema's description, which the JSON Schema for editors contains too.
  test.each([
    ["cloudwatchAgent", "Allows the CloudWatch agent to run on the machines"],
    ["policyArn", "ARN of a narrower policy to attach instead."],
    ["s3Buckets", "Allows the machines to access your own S3 buckets, each as its purpose requires"],
    [
      "putObjectAcl",
      "Whether to allow s3:PutObjectAcl. Required only for a bucket of another account with ACLs enabled",
    ],
    ["permissionsBoundary", "ARN of the managed policy that is the role's permissions boundary."],
    ["sessionName", "Name of the session, which CloudTrail shows."],
  ])("hovering over %s shows the schema's description", (name, says) => {
    const info = service.getQuickInfoAtPosition(FILE, text.indexOf(`${name}:`));
    expect(ts.displayPartsToString(info?.documentation).replaceAll("\n", " ")).toContain(says);
  });

  test("the compiler's error for a wrong prop is short, and contains the interface's name", () => {
    const said = service
      .getSemanticDiagnostics(FILE)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(said).toEqual([
      "Type 'string' is not assignable to type 'number'.",
      "Object literal may only specify known properties, but 'bukcet' does not exist in type 'S3BucketEntry'. Did you mean to write 'bucket'?",
      `Type '"admin"' is not assignable to type '"read_only" | "operator" | "administrator"'.`,
    ]);
  });
});

describe("an error in a program", () => {
  const ofStack = (props: object) =>
    errorsIn(() => new AccountStack(new App({ stackTraces: false }), "one", { ...ACCOUNT, ...props } as AccountProps));

  /** Each row: the props, and the field, the rule and the fix with the program's names. */
  test.each([
    [{ accountId: "1" }, "accountId", "must be the 12 digits of an AWS account id.", /^Write all twelve digits/],
    [{ accountId: undefined }, "accountId", "is required.", /^Write accountId: "012345678901"\.$/],
    [
      { s3Buckets: { run_command: { bucket: "example-output", purpose: "run_command" } } },
      "s3Buckets.run_command.prefix",
      "is required.",
      /^Write prefix: "run-command\/output", or prefix: "" for the whole bucket\.$/,
    ],
    [
      { s3Buckets: { Logs: { bucket: "example-output", prefix: "", purpose: "scripts", putObjectAcl: true } } },
      's3Buckets["Logs"]',
      "must not set putObjectAcl for a purpose that reads: patch_baseline, scripts.",
      /^Remove putObjectAcl, or set a purpose that writes\.$/,
    ],
    [
      { userAccess: { x: { level: "read_only", kmsKeyArn: "arn:aws:kms:eu-central-1:111111111111:key/1" } } },
      "userAccess.x",
      "must not have kmsKeyArn with the level read_only.",
      /^Remove kmsKeyArn\. The level read_only cannot start sessions\.$/,
    ],
    [
      { role: { maxSessionDuration: "x" } },
      "role.maxSessionDuration",
      "must be a number.",
      /^Write maxSessionDuration: 3600\.$/,
    ],
    [
      { state: { backend: "s3", bucket: "example-state", assumeRole: { role: "x" } } },
      "state.assumeRole.roleArn",
      "is required.",
      /^Write roleArn: "arn:aws:iam::\{account_id\}:role\/TerraformDeploy"\.$/,
    ],
    [
      { cloudwatchAgent: "x" },
      "cloudwatchAgent",
      "must be a map.",
      /^Write cloudwatchAgent: \{ default: \{ policyArn: "x" \} \}\.$/,
    ],
    [
      { s3ManagedBuckets: ["eu-central-1"] },
      "s3ManagedBuckets",
      "must be a map.",
      /^Write s3ManagedBuckets: \{ "eu-central-1": \{\} \}\.$/,
    ],
    [{ tags: { Line: 1 } }, 'tags["Line"]', "must be a string, not a number.", /^Put it in quotes: "1"\.$/],
    [
      { userAccess: { x: { level: "read_only", roles: ["One", "b c"] } } },
      "userAccess.x.roles[1]",
      expect.stringMatching(/^must be 1 to 64 letters/),
      /^Choose another name/,
    ],
    [
      { deployRolArn: "x" },
      "deployRolArn",
      expect.stringMatching(/^must be one of accountId, region, /),
      /^Did you mean deployRoleArn\?$/,
    ],
    [{ accountID: "1" }, "accountID", expect.anything(), /^Did you mean accountId\?$/],
    [
      { s3Buckets: { x: { bucket: "example-output", prefix: "", purpose: "scripts", putObjektAcl: true } } },
      "s3Buckets.x.putObjektAcl",
      "must be one of bucket, prefix, purpose, putObjectAcl, kmsKeyArn.",
      /^Did you mean putObjectAcl\?$/,
    ],
  ])("in %j has the field in camelCase", (props, field, rule, fix) => {
    expect(ofStack(props)).toContainEqual(
      expect.objectContaining({ account: "one", field, rule, fix: expect.stringMatching(fix) }),
    );
  });

  test("shows the value as written", () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:111111111111:key/1";
    const x = { level: "operator", kmsKeyArn };
    expect(ofStack({ userAccess: { x } })).toContainEqual(expect.objectContaining({ field: "userAccess.x", value: x }));
  });

  test("of a construct for a misspelled name, which could grant more permissions if it were ignored", () => {
    const trusts = { regions: ["eu-central-1"] };
    expect(errorsIn(() => synthRole(() => ({ trusts }) as never))).toEqual([
      expect.objectContaining({ field: "s/role: trusts", code: "unknown_key", fix: "Did you mean trust?" }),
    ]);
  });

  test.each([
    [{ accountId: undefined }, /^Write accountId: "012345678901"\.$/],
    [{ region: undefined }, /^Write region: "eu-central-1"\.$/],
    [{ cloudwatchAgent: true }, /^Write cloudwatchAgent: \{ default: \{\} \}\.$/],
  ])("of a construct with %j says which field to write", (props, fix) => {
    expect(errorsIn(() => synthRole(() => props as never))).toContainEqual(
      expect.objectContaining({ fix: expect.stringMatching(fix) }),
    );
  });

  test("of a construct is reported in the same way, with the construct's path", () => {
    const role = () => synthRole(() => ({ s3Buckets: { x: { bucket: "a" } } }) as never);
    expect(errorsIn(role)).toContainEqual(expect.objectContaining({ field: "s/role: s3Buckets.x.prefix" }));
  });
});
