/**
 * Comparison program with CDKTF alone: accounts from a YAML file, the same resources, outputs and typed variables, with iterators and
 * `Fn` for the maps. It has no schema, placeholders, validation or error reports. Its file contains an id, a region and a bucket per
 * account, and whether all eight features are on or five of them.
 */
import { readFileSync } from "node:fs";
import { IamGroupPolicyAttachment } from "@cdktf/provider-aws/lib/iam-group-policy-attachment";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SsmActivation } from "@cdktf/provider-aws/lib/ssm-activation";
import {
  App,
  dependable,
  Fn,
  S3Backend,
  TerraformIterator,
  TerraformLocal,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
} from "cdktf";
import type { Construct } from "constructs";
import { parse } from "yaml";
import { PATCH_MANAGER_BUCKETS, SUFFIXED_SNAPSHOT_BUCKETS } from "../lib/aws/managed-buckets";
import { userAccessPolicy } from "../lib/features/user-access-policy";
import type { FleetKind } from "./fleets";

interface Account {
  readonly id: string;
  readonly region: string;
  readonly bucket: string;
}

type MapIterator = ReturnType<typeof TerraformIterator.fromMap>;

function operatorScope({ id, bucket }: Account) {
  const roleArn = `arn:aws:iam::${id}:role/SSMServiceRole`;
  return { partition: "aws", accountId: id, roleArn, outputBuckets: [bucket] };
}

