import type { Account } from "../../lib/config/account";
import { parseAccounts } from "../../lib/config/fleet";
import { deployRoles } from "../../lib/deploy-role/deploy-roles";
import { rolePermissions } from "../../lib/deploy-role/permissions";
import { forPlans } from "../../lib/deploy-role/plan-role";
import { template } from "../../lib/deploy-role/templates";
import type { Trust } from "../../lib/deploy-role/trust";
import { accountOf, oneAccount } from "../support";

const ROLE = "deploy_role_arn: arn:{partition}:iam::{account_id}:role/terraform/Deploy";
const ACCOUNT: Trust = { deploy: "999999999999" };

const rolesOf = (text: string, trust: Trust = ACCOUNT) => deployRoles([...parseAccounts(text).values()], trust);
const one = (...fields: readonly string[]) => rolesOf(oneAccount(ROLE, ...fields));
/** Returns the statements of a role that allow an action. */
const allowing = (action: string, { policy }: ReturnType<typeof one>["deploy"]) =>
  policy.Statement.filter(({ Action }) => [Action].flat().includes(action));

/** Returns a file with the accounts 111111111111, 222222222222 and so on, with these fields. */
function fleet(...accounts: readonly string[]): string {
  const all = accounts.map((fields, n) => {
    const id = String(n + 1).repeat(12);
    return `  a${n + 1}: { id: "${id}", region: eu-central-1, ${fields} }`;
  });
  return ["accounts:", ...all].join("\n");
}

describe("the two roles", () => {
  test("get their name and path from deploy_role_arn", () => {
    const { path, deploy, plan } = one();
    expect([path, deploy.name, plan.name]).toEqual(["/terraform/", "Deploy", "DeployPlan"]);
  });

  test("have the same definition for accounts that differ only in their id, and contain no partition", () => {
    const role = "deploy_role_arn: 'arn:{partition}:iam::{account_id}:role/Deploy'";
    const of = (region: string) =>
      rolesOf(
        `accounts:\n  a: { id: "111111111111", region: ${region}, ${role} }\n  b: { id: "222222222222", region: ${region}, ${role} }`,
      );
    const alone = rolesOf(fleet(role));
    expect(of("eu-central-1")).toEqual(alone);
    expect(JSON.parse(JSON.stringify(of("cn-north-1")).replaceAll("cn-north-1", "eu-central-1"))).toEqual(alone);
    expect(JSON.stringify(alone)).not.toMatch(/1{12}|arn:aws:/);
  });

  test("attach and detach only policies of the file; with exclusive_policies they detach any policy", () => {
    const attach = { ArnEquals: { "iam:PolicyARN": ["arn:{partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"] } };
    const few = one().deploy;
    expect(allowing("iam:AttachRolePolicy", few)).toMatchObject([{ Condition: attach }]);
    expect(allowing("iam:DetachRolePolicy", few)).toMatchObject([{ Condition: attach }]);
    expect(allowing("iam:DeleteRolePolicy", few)).toEqual([]);
    const exclusive = one("role: { exclusive_policies: true }").deploy;
    expect(allowing("iam:AttachRolePolicy", exclusive)).toMatchObject([{ Condition: attach }]);
    expect(allowing("iam:DetachRolePolicy", exclusive).map(({ Condition }) => Condition)).toEqual([undefined]);
    expect(allowing("iam:DeleteRolePolicy", exclusive)).toHaveLength(1);
  });

  test("set the boundary of the file, and remove a boundary only from an adopted role", () => {
    const bounded = one("role: { permissions_boundary: 'arn:aws:iam::{account_id}:policy/b', adopt: true }").deploy;
    const Condition = { ArnEquals: { "iam:PermissionsBoundary": "arn:{partition}:iam::{account_id}:policy/b" } };
    for (const action of ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]) {
      expect(allowing(action, bounded)).toMatchObject([{ Condition }]);
    }
    expect(allowing("iam:DeleteRolePermissionsBoundary", bounded)).toEqual([]);
    expect(allowing("iam:DeleteRolePermissionsBoundary", one().deploy)).toEqual([]);
    expect(allowing("iam:DeleteRolePermissionsBoundary", one("role: { adopt: true }").deploy)).toHaveLength(1);
  });

  test("pass the role only if Terraform creates an activation", () => {
    for (const action of ["iam:PassRole", "ssm:CreateActivation"]) {
      expect(allowing(action, one("activations: { a: {} }").deploy)).toHaveLength(1);
      expect(allowing(action, one("activations: { a: { by_runbook: true } }").deploy)).toEqual([]);
    }
    expect(allowing("iam:PassRole", one("activations: { a: {} }").plan)).toEqual([]);
  });
});

