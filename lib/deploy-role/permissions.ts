import { serviceNames, TIER } from "../aws/partitions";
import { allow, type Condition, type Statement } from "../aws/policy-document";
import type { Account } from "../config/account";
import { S3_LOCK, stateInS3 } from "../config/backends";
import { regionsOf } from "../features/activations";

/** What a role may do in an account. */
export interface Permissions {
  /** Of the read-only role. The deploy role has them too. */
  readonly read: readonly Statement[];
  /** Of the deploy role besides. */
  readonly write: readonly Statement[];
}

const equals = (key: string, value: string | readonly string[]): Condition => ({ StringEquals: { [key]: value } });
const inRegions = (regions: readonly string[]) =>
  equals("aws:RequestedRegion", regions.length === 1 ? (regions[0] as string) : regions);
const attaching = (arns: readonly string[]): Condition => ({ ArnEquals: { "iam:PolicyARN": arns } });

/**
 * What Terraform needs in IAM and Systems Manager for the service role of an account.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export function rolePermissions({ fields, serviceRole }: Account): Permissions {
  const { identity, arn: role, attached, granted, settings } = serviceRole;
  const { permissions_boundary: boundary, exclusive_policies: exclusive, force_detach_policies: force } = settings;
  const bounded = boundary === undefined ? undefined : { ArnEquals: { "iam:PermissionsBoundary": boundary } };
  const attachable = attaching(attached.map(({ arn }) => arn));
  const own = [...attached, ...granted].flatMap(({ arn, document }) => (document ? arn : []));
  // IAM may look for a role that does not exist, or not yet, under its name alone.
  const found = [...new Set([role, `arn:${identity.partition}:iam::${identity.accountId}:role/${identity.name}`])];
  const people = granted.flatMap((policy) =>
    peoplePermissions(policy, `arn:${identity.partition}:iam::${identity.accountId}`),
  );
  const activations = Object.values(fields.activations).filter(({ by_runbook }) => !by_runbook);
  const activates = activations.length > 0;
  const here = inRegions([...new Set(activations.map(({ region }) => region ?? fields.region))].sort());
  const tierIn = (region: string) =>
    `arn:${identity.partition}:ssm:${region}:${identity.accountId}:servicesetting${TIER}`;
  const tiers = Object.keys(fields.instance_tier).sort();
  return {
    read: [
      allow(["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"], found),
      ...(own.length > 0 ? [allow(["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"], own)] : []),
      ...people.map(({ read }) => read),
      // Of npm run status. Neither Describe action takes a narrower resource.
      allow(["ssm:DescribeActivations", "ssm:DescribeInstanceInformation"], "*", inRegions(regionsOf(fields))),
      allow("ssm:GetServiceSetting", regionsOf(fields).map(tierIn)),
    ],
    write: [
      allow("iam:CreateRole", role, bounded),
      allow(
        [
          ...["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole"],
          ...["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
          // An inline policy of others goes with them.
          ...(exclusive || force ? ["iam:DeleteRolePolicy"] : []),
          // Without a boundary in the file, a role that is taken over loses its own.
          ...(settings.adopt && boundary === undefined ? ["iam:DeleteRolePermissionsBoundary"] : []),
        ],
        role,
      ),
      ...(bounded ? [allow("iam:PutRolePermissionsBoundary", role, bounded)] : []),
      allow("iam:AttachRolePolicy", role, attachable),
      allow("iam:DetachRolePolicy", role, exclusive || force ? undefined : attachable),
      ...(own.length > 0
        ? [
            allow(
              [
                ...["iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"],
                ...["iam:TagPolicy", "iam:UntagPolicy"],
              ],
              own,
            ),
          ]
        : []),
      ...people.map(({ write }) => write),
      // No ssm:ResetServiceSetting: nothing here sets a tier back.
      ...(tiers.length > 0 ? [allow("ssm:UpdateServiceSetting", tiers.map(tierIn))] : []),
      ...(activates
        ? [
            // Neither action takes a narrower resource.
            allow(["ssm:CreateActivation", "ssm:DeleteActivation"], "*", here),
            allow("iam:PassRole", role, equals("iam:PassedToService", serviceNames(identity.partition, "ssm"))),
          ]
        : []),
    ],
  };
}

const KINDS = { groups: "Group", roles: "Role", users: "User" } as const;

/** Who gets a policy of `user_access`. The file has their names, not their paths. */
function peoplePermissions(policy: Account["serviceRole"]["granted"][number], iam: string) {
  return (["groups", "roles", "users"] as const)
    .filter((kind) => policy[kind].length > 0)
    .map((kind) => {
      const what = KINDS[kind];
      const who = policy[kind]
        .flatMap((name) => [name, `*/${name}`])
        .map((name) => `${iam}:${what.toLowerCase()}/${name}`);
      return {
        read: allow(`iam:ListAttached${what}Policies`, who),
        write: allow([`iam:Attach${what}Policy`, `iam:Detach${what}Policy`], who, attaching([policy.arn])),
      };
    });
}

