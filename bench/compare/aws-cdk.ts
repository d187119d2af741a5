/**
 * The same roles with AWS CDK, as CloudFormation: for each account the role with its trust policy, three AWS managed policies, an
 * existing policy, the customer managed policies, and the policy for users. CloudFormation has no hybrid activations, remote states or
 * variables.
 */
import { readFileSync } from "node:fs";
import { App, Stack, Tags } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { parse } from "yaml";
import { logGroupsPolicy } from "../../lib/features/log-groups-policy";
import { s3BucketsPolicy } from "../../lib/features/s3-buckets-policy";
import { s3ManagedBucketsPolicy } from "../../lib/features/s3-managed-buckets-policy";
import { userAccessPolicy } from "../../lib/features/user-access-policy";
import { trustPolicy } from "../../lib/role/trust-policy";

interface Account {
  readonly id: string;
  readonly region: string;
  readonly bucket: string;
}

class RoleStack extends Stack {
  constructor(scope: Construct, name: string, { id, region, bucket }: Account) {
    super(scope, name, { env: { account: id, region } });
    const identity = { partition: "aws", accountId: id };
    const settings = { service_principal: "ssm.amazonaws.com", conditions: true, regions: [] };
    const [trust] = trustPolicy(identity, settings).Statement;
    const role = new iam.Role(this, "Role", {
      roleName: "SSMServiceRole",
      assumedBy: new iam.ServicePrincipal("ssm.amazonaws.com", { conditions: trust?.Condition ?? {} }),
      managedPolicies: [
        ...["AmazonSSMManagedInstanceCore", "AmazonSSMDirectoryServiceAccess", "CloudWatchAgentServerPolicy"].map(
          (policy) => iam.ManagedPolicy.fromAwsManagedPolicyName(policy),
        ),
        iam.ManagedPolicy.fromManagedPolicyName(this, "Custom", "my-bucket-policy-name"),
      ],
    });
    const output = { bucket, prefix: "run-command", purpose: "run_command", put_object_acl: false } as const;
    const group = {
      log_group_arn: `arn:aws:logs:${region}:${id}:log-group:/ssm/run-command`,
      purpose: "run_command",
    } as const;
    const documents = {
      "s3-managed-buckets": s3ManagedBucketsPolicy("aws", { [region]: { legacy_agent: true } }),
      "s3-buckets": s3BucketsPolicy("aws", { "run-command": output }),
      "log-groups": logGroupsPolicy({ "run-command": group }),
    };
    for (const [suffix, document] of Object.entries(documents)) {
      new iam.ManagedPolicy(this, suffix, {
        managedPolicyName: `SSMServiceRole-${suffix}`,
        document: iam.PolicyDocument.fromJson(document),
        roles: [role],
      });
    }
    const scopeOfPeople = { partition: "aws", accountId: id, roleArn: role.roleArn, outputBuckets: [bucket] };
    new iam.ManagedPolicy(this, "Operators", {
      managedPolicyName: "SSMServiceRole-user-access-operators",
      document: iam.PolicyDocument.fromJson(userAccessPolicy(scopeOfPeople, { level: "operator", node_tags: {} })),
      groups: [iam.Group.fromGroupName(this, "Group", "operators")],
    });
    Tags.of(this).add("Owner", "platform");
  }
}

const fleet: { accounts: Record<string, Account> } = parse(readFileSync(process.env.ACCOUNTS_FILE as string, "utf8"));
const app = new App({ outdir: process.env.CDKTF_OUTDIR as string, analyticsReporting: false });
for (const [name, account] of Object.entries(fleet.accounts)) new RoleStack(app, name, account);
app.synth();
