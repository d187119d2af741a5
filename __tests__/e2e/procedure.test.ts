import { S3_BY_PATH } from "../../scripts/support/lab";
import { iamState } from "./iam-state";
import { awsCli, createStateBucket, describeInLab, STATE_BUCKET, synthesize } from "./support";

/** The account that the procedure's own commands set up, and the one that Terraform sets up. */
const BY_HAND = "111111111111";
const BY_TERRAFORM = "222222222222";

const CUSTOM_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::my-bucket-name/*" }],
});
// The procedure's SSMService-Trust.json, as on AWS's page: Statement is an object, not a list.
const TRUST =
  '{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole" } }';

describeInLab(
  "the AWS CLI commands of AWS's procedure",
  (lab) => {
    test("leave the same IAM state as an account's root module without the trust conditions", async () => {
      for (const account of [BY_HAND, BY_TERRAFORM]) {
        const create = ["--policy-name", "my-bucket-policy-name", "--policy-document", CUSTOM_POLICY];
        await awsCli(lab(), account, "iam", "create-policy", ...create);
      }
      const trust = lab().file("SSMService-Trust.json", TRUST);
      const role = ["--role-name", "SSMServiceRole"];
      await awsCli(lab(), BY_HAND, "iam", "create-role", ...role, "--assume-role-policy-document", `file://${trust}`);
      for (const policy of [
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        `arn:aws:iam::${BY_HAND}:policy/my-bucket-policy-name`,
        "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess",
        "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
      ]) {
        await awsCli(lab(), BY_HAND, "iam", "attach-role-policy", ...role, "--policy-arn", policy);
      }

      await createStateBucket(lab());
      const root = (
        await synthesize(
          lab(),
          "same",
          `
accounts:
  same:
    id: "${BY_TERRAFORM}"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
    state: { backend: s3, bucket: ${STATE_BUCKET} }
    trust: { conditions: false }
    policies: { my-bucket: { policy_arn: "arn:aws:iam::{account_id}:policy/my-bucket-policy-name" } }
    directory_service: { default: {} }
    cloudwatch_agent: { default: {} }
`,
        )
      )("same");
      await lab().mustTerraform(root, "init", "-input=false", S3_BY_PATH);
      await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve");

      const byHand = await iamState(lab(), BY_HAND);
      expect(byHand.roles).toHaveLength(1);
      expect(await iamState(lab(), BY_TERRAFORM)).toEqual(byHand);
    });
  },
  "aws",
);
