// Written by npm run props from the schemas, because types that TypeScript derives from a schema have no descriptions.

/** One account as a program writes it. */
export interface AccountProps {
  /** Id of the AWS account: 12 digits, in quotes ("012345678901"). */
  readonly accountId: string;
  /**
   * Region of the provider. The partition (aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, aws-iso-b, aws-iso-e,
   * aws-iso-f) is derived from it.
   */
  readonly region: string;
  /**
   * AWS CLI profile with the credentials for Terraform's provider, npm run bootstrap and the checks before a plan,
   * for example an IAM Identity Center profile for each account. It may contain {account_name}. The state has its
   * own setting, state.profile. Default: none; AWS_PROFILE and the other variables of the AWS CLI apply.
   */
  readonly profile?: string | undefined;
  /** Role that Terraform assumes in the account. Default: the caller's own credentials. */
  readonly deployRoleArn?: string | undefined;
  /** External id that the deploy role's trust policy requires. Default: none. */
  readonly externalId?: string | undefined;
  /** Session of the deploy role in Terraform and in npm run bootstrap. Default: a session without tags. */
  readonly deploySession?: DeploySessionProps | undefined;
  /**
   * Use AWS FIPS endpoints. Requests to a service without one in the region fail. The state has its own setting.
   * @default false
   */
  readonly useFipsEndpoint?: boolean | undefined;
  /**
   * Use AWS dual-stack endpoints, over IPv6 or IPv4. Requests to a service without one in the region fail. The
   * state has its own setting.
   * @default false
   */
  readonly useDualstackEndpoint?: boolean | undefined;
  /** Settings of the service role. */
  readonly role?: RoleProps | undefined;
  /** Trust policy of the service role. */
  readonly trust?: TrustProps | undefined;
  /** Tags of all resources (the provider's default_tags). */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Tags that others, such as an organization's tagging tool, add to the resources created here. Terraform leaves
   * them unchanged, and shows no change for them (the provider's ignore_tags). Default: Terraform removes every tag
   * that it did not set.
   */
  readonly ignoreTags?: IgnoreTagsProps | undefined;
  /** Backend for the account's Terraform state. Default: local. */
  readonly state?: S3StateProps | CloudStateProps | HttpStateProps | LocalStateProps | undefined;
  /**
   * Allows machines to join a Microsoft AD directory: attaches AmazonSSMDirectoryServiceAccess, or the policy in
   * policyArn. Key: a label of your choice. Off when empty.
   */
  readonly directoryService?: Readonly<Record<string, DirectoryServiceEntry>> | undefined;
  /**
   * Allows the CloudWatch agent to run on the machines: attaches CloudWatchAgentServerPolicy, or the policy in
   * policyArn. Key: a label of your choice. Off when empty.
   */
  readonly cloudwatchAgent?: Readonly<Record<string, CloudwatchAgentEntry>> | undefined;
  /**
   * Allows SSM Agent to read the AWS-owned buckets of a region, as required with a VPC endpoint. Key: the region.
   * Off when empty. AWS publishes no Patch Manager bucket for China, GovCloud and the newest regions: specify it in
   * patchManagerBucket there.
   */
  readonly s3ManagedBuckets?: Readonly<Record<string, S3ManagedBucketEntry>> | undefined;
  /**
   * Allows the machines to access your own S3 buckets, each as its purpose requires. Key: a label of your choice.
   * Off when empty.
   */
  readonly s3Buckets?: Readonly<Record<string, S3BucketEntry>> | undefined;
  /**
   * Allows the machines to write to existing log groups of CloudWatch Logs, for the logs of Session Manager and the
   * output of Run Command. Key: a label of your choice. Off when empty.
   */
  readonly logGroups?: Readonly<Record<string, LogGroupEntry>> | undefined;
  /** Attaches existing policies, customer managed or AWS managed. Key: a label of your choice. Off when empty. */
  readonly policies?: Readonly<Record<string, PolicyEntry>> | undefined;
  /**
   * Allows people to use Systems Manager on the machines: one policy for each entry, attached to its groups, roles
   * and users. Key: a label of your choice. Off when empty.
   */
  readonly userAccess?: Readonly<Record<string, UserAccessEntry>> | undefined;
  /**
   * Sets the advanced-instances tier for the machines outside AWS of a region. Session Manager on these machines
   * requires it, and so do more than 1,000 of them. AWS charges for each machine outside AWS in the
   * advanced-instances tier, by the hour: https://aws.amazon.com/systems-manager/pricing/. Key: the region. Off
   * when empty. Removing an entry does not reset the tier: Terraform refuses the plan until the setting is removed
   * from the state.
   */
  readonly instanceTier?: Readonly<Record<string, InstanceTierEntry>> | undefined;
  /**
   * Hybrid activations that machines register with. The Terraform state contains their codes. Key: a label of your
   * choice. Off when empty.
   */
  readonly activations?: Readonly<Record<string, ActivationEntry>> | undefined;
}

/**
 * One entry of activations. Hybrid activations that machines register with. The Terraform state contains their
 * codes. Key: a label of your choice. Off when empty.
 */
export interface ActivationEntry {
  /**
   * Number of machines that can register with it: 1 to 1,000.
   * @default 1
   */
  readonly registrationLimit?: number | undefined;
  /**
   * Time until which machines can register, in RFC 3339 format and UTC. At most 30 days after the activation is
   * created.
   */
  readonly expirationDate?: string | undefined;
  /** Lifetime in days, 1 to 30, from the plan that creates the activation. Without both fields, AWS sets 24 hours. */
  readonly expiresInDays?: number | undefined;
  /** Description of the activation, at most 256 characters. Default: none. */
  readonly description?: string | undefined;
  /** Name of each machine in Systems Manager. Default: none. */
  readonly defaultInstanceName?: string | undefined;
  /** Tags of the machines that register, in addition to the account's tags. Default: none. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Region in which the activation is created and Systems Manager manages the machines. Default: the account's
   * region.
   */
  readonly region?: string | undefined;
  /**
   * Whether the runbook creates the activation instead of Terraform. Its code is then in no Terraform state.
   * @default false
   */
  readonly byRunbook?: boolean | undefined;
}

/**
 * One entry of instanceTier. Sets the advanced-instances tier for the machines outside AWS of a region. Session
 * Manager on these machines requires it, and so do more than 1,000 of them. AWS charges for each machine outside
 * AWS in the advanced-instances tier, by the hour: https://aws.amazon.com/systems-manager/pricing/. Key: the
 * region. Off when empty. Removing an entry does not reset the tier: Terraform refuses the plan until the setting
 * is removed from the state.
 */
export interface InstanceTierEntry {
  /** Must be advanced. It is required because the tier costs money for each machine. */
  readonly tier: "advanced";
}

/**
 * One entry of userAccess. Allows people to use Systems Manager on the machines: one policy for each entry,
 * attached to its groups, roles and users. Key: a label of your choice. Off when empty.
 */
export interface UserAccessEntry {
  /**
   * read_only: lists and describes machines and commands, without the commands' output. operator: also runs
   * commands on the machines, reads their output, opens a shell with Session Manager (on machines outside AWS only
   * in the advanced-instances tier), and resumes and ends its own sessions. A shell has the machine's credentials:
   * with AmazonSSMManagedInstanceCore they can read every SSM parameter of the account. administrator: also creates
   * activations for this role, and changes and removes the machines' registrations.
   */
  readonly level: "read_only" | "operator" | "administrator";
  /** Names of IAM groups that get the policy. Default: none. */
  readonly groups?: readonly string[] | undefined;
  /** Names of IAM roles that get the policy. Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** Names of IAM users that get the policy. Default: none. */
  readonly users?: readonly string[] | undefined;
  /**
   * Required for operator: limits access to machines that have all of these tags; {} means all machines of the
   * account. Other levels have no tags. With tags, the operator cannot cancel commands or read their output with
   * the SSM API: AWS cannot limit ssm:GetCommandInvocation, ssm:ListCommandInvocations and ssm:CancelCommand to
   * some machines. Send the output to S3 or CloudWatch Logs instead.
   */
  readonly nodeTags?: Readonly<Record<string, string>> | undefined;
  /**
   * ARN of the KMS key that encrypts the sessions, as set in Session Manager's preferences. The policy allows its
   * use for sessions on machines outside AWS. Default: none.
   */
  readonly kmsKeyArn?: string | undefined;
  /**
   * Name of the policy. A permission set of IAM Identity Center references a customer managed policy by its name
   * and path, which must be the same in every account that the set is assigned in: set it if role.name differs
   * between accounts. Another name creates another policy. Default: <role name>-user-access-<label>.
   */
  readonly name?: string | undefined;
  /**
   * IAM path of the policy; begins and ends with /. For IAM Identity Center, it must be the same in every account.
   * Default: role.path.
   */
  readonly path?: string | undefined;
}

/**
 * One entry of policies. Attaches existing policies, customer managed or AWS managed. Key: a label of your choice.
 * Off when empty.
 */
export interface PolicyEntry {
  /** ARN of an existing managed policy. */
  readonly policyArn: string;
}

/**
 * One entry of logGroups. Allows the machines to write to existing log groups of CloudWatch Logs, for the logs of
 * Session Manager and the output of Run Command. Key: a label of your choice. Off when empty.
 */
export interface LogGroupEntry {
  /** ARN of an existing log group of this account, in any region. */
  readonly logGroupArn: string;
  /** Purpose of the log group: the logs of Session Manager, or the output of Run Command. */
  readonly purpose: "session_manager" | "run_command";
  /**
   * For session_manager: ARN of the KMS key that encrypts the sessions, as set in Session Manager's preferences.
   * The machines can decrypt with it within sessions only. CloudWatch Logs, not the machines, uses the key of the
   * log group itself. Default: none.
   */
  readonly kmsKeyArn?: string | undefined;
}

/**
 * One entry of s3Buckets. Allows the machines to access your own S3 buckets, each as its purpose requires. Key: a
 * label of your choice. Off when empty.
 */
export interface S3BucketEntry {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Folder that access is limited to; "" for the whole bucket. */
  readonly prefix: string;
  /**
   * Purpose of the bucket, which determines what the machines can do. run_command, session_manager, state_manager
   * and inventory (their output): s3:PutObject, and s3:GetEncryptionConfiguration on the bucket. patch_baseline
   * (patch lists): s3:GetObject. scripts: s3:GetObject, and s3:ListBucket of the prefix, because SSM Agent lists a
   * folder before it downloads it.
   */
  readonly purpose: "run_command" | "session_manager" | "state_manager" | "inventory" | "patch_baseline" | "scripts";
  /**
   * Whether to allow s3:PutObjectAcl. Required only for a bucket of another account with ACLs enabled: SSM Agent
   * uploads with the ACL bucket-owner-full-control. In the role's own account, AWS requires only s3:PutObject.
   * @default false
   */
  readonly putObjectAcl?: boolean | undefined;
  /**
   * ARN of the KMS key that encrypts the bucket. The machines can use it through S3 only. Default: no key of your
   * own.
   */
  readonly kmsKeyArn?: string | undefined;
}

/**
 * One entry of s3ManagedBuckets. Allows SSM Agent to read the AWS-owned buckets of a region, as required with a VPC
 * endpoint. Key: the region. Off when empty. AWS publishes no Patch Manager bucket for China, GovCloud and the
 * newest regions: specify it in patchManagerBucket there.
 */
export interface S3ManagedBucketEntry {
  /**
   * Whether to allow the buckets of older agents (AWS-ConfigureAWSPackage) and of Distributor packages. AWS's page
   * no longer lists them.
   * @default false
   */
  readonly legacyAgent?: boolean | undefined;
  /**
   * Name of Patch Manager's bucket. Default: the name that AWS publishes for the region. AWS publishes none for
   * China, GovCloud and the newest regions. There the bucket is omitted unless you specify it.
   */
  readonly patchManagerBucket?: string | undefined;
}

/**
 * One entry of cloudwatchAgent. Allows the CloudWatch agent to run on the machines: attaches
 * CloudWatchAgentServerPolicy, or the policy in policyArn. Key: a label of your choice. Off when empty.
 */
export interface CloudwatchAgentEntry {
  /** ARN of a narrower policy to attach instead. Default: CloudWatchAgentServerPolicy of the account's partition. */
  readonly policyArn?: string | undefined;
}

/**
 * One entry of directoryService. Allows machines to join a Microsoft AD directory: attaches
 * AmazonSSMDirectoryServiceAccess, or the policy in policyArn. Key: a label of your choice. Off when empty.
 */
export interface DirectoryServiceEntry {
  /**
   * ARN of a narrower policy to attach instead. Default: AmazonSSMDirectoryServiceAccess of the account's
   * partition.
   */
  readonly policyArn?: string | undefined;
}

/** A file on this machine, for evaluation. */
export interface LocalStateProps {
  /** A file on this machine, for evaluation. */
  readonly backend: "local";
  /**
   * Path of the account's state file, relative to cdktf.out/stacks/<account name>.
   * @default "../../../terraform.{account_name}.tfstate"
   */
  readonly path?: string | undefined;
}

/** A state server over HTTPS, such as GitLab's managed state. */
export interface HttpStateProps {
  /** A state server over HTTPS, such as GitLab's managed state. */
  readonly backend: "http";
  /** Address of the account's state. */
  readonly address: string;
  /** Address that locks the state. Default: address with /lock at the end, as in GitLab. */
  readonly lockAddress?: string | undefined;
  /** Address that unlocks the state. Default: lockAddress. */
  readonly unlockAddress?: string | undefined;
  /**
   * HTTP method to lock.
   * @default "POST"
   */
  readonly lockMethod?: "GET" | "POST" | "PUT" | "DELETE" | "LOCK" | "UNLOCK" | undefined;
  /**
   * HTTP method to unlock.
   * @default "DELETE"
   */
  readonly unlockMethod?: "GET" | "POST" | "PUT" | "DELETE" | "LOCK" | "UNLOCK" | undefined;
}

/** HCP Terraform or Terraform Enterprise, with one workspace per account. */
export interface CloudStateProps {
  /** HCP Terraform or Terraform Enterprise, with one workspace per account. */
  readonly backend: "cloud";
  /** Name of the organization. */
  readonly organization: string;
  /** Project in which Terraform creates or finds the workspace. Default: the organization's default project. */
  readonly project?: string | undefined;
  /**
   * Host name.
   * @default "app.terraform.io"
   */
  readonly hostname?: string | undefined;
  /**
   * The account's workspace.
   * @default "ssm-hybrid-service-role-{account_name}"
   */
  readonly workspace?: string | undefined;
}

/** Amazon S3, with one object per account. */
export interface S3StateProps {
  /** Amazon S3, with one object per account. */
  readonly backend: "s3";
  /** Bucket that contains the state. */
  readonly bucket: string;
  /**
   * Key of the account's state in the bucket.
   * @default "ssm-hybrid-service-role/{account_name}/terraform.tfstate"
   */
  readonly key?: string | undefined;
  /** Region of the bucket. Default: the account's region. */
  readonly region?: string | undefined;
  /** KMS key that encrypts the state. Default: the bucket's default encryption. */
  readonly kmsKeyId?: string | undefined;
  /**
   * Lock the state with an object next to it, <key>.tflock.
   * @default true
   */
  readonly useLockfile?: boolean | undefined;
  /**
   * Encrypt the state at rest.
   * @default true
   */
  readonly encrypt?: boolean | undefined;
  /**
   * AWS CLI profile for access to the state, or for assuming assumeRole. Default: none. The account's profile is
   * not used.
   */
  readonly profile?: string | undefined;
  /**
   * Use AWS FIPS endpoints for the state.
   * @default false
   */
  readonly useFipsEndpoint?: boolean | undefined;
  /**
   * Use AWS dual-stack endpoints, over IPv6 or IPv4, for the state.
   * @default false
   */
  readonly useDualstackEndpoint?: boolean | undefined;
  /**
   * Use path-style URLs for the bucket: only for S3-compatible storage.
   * @default false
   */
  readonly usePathStyle?: boolean | undefined;
  /** Accounts whose credentials may access the state. Default: any. */
  readonly allowedAccountIds?: readonly string[] | undefined;
  /** Role assumed only for the state. The provider assumes deployRoleArn. Default: the caller's own credentials. */
  readonly assumeRole?: AssumeRoleProps | undefined;
  /**
   * Role that npm run bootstrap assumes to create the bucket and to change its settings. It can delete every state:
   * do not grant it to users who only deploy. Default: deployRoleArn of the account that contains the bucket.
   */
  readonly bootstrapRoleArn?: string | undefined;
}

/** Role assumed only for the state. The provider assumes deployRoleArn. Default: the caller's own credentials. */
export interface AssumeRoleProps {
  /** Role that reads and writes the state. */
  readonly roleArn: string;
  /** External id that the role's trust policy requires. Default: none. */
  readonly externalId?: string | undefined;
  /**
   * Name of the session, which CloudTrail shows. Default: ssm-hybrid-service-role for deployRoleArn; a name that
   * Terraform generates for state.assumeRole.
   */
  readonly sessionName?: string | undefined;
  /**
   * Session tags, which policy conditions compare as aws:PrincipalTag. The role's trust policy and the caller's own
   * policies must allow sts:TagSession. Default: none.
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Keys of the session tags that are passed on to the sessions of roles assumed from this one. Default: none. */
  readonly transitiveTagKeys?: readonly string[] | undefined;
  /**
   * Identity of the session's user, which CloudTrail shows, also for roles assumed from this session. The role's
   * trust policy and the caller's own policies must allow sts:SetSourceIdentity. Default: none.
   */
  readonly sourceIdentity?: string | undefined;
}

/**
 * Tags that others, such as an organization's tagging tool, add to the resources created here. Terraform leaves
 * them unchanged, and shows no change for them (the provider's ignore_tags). Default: Terraform removes every tag
 * that it did not set.
 */
export interface IgnoreTagsProps {
  /** Keys of the ignored tags. Default: none. */
  readonly keys?: readonly string[] | undefined;
  /** Key prefixes of the ignored tags. Default: none. */
  readonly keyPrefixes?: readonly string[] | undefined;
}

/** Trust policy of the service role. */
export interface TrustProps {
  /**
   * Add the conditions that prevent the confused deputy problem: aws:SourceAccount and aws:SourceArn of this
   * account.
   * @default true
   */
  readonly conditions?: boolean | undefined;
  /** Regions whose hybrid activations may use the role, in aws:SourceArn. Default: all regions of the account. */
  readonly regions?: readonly string[] | undefined;
  /**
   * Service principal that can assume the role. AWS's pages for China also list ssm.amazonaws.com.cn.
   * @default "ssm.amazonaws.com"
   */
  readonly servicePrincipal?: string | undefined;
}

/** Settings of the service role. */
export interface RoleProps {
  /**
   * Name of the role: 1 to 64 characters, unique in the account, regardless of case.
   * @default "SSMServiceRole"
   */
  readonly name?: string | undefined;
  /**
   * IAM path of the role and of the policies created with it. Begins and ends with /.
   * @default "/"
   */
  readonly path?: string | undefined;
  /** Description of the role. Default: none. */
  readonly description?: string | undefined;
  /** Maximum session duration of the role in seconds, 3,600 to 43,200. Default: IAM's default, 3,600. */
  readonly maxSessionDuration?: number | undefined;
  /** ARN of the managed policy that is the role's permissions boundary. Default: no boundary. */
  readonly permissionsBoundary?: string | undefined;
  /**
   * Before the role is destroyed, detach the policies that others attached. Otherwise such policies make the
   * destroy fail.
   * @default false
   */
  readonly forceDetachPolicies?: boolean | undefined;
  /**
   * ARN of a narrower policy to attach instead of AmazonSSMManagedInstanceCore, which allows each machine to read
   * every SSM parameter of the account. Default: AmazonSSMManagedInstanceCore.
   */
  readonly corePolicyArn?: string | undefined;
  /**
   * The account's quota `Managed policies per role`: 10, or up to 20 if AWS raised it.
   * @default 10
   */
  readonly managedPolicyQuota?: number | undefined;
  /**
   * The role already exists: import it at the next apply, and change in place what differs from the file. A
   * permissions boundary that the file does not specify is removed; attached policies stay. Refuses a plan that
   * would replace the role. Also allows the runbook to change an existing role with another trust policy. Remove
   * this setting after the apply.
   * @default false
   */
  readonly adopt?: boolean | undefined;
  /**
   * Detach every managed policy that others attach to the role, and delete every inline policy. Requires provider
   * hashicorp/aws 5.72 or later.
   * @default false
   */
  readonly exclusivePolicies?: boolean | undefined;
}

/** Session of the deploy role in Terraform and in npm run bootstrap. Default: a session without tags. */
export interface DeploySessionProps {
  /**
   * Name of the session, which CloudTrail shows. Default: ssm-hybrid-service-role for deployRoleArn; a name that
   * Terraform generates for state.assumeRole.
   */
  readonly sessionName?: string | undefined;
  /**
   * Session tags, which policy conditions compare as aws:PrincipalTag. The role's trust policy and the caller's own
   * policies must allow sts:TagSession. Default: none.
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Keys of the session tags that are passed on to the sessions of roles assumed from this one. Default: none. */
  readonly transitiveTagKeys?: readonly string[] | undefined;
  /**
   * Identity of the session's user, which CloudTrail shows, also for roles assumed from this session. The role's
   * trust policy and the caller's own policies must allow sts:SetSourceIdentity. Default: none.
   */
  readonly sourceIdentity?: string | undefined;
}
