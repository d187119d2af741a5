import { serviceNames, TIER } from "../aws/partitions";
import { allow, type Condition, type Statement } from "../aws/policy-document";
import type { Account } from "../config/account";
import { S3_LOCK, stateInS3 } from "../config/backends";
import { regionsOf } from "../features/activations";

/** Permissions of the two roles in an account. */
export interface Permissions {
  /** Statements of both roles. */
  readonly read: readonly Statement[];
  /** Statements of the deploy role only. */
  readonly write: readonly Statement[];
}

const equals = (key: string, value: string | readonly string[]): Condition => ({ StringEquals: { [key]: value } });
const inRegions = (regions: readonly string[]) =>
  equals("aws:RequestedRegion", regions.length === 1 ? (regions[0] as string) : regions);
const attaching = (arns: readonly string[]): Condition => ({ ArnEquals: { "iam:PolicyARN": arns } });

/**
 * Returns the permissions that Terraform needs in IAM and Systems Manager for an account's service role.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export function rolePermissions({ fields, serviceRole }: Account): Permissions {
  const { identity, arn: role, attached, granted, settings } = serviceRole;
  const { permissions_boundary: boundary, exclusive_policies: exclusive, force_detach_policies: force } = settings;
  const bounded = boundary === undefined ? undefined : { ArnEquals: { "iam:PermissionsBoundary": boundary } };
  const attachable = attaching(attached.map(({ arn }) => arn));
  const own = [...attached, ...granted].flatMap(({ arn, document }) => (document ? arn : []));
  // If a role does not exist (yet), IAM may evaluate its ARN without the path.
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
      // For npm run status. The Describe actions do not support resource-level permissions.
      allow(["ssm:DescribeActivations", "ssm:DescribeInstanceInformation"], "*", inRegions(regionsOf(fields))),
      allow("ssm:GetServiceSetting", regionsOf(fields).map(tierIn)),
    ],
    write: [
      allow("iam:CreateRole", role, bounded),
      allow(
        [
          ...["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole"],
          ...["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
          // Both settings also delete inline policies of others.
          ...(exclusive || force ? ["iam:DeleteRolePolicy"] : []),
          // An adopted role loses its permissions boundary if the file does not set one.
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
      // No ssm:ResetServiceSetting: Terraform never resets a tier.
      ...(tiers.length > 0 ? [allow("ssm:UpdateServiceSetting", tiers.map(tierIn))] : []),
      ...(activates
        ? [
            // Neither action supports resource-level permissions.
            allow(["ssm:CreateActivation", "ssm:DeleteActivation"], "*", here),
            allow("iam:PassRole", role, equals("iam:PassedToService", serviceNames(identity.partition, "ssm"))),
          ]
        : []),
    ],
  };
}

const KINDS = { groups: "Group", roles: "Role", users: "User" } as const;

/** Returns the permissions to attach a `user_access` policy. The file has no paths of names, so any path is allowed. */
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

/** Values for the statements about an account's state file in S3. Each is a list. */
export interface StateFile {
  readonly Bucket: readonly string[];
  readonly State: readonly string[];
  readonly Lock: readonly string[];
  /**
   * KMS key that encrypts it, or all keys of its region if the file specifies an alias.
   * @default - a key that S3 manages
   */
  readonly KmsKey?: readonly string[];
  /** Encryption contexts. S3 sends the object's ARN, or the bucket's ARN if the bucket has a bucket key. */
  readonly KmsContext?: readonly string[];
  readonly KmsService?: readonly string[];
}

/**
 * Returns the state file of an account; `undefined` if it is not in S3, or if a role other than the deploy role reads
 * and writes it. Without `state.assume_role`, Terraform uses the caller's credentials, which are the deploy role's if a
 * pipeline assumes it with OIDC.
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
 * Returns the permissions that Terraform needs to read a state file, and to write and lock it. `s3:ListBucket` has no
 * condition on the prefix: S3 checks it without a prefix before it reports that a state file does not exist.
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