describe("the state file", () => {
  const state = (more: string) => `state: { backend: s3, bucket: example-states, ${more} }`;

  test("is allowed if the caller or the deploy role uses it, and not if another role does", () => {
    expect(allowing("s3:PutObject", one(state("key: one")).deploy)).toHaveLength(2);
    const self = "assume_role: { role_arn: 'arn:aws:iam::{account_id}:role/terraform/Deploy' }";
    expect(allowing("s3:PutObject", one(state(`key: one, ${self}`)).deploy)).toHaveLength(2);
    const other = "assume_role: { role_arn: 'arn:aws:iam::{account_id}:role/State' }";
    expect(allowing("s3:ListBucket", one(state(`key: one, ${other}`)).deploy)).toEqual([]);
    expect(allowing("s3:ListBucket", one("state: { backend: local }").deploy)).toEqual([]);
  });

  test("of each account is looked up by the account's id if it differs in more than the id", () => {
    const role = "deploy_role_arn: 'arn:{partition}:iam::{account_id}:role/Deploy'";
    const byId = `${role}, ${state("key: '{account_id}'")}`;
    expect(rolesOf(fleet(byId, byId)).states).toBeUndefined();
    const byName = `${role}, ${state("key: '{account_name}'")}`;
    const { states } = rolesOf(fleet(byName, byName));
    expect(states?.["222222222222"]?.State).toEqual(["arn:aws:s3:::example-states/a2"]);
    const written = template(rolesOf(fleet(byName, byName)), "cloudformation");
    expect(written).toMatch(/"Fn::FindInMap": \[\s*"StateFiles",\s*\{\s*"Ref": "AWS::AccountId"\s*\},\s*"State"/);
  });

  test.each([
    ["alias/states", "arn:{partition}:kms:eu-central-1:{account_id}:key/*"],
    ["arn:aws:kms:eu-central-1:{account_id}:alias/states", "arn:{partition}:kms:eu-central-1:{account_id}:key/*"],
    [
      "12345678-90ab-4cde-8f01-234567890abc",
      "arn:{partition}:kms:eu-central-1:{account_id}:key/12345678-90ab-4cde-8f01-234567890abc",
    ],
    [
      "arn:aws:kms:eu-central-1:999999999999:key/12345678-90ab-4cde-8f01-234567890abc",
      "arn:{partition}:kms:eu-central-1:999999999999:key/12345678-90ab-4cde-8f01-234567890abc",
    ],
  ])("with the KMS key %s is decrypted through S3 only", (key, Resource) => {
    const [decrypt] = allowing("kms:Decrypt", one(state(`key: one, kms_key_id: '${key}'`)).plan);
    expect(decrypt?.Resource).toEqual([Resource]);
    expect(decrypt?.Condition?.StringEquals).toMatchObject({ "kms:ViaService": ["s3.eu-central-1.amazonaws.com"] });
  });
});

describe("the trust policies", () => {
  const trusts = (trust: Trust, ...fields: readonly string[]) => {
    const { deploy, plan } = rolesOf(oneAccount(ROLE, ...fields), trust);
    return [deploy.trust.Statement, plan.trust.Statement] as const;
  };
  const oidc = (host: string) => ({
    Effect: "Allow",
    Principal: { Federated: `arn:{partition}:iam::{account_id}:oidc-provider/${host}` },
    Action: "sts:AssumeRoleWithWebIdentity",
  });

  test("trust the account or the principals that run Terraform, with the external id of the file", () => {
    const [deploy, plan] = trusts(ACCOUNT, "external_id: shared");
    const statement = {
      Effect: "Allow",
      Principal: { AWS: "arn:{partition}:iam::999999999999:root" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "shared" } },
    };
    expect(deploy).toEqual([statement]);
    expect(plan).toEqual([statement]);
    const roles = { deploy: "arn:aws:iam::999999999999:role/Apply", plan: "arn:aws:iam::999999999999:role/Plan" };
    expect(trusts(roles).map(([one]) => one?.Principal.AWS)).toEqual([roles.deploy, roles.plan]);
  });

  // https://docs.github.com/actions/reference/openid-connect-reference: repo:<owner>/<repository>:environment:<name>
  test.each(["example/roles", "example@123456/roles@456789"])("trust GitHub jobs of %s by environment", (github) => {
    const [deploy, plan] = trusts({ github });
    const host = "token.actions.githubusercontent.com";
    const of = (environment: string) => ({
      ...oidc(host),
      Condition: {
        StringEquals: {
          [`${host}:aud`]: "sts.amazonaws.com",
          [`${host}:sub`]: `repo:${github}:environment:${environment}`,
        },
      },
    });
    expect(deploy[0]).toEqual(of("production"));
    expect(plan[0]).toEqual(of("plan"));
  });

  // https://docs.gitlab.com/ci/secrets/id_token_authentication/: project_path:<path>:ref_type:<type>:ref:<branch>
  test("trust GitLab jobs by branch, and jobs for plans on any branch", () => {
    const [deploy, plan] = trusts({ gitlab: "gitlab.example.com/group/sub/project" });
    const host = "gitlab.example.com";
    const subject = "project_path:group/sub/project:ref_type:branch:ref:";
    const aud = { [`${host}:aud`]: "sts.amazonaws.com" };
    expect(deploy[0]).toEqual({
      ...oidc(host),
      Condition: { StringEquals: { ...aud, [`${host}:sub`]: `${subject}main` } },
    });
    expect(plan[0]).toEqual({
      ...oidc(host),
      Condition: { StringEquals: aud, StringLike: { [`${host}:sub`]: `${subject}*` } },
    });
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
  test("allow the tags and the source identity of the file's sessions, and no others", () => {
    const self = "arn:{partition}:iam::{account_id}:role/terraform/Deploy";
    const session = "deploy_session: { tags: { Team: x }, source_identity: 'runner-{account_id}' }";
    const ofState = `assume_role: { role_arn: "arn:aws:iam::111111111111:role/terraform/Deploy", tags: { Stage: y } }`;
    const fields = [
      session,
      "external_id: shared",
      `state: { backend: s3, bucket: example-states, key: one, ${ofState} }`,
    ];
    const tagSession = {
      Action: "sts:TagSession",
      Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["Team", "Stage"] } },
    };
    const setSource = {
      Action: "sts:SetSourceIdentity",
      Condition: { StringEquals: { "sts:SourceIdentity": ["runner-{account_id}"] } },
    };
    const Principal = { AWS: "arn:{partition}:iam::999999999999:root" };
    for (const statements of trusts(ACCOUNT, ...fields)) {
      const [, ...others] = statements;
      expect(others).toEqual([tagSession, setSource].map((one) => ({ Effect: "Allow", Principal, ...one })));
    }
    const { deploy } = rolesOf(oneAccount(ROLE, ...fields), { github: "example/roles" });
    expect(deploy.trust.Statement.slice(2)).toMatchObject([
      { Action: "sts:TagSession", Condition: { ...tagSession.Condition, ArnEquals: { "aws:PrincipalArn": self } } },
      {
        Action: "sts:SetSourceIdentity",
        Condition: { ...setSource.Condition, ArnEquals: { "aws:PrincipalArn": self } },
      },
    ]);
    expect(allowing("sts:TagSession", deploy)).toMatchObject([{ Resource: self, Condition: tagSession.Condition }]);
    expect(allowing("sts:SetSourceIdentity", deploy)).toMatchObject([{ Resource: self }]);
  });

  test("do not allow session tags of another role that reads the state", () => {
    const ofState = "assume_role: { role_arn: 'arn:aws:iam::111111111111:role/State', tags: { Stage: y } }";
    const [deploy] = trusts(ACCOUNT, `state: { backend: s3, bucket: example-states, ${ofState} }`);
    expect(deploy.map(({ Action }) => Action)).toEqual(["sts:AssumeRole"]);
  });

  test("allow a role that was assumed with a token to assume itself, as the provider of a root module does", () => {
    const { deploy } = rolesOf(oneAccount(ROLE), { github: "example/roles" });
    const itself = "arn:{partition}:iam::{account_id}:role/terraform/Deploy";
    expect(deploy.trust.Statement[1]).toEqual({
      Effect: "Allow",
      Principal: { AWS: "arn:{partition}:iam::{account_id}:root" },
      Action: "sts:AssumeRole",
      Condition: { ArnEquals: { "aws:PrincipalArn": itself } },
    });
    expect(allowing("sts:AssumeRole", deploy)).toMatchObject([{ Resource: itself }]);
    expect(allowing("sts:AssumeRole", one().deploy)).toEqual([]);
  });
});

