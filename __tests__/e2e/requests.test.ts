import { type Lab, S3_BY_PATH } from "../../scripts/support/lab";
import { createStateBucket, describeInLab, STATE_BUCKET, synthesize } from "./support";

/** The role and three attachments in hand-written HCL, with the same provider and state. */
const BY_HAND = `
terraform {
  backend "s3" {
    bucket       = "${STATE_BUCKET}"
    key          = "by-hand.tfstate"
    region       = "us-east-1"
    use_lockfile = true
    encrypt      = true
  }
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
  assume_role { role_arn = "arn:aws:iam::111111111111:role/TerraformDeploy" }
}
resource "aws_iam_role" "this" {
  name = "SSMServiceRole"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ssm.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each   = toset(["AmazonSSMManagedInstanceCore", "AmazonSSMDirectoryServiceAccess", "CloudWatchAgentServerPolicy"])
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/\${each.value}"
}
`;

const OURS = `
accounts:
  ours:
    id: "222222222222"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
    state: { backend: s3, bucket: ${STATE_BUCKET}, region: us-east-1 }
    directory_service: { default: {} }
    cloudwatch_agent: { default: {} }
`;

describeInLab("requests to AWS", (lab) => {
  test("do not exceed those of hand-written HCL with the same resources", async () => {
    await createStateBucket(lab());
    lab().file("by-hand/main.tf", BY_HAND);
    const byHand = await countRequests(lab(), `${lab().folder}/by-hand`);
    const ours = await countRequests(lab(), (await synthesize(lab(), "ours", OURS))("ours"));
    console.info(
      `Requests to AWS, apply / empty plan: hand-written HCL ${byHand.join(" / ")}, ours ${ours.join(" / ")}`,
    );
    expect(byHand[0]).toBeGreaterThan(4);
    expect(ours[0]).toBeLessThanOrEqual(byHand[0]);
    expect(ours[1]).toBeLessThanOrEqual(byHand[1]);
  });
});

async function countRequests(lab: Lab, root: string): Promise<[apply: number, emptyPlan: number]> {
  await lab.mustTerraform(root, "init", "-input=false", S3_BY_PATH);
  const start = lab.requests();
  await lab.mustTerraform(root, "apply", "-input=false", "-auto-approve");
  const applied = lab.requests();
  await lab.mustTerraform(root, "plan", "-input=false", "-detailed-exitcode");
  return [applied - start, lab.requests() - applied];
}
