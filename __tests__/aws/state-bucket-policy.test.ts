import { type Denial, stateBucketPolicy } from "../../lib/aws/state-bucket-policy";

const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";
const READER = "arn:aws:iam::111111111111:role/state/Other";
const BUCKET = "arn:aws:s3:::states";

function statements(states: { roleArn: string; key: string }[], partition = "aws"): Record<string, Denial> {
  const { Statement } = stateBucketPolicy({ partition, bucket: "states", deployRoleArn: DEPLOY, states });
  return Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
}

test("it only denies, and everybody: what a role may do stands in its own policies", () => {
  for (const { Effect, Principal } of Object.values(statements([{ roleArn: READER, key: "a" }]))) {
    expect({ Effect, Principal }).toEqual({ Effect: "Deny", Principal: "*" });
  }
});

test("TLS only, and none but the roles of its states, on the bucket and on its objects", () => {
  const both = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [BUCKET, `${BUCKET}/*`] };
  const { TlsOnly, TheseRolesOnly } = statements([
    { roleArn: READER, key: "a" },
    { roleArn: DEPLOY, key: "b" },
    { roleArn: READER, key: "c" },
  ]);
  expect(TlsOnly).toEqual({ Sid: "TlsOnly", ...both, Condition: { Bool: { "aws:SecureTransport": "false" } } });
  expect(TheseRolesOnly).toEqual({
    Sid: "TheseRolesOnly",
    ...both,
    Condition: { ArnNotEquals: { "aws:PrincipalArn": [DEPLOY, READER] } },
  });
});

test("each role reaches its own states and their locks, and the bucket to list it", () => {
  const own = statements([
    { roleArn: DEPLOY, key: "a.tfstate" },
    { roleArn: READER, key: "b/c.tfstate" },
  ]);
  expect(own.OwnStatesOnly1).toMatchObject({
    Action: "s3:*",
    NotResource: [BUCKET, `${BUCKET}/a.tfstate`, `${BUCKET}/a.tfstate.tflock`],
    Condition: { ArnEquals: { "aws:PrincipalArn": DEPLOY } },
  });
  expect(own.OwnStatesOnly2).toMatchObject({
    NotResource: [BUCKET, `${BUCKET}/b/c.tfstate`, `${BUCKET}/b/c.tfstate.tflock`],
    Condition: { ArnEquals: { "aws:PrincipalArn": READER } },
  });
  expect(own.SettingsByDeployRole).toMatchObject({
    NotAction: ["s3:ListBucket"],
    Resource: BUCKET,
    Condition: { ArnNotEquals: { "aws:PrincipalArn": DEPLOY } },
  });
});

test("a state and its versions stay: nobody deletes anything but a lock, or does what Terraform does not", () => {
  const { ReadAndWriteOnly, StatesStay } = statements([{ roleArn: DEPLOY, key: "a" }]);
  expect(ReadAndWriteOnly).toEqual({
    Sid: "ReadAndWriteOnly",
    Effect: "Deny",
    Principal: "*",
    NotAction: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"],
    Resource: `${BUCKET}/*`,
  });
  expect(StatesStay).toEqual({
    Sid: "StatesStay",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:DeleteObject",
    NotResource: `${BUCKET}/*.tflock`,
  });
});

test.each(["aws-cn", "aws-us-gov"])("in %s the bucket's ARN is of that partition", (partition) => {
  expect(statements([], partition).TlsOnly?.Resource).toEqual([
    `arn:${partition}:s3:::states`,
    `arn:${partition}:s3:::states/*`,
  ]);
});