describe("accounts that cannot share a template", () => {
  const role = (name: string) => `deploy_role_arn: 'arn:{partition}:iam::{account_id}:role/${name}'`;
  test.each([
    ["no deploy role", fleet("tags: {}"), "a1 has no deploy_role_arn"],
    [
      "two deploy roles",
      fleet(role("A"), role("B")),
      "a1 and a2 differ in deploy_role_arn. Write a template for each.",
    ],
    ["two external ids", fleet(`${role("A")}, external_id: xx`, role("A")), "a1 and a2 differ in external_id"],
    [
      "one state in S3 and one in a file",
      fleet(`${role("A")}, state: { backend: s3, bucket: example-states }`, role("A")),
      "a1 and a2 differ in state (in S3",
    ],
    ["a long name", fleet(role("A".repeat(61))), "must have at most 64 characters"],
  ])("with %s are an error", (_, text, reason) => {
    expect(() => rolesOf(text)).toThrow(reason);
  });

  test("are an error with 201 state files, or with a policy that is too long", () => {
    const many = (fields: string) =>
      Array.from(
        { length: 201 },
        (_, n) => `  a${n}: { id: "${100000000000 + n}", region: eu-central-1, ${role("A")}, ${fields} }`,
      );
    const states = ["accounts:", ...many("state: { backend: s3, bucket: example-states }")].join("\n");
    expect(() => rolesOf(states)).toThrow("at most 200 accounts");
    const names = ["accounts:", ...many("role: { name: '{account_name}' }")].join("\n");
    expect(() => rolesOf(names)).toThrow("an inline policy can have at most 10240");
    const sources = ["accounts:", ...many("deploy_session: { source_identity: 'runner-{account_name}' }")].join("\n");
    expect(() => rolesOf(sources)).toThrow("a trust policy can have at most 2048");
  });
});