/** ARNs and names of an account's state file in S3, as its statements need them; each is a list. */
export interface StateFile {
  readonly Bucket: readonly string[];
  readonly State: readonly string[];
  readonly Lock: readonly string[];
  /** The key that encrypts it, or all keys of its region where the file names an alias. @default - S3's own key */
  readonly KmsKey?: readonly string[];
  /** Encryption contexts: S3 sends the object's ARN, or the bucket's where that has a bucket key. */
  readonly KmsContext?: readonly string[];
  readonly KmsService?: readonly string[];
}

/**
 * The state file of an account; none where it is not in S3, or where another role than the deploy role reads and writes it. Without
 * `state.assume_role` the caller's own credentials reach it: these are the deploy role's where a pipeline assumes it by OIDC.
 */
export function stateFile({ fields, serviceRole: { identity } }: Account): StateFile | undefined {
  const state = stateInS3(fields);
  if (!state || (state.assume_role && state.assume_role.role_arn !== fields.deploy_role_arn)) return undefined;
  const { partition, accountId } = identity;
  const { bucket, key, region, kms_key_id: kmsKey } = state;
  const arn = `arn:${partition}:s3:::${bucket}`;
  const object = `${arn}/${key}`;
  const lock = `${object}${S3_LOCK}`;
  const file = { Bucket: [arn], State: [object], Lock: [lock] };
  if (kmsKey === undefined) return file;
  const isKey = !/(^|:)alias\//.test(kmsKey);
  const ofRegion = `arn:${partition}:kms:${region}:${accountId}:key/`;
  return {
    ...file,
    KmsKey: [!isKey ? `${ofRegion}*` : kmsKey.startsWith("arn:") ? kmsKey : `${ofRegion}${kmsKey}`],
    KmsContext: [arn, object, lock],
    KmsService: serviceNames(partition, `s3.${region}`),
  };
}

/**
 * What Terraform needs to read a state file, and to write and lock it. Listing has no condition on the prefix: S3 asks for
 * `s3:ListBucket` without a prefix before it says that a state does not exist yet.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 * @see https://developer.hashicorp.com/terraform/language/backend/s3
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function statePermissions({ Bucket, State, Lock, KmsKey, KmsContext, KmsService }: StateFile): Permissions {
  const kms = (action: string) =>
    KmsKey && KmsContext && KmsService
      ? [
          allow(action, KmsKey, {
            StringEquals: { "kms:ViaService": KmsService, "kms:EncryptionContext:aws:s3:arn": KmsContext },
          }),
        ]
      : [];
  return {
    read: [allow("s3:ListBucket", Bucket), allow("s3:GetObject", State), ...kms("kms:Decrypt")],
    write: [
      allow("s3:PutObject", State),
      allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Lock),
      ...kms("kms:GenerateDataKey"),
    ],
  };
}
