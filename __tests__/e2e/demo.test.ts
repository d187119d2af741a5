import { CreatePolicyCommand, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describeInLab, programs } from "./support";

/** A state bucket and a policy that the example accounts use. */
const STATES = { account: "111111111111", Bucket: "example-terraform-state-111111111111" };
const POLICY = { account: "333333333333", PolicyName: "my-bucket-policy-name" };

describeInLab("npm run demo with the user's own emulator", (lab) => {
  test(
    "shows the plan, the roles and an empty second plan, keeps what existed, and ends with three commands to run next",
    async () => {
      const s3 = await lab().s3Of(STATES.account);
      const object = { Bucket: STATES.Bucket, Key: "kept" };
      await s3.send(new CreateBucketCommand({ Bucket: STATES.Bucket }));
      await s3.send(new PutObjectCommand({ ...object, Body: "kept" }));
      const iam = await lab().iam(POLICY.account);
      const Statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" };
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new CreatePolicyCommand({ PolicyName: POLICY.PolicyName, PolicyDocument }));

      const { code, stdout } = await lab().program("scripts/demo.ts", { CDKTF_OUTDIR: lab().directory("demo") });
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/^factory-eu +6 +0 +0 +0 +0 +0$/m);
      expect(stdout).toContain("factory-eu: arn:aws:iam::111111111111:role/SSMServiceRole\n");
      expect(stdout).toContain("no changes (3): factory-eu, datacentre-us, other-cloud");
      const last = stdout.trimEnd().split("\n").slice(-3);
      expect(last.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
        "npm run doctor",
        "npm run plan",
        "npm run deploy",
      ]);

      const { Body } = await s3.send(new GetObjectCommand(object));
      expect(await Body?.transformToString()).toBe("kept");
      expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([STATES.Bucket]);
      const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
      expect(Policies?.map(({ PolicyName }) => PolicyName)).toEqual([POLICY.PolicyName]);
      expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    },
    programs(20),
  );
});