describe("an account for plans", () => {
  test("uses the read-only role, also for a state that the deploy role uses", () => {
    const state = (role: string) =>
      `state: { backend: s3, bucket: example-states, assume_role: { role_arn: "${role}" } }`;
    const planned = (role: string) => forPlans(accountOf(oneAccount(ROLE, state(role))));
    const deploy = "arn:aws:iam::111111111111:role/terraform/Deploy";
    expect(planned(deploy)).toMatchObject({
      deployRoleArn: `${deploy}Plan`,
      state: { assumeRole: { roleArn: `${deploy}Plan` } },
    });
    const other = "arn:aws:iam::111111111111:role/State";
    expect(planned(other)).toMatchObject({ deployRoleArn: `${deploy}Plan`, state: { assumeRole: { roleArn: other } } });
    expect(forPlans(accountOf(oneAccount()))).toMatchObject({ accountId: "111111111111" });
  });
});

test("activations are created in their regions, and also read in the regions of the runbook, and in no others", () => {
  const regionsOf = (activations: string) => {
    const account = parseAccounts(oneAccount(`activations: ${activations}`)).get("a") as Account;
    const { read, write } = rolePermissions(account);
    return [...read, ...write].flatMap(({ Action, Condition }) =>
      /Activation/.test(String(Action)) ? [Condition?.StringEquals?.["aws:RequestedRegion"]] : [],
    );
  };
  expect(regionsOf("{ a: {} }")).toEqual(["eu-central-1", "eu-central-1"]);
  expect(regionsOf("{ a: {}, b: { region: us-east-1 }, c: { region: ap-south-1, by_runbook: true } }")).toEqual([
    ["eu-central-1", "ap-south-1", "us-east-1"],
    ["eu-central-1", "us-east-1"],
  ]);
});