class BareStack extends TerraformStack {
  constructor(scope: Construct, name: string, account: Account, kind: FleetKind) {
    super(scope, name);
    new AwsProvider(this, "aws", {
      region: account.region,
      allowedAccountIds: [account.id],
      assumeRole: [{ roleArn: `arn:aws:iam::${account.id}:role/TerraformDeploy` }],
      defaultTags: [{ tags: { Owner: "platform" } }],
    });
    new S3Backend(this, {
      bucket: "example-terraform-state",
      key: `ssm-hybrid-service-role/${account.id}.tfstate`,
      region: "eu-central-1",
      encrypt: true,
    });
    const variable = (id: string, type: string, value: unknown) => {
      const made = new TerraformVariable(this, id, { type, default: value, nullable: false, description: id });
      made.overrideLogicalId(id);
      return made;
    };
    const policyType = "map(object({ policy_arn = optional(string) }))";
    const directoryService = variable("directory_service", policyType, { default: {} });
    const cloudwatchAgent = variable("cloudwatch_agent", policyType, { default: {} });
    const policies = variable("policies", "map(object({ policy_arn = string }))", {
      custom: { policy_arn: `arn:aws:iam::${account.id}:policy/my-bucket-policy-name` },
    });
    const managedBuckets = variable("s3_managed_buckets", "map(object({ legacy_agent = optional(bool, false) }))", {
      [account.region]: { legacy_agent: true },
    });
    const buckets = variable("s3_buckets", "map(object({ bucket = string, prefix = optional(string) }))", {
      "run-command": { bucket: account.bucket, prefix: "run-command" },
    });

    const patchManager = new TerraformLocal(this, "patch_manager_buckets", PATCH_MANAGER_BUCKETS);
    const snapshots = new TerraformLocal(this, "snapshot_buckets", SUFFIXED_SNAPSHOT_BUCKETS);

    const role = new IamRole(this, "role", {
      name: "SSMServiceRole",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "ssm.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: {
              StringEquals: { "aws:SourceAccount": account.id },
              ArnEquals: { "aws:SourceArn": [`arn:aws:ssm:*:${account.id}:*`] },
            },
          },
        ],
      }),
    });
    const attachments = [
      new IamRolePolicyAttachment(this, "core", {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      }),
    ];
    const attachEach = (id: string, map: TerraformVariable, fallback: string) => {
      const iterator = TerraformIterator.fromMap(map.value);
      const policyArn = fallback
        ? Fn.coalesce([iterator.getString("policy_arn"), fallback])
        : iterator.getString("policy_arn");
      attachments.push(new IamRolePolicyAttachment(this, id, { forEach: iterator, role: role.name, policyArn }));
    };
    attachEach("directory", directoryService, "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess");
    attachEach("cloudwatch", cloudwatchAgent, "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy");
    attachEach("custom", policies, "");

    const attachDocument = (id: string, map: TerraformVariable, document: (i: MapIterator) => unknown[]) => {
      const forEach = TerraformIterator.fromMap(map.value);
      const policy = new IamPolicy(this, `policy_${id}`, {
        forEach,
        name: `SSMServiceRole-${id}-${forEach.key}`,
        policy: JSON.stringify({ Version: "2012-10-17", Statement: document(forEach) }),
      });
      const made = TerraformIterator.fromResources(policy);
      attachments.push(
        new IamRolePolicyAttachment(this, id, { forEach: made, role: role.name, policyArn: made.getString("arn") }),
      );
    };
    attachDocument("managed", managedBuckets, ({ key }) => [
      {
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: [
          ...["aws-windows-downloads", "amazon-ssm", "aws-ssm", "amazon-ssm-packages"].map(
            (b) => `arn:aws:s3:::${b}-${key}/*`,
          ),
          `arn:aws:s3:::${Fn.lookup(patchManager.expression, key, "")}/*`,
          `arn:aws:s3:::${Fn.lookup(snapshots.expression, key, "")}/*`,
        ],
      },
    ]);
    attachDocument("own", buckets, (i) => {
      const arn = `arn:aws:s3:::${i.getString("bucket")}`;
      return [
        { Effect: "Allow", Action: "s3:PutObject", Resource: `${arn}/${i.getString("prefix")}/*` },
        { Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: arn },
      ];
    });
    if (kind === "eight") {
      const logGroups = variable("log_groups", "map(object({ log_group_arn = string }))", {
        "run-command": { log_group_arn: `arn:aws:logs:${account.region}:${account.id}:log-group:/ssm/run-command` },
      });
      attachDocument("logs", logGroups, (i) => {
        const arn = i.getString("log_group_arn");
        const actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
        return [
          { Effect: "Allow", Action: actions, Resource: [arn, `${arn}:*`] },
          { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
        ];
      });

      const people = variable("user_access", "map(object({ group = string }))", { operators: { group: "operators" } });
      const ofPeople = TerraformIterator.fromMap(people.value);
      const access = new IamPolicy(this, "policy_people", {
        forEach: ofPeople,
        name: `SSMServiceRole-user-access-${ofPeople.key}`,
        policy: JSON.stringify(
          userAccessPolicy(operatorScope(account), { level: "operator", node_tags: {} }),
        ).replaceAll("${", () => "$${"),
      });
      new IamGroupPolicyAttachment(this, "people", {
        forEach: ofPeople,
        group: ofPeople.getString("group"),
        policyArn: TerraformIterator.fromResources(access).getString("arn"),
      });

      const activations = variable("activations", "map(object({ registration_limit = number }))", {
        line: { registration_limit: 10 },
      });
      const ofActivations = TerraformIterator.fromMap(activations.value);
      new SsmActivation(this, "ssm_activations", {
        forEach: ofActivations,
        iamRole: role.name,
        registrationLimit: ofActivations.getNumber("registration_limit"),
        dependsOn: attachments,
      });
    }

    const outputs = { role_name: role.name, role_arn: role.arn, role_unique_id: role.uniqueId };
    for (const [name, value] of Object.entries({ ...outputs, attached_policy_arns: attachments[0]?.policyArn })) {
      // TerraformOutput's own `dependsOn` writes expressions, which Terraform does not accept there.
      new TerraformOutput(this, name, { value }).addOverride("depends_on", attachments.map(dependable));
    }
  }
}

const fleet: { features: FleetKind; accounts: Record<string, Account> } = parse(
  readFileSync(process.env.ACCOUNTS_FILE as string, "utf8"),
);
const app = new App({ stackTraces: false });
for (const [name, account] of Object.entries(fleet.accounts)) new BareStack(app, name, account, fleet.features);
app.synth();
