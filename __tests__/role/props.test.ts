import { App, TerraformStack, TerraformVariable } from "cdktf";
import { type HybridServiceRoleProps, isExpression, readProps } from "../../lib/role/props";
import { ACCOUNT, errorsIn } from "../support";

const codesOf = (props: Partial<HybridServiceRoleProps>) =>
  errorsIn(() => read(props)).map(({ code, field }) => `${code} ${field}`);
const read = (props: Partial<HybridServiceRoleProps> = {}) =>
  readProps("s/role", { accountId: ACCOUNT.accountId, region: ACCOUNT.region, ...props });

test("props are read in the file's own names, defaults filled in", () => {
  const { settings, trust, features, identity } = read({
    region: "cn-north-1",
    role: { maxSessionDuration: 7200 },
    s3Buckets: { run_command: { bucket: "my-bucket", prefix: "", purpose: "run_command", putObjectAcl: true } },
  });
  expect(identity.partition).toBe("aws-cn");
  expect(settings).toMatchObject({ name: "SSMServiceRole", max_session_duration: 7200 });
  expect(trust).toEqual({ conditions: true, regions: [], service_principal: "ssm.amazonaws.com" });
  expect(features).toEqual({
    directory_service: {},
    cloudwatch_agent: {},
    s3_managed_buckets: {},
    s3_buckets: { run_command: { bucket: "my-bucket", prefix: "", purpose: "run_command", put_object_acl: true } },
    log_groups: {},
    policies: {},
    user_access: {},
    instance_tier: {},
    activations: {},
  });
});

test("a given partition takes precedence over the region's", () => {
  expect(read({ region: "${var.region}", partition: "aws-us-gov" }).identity.partition).toBe("aws-us-gov");
});

test("strings with an expression and CDKTF tokens are expressions", () => {
  const variable = new TerraformVariable(new TerraformStack(new App({ stackTraces: false }), "s"), "v", {});
  const expressions = ["${var.x}", "a-${var.x}", variable.stringValue, variable.numberValue];
  expect(expressions.map(isExpression)).toEqual([true, true, true, true]);
  expect(["$x", "{x}", "", 5, undefined, {}].map(isExpression)).toEqual([false, false, false, false, false, false]);
});

test("a region that is an expression requires the partition", () => {
  expect(codesOf({ region: "${var.region}" })).toEqual(["missing s/role: partition"]);
  expect(read({ region: "${var.region}", partition: "aws-cn" }).identity.partition).toBe("aws-cn");
});

test("a list of expressions is no account id, and an unknown partition is rejected", () => {
  const given = { accountId: ["${var.a}"], partition: "aws-eu" } as never;
  expect(codesOf(given)).toEqual(["wrong_type s/role: accountId", "unknown_value s/role: partition"]);
});
