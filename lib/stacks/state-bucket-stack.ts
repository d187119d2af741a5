import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { type TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type State, stateSchema } from "../config/backends";
import { BUCKET_STATE_KEY, type StateBucket } from "../config/state-buckets";
import { ImportBlocks } from "../terraform/blocks";
import { expression } from "../terraform/hcl";
import { AccountProvider } from "./account-provider";
import { RemoteState } from "./remote-state";

/** Props of a {@link StateBucketStack}. */
export interface StateBucketStackProps {
  readonly bucket: StateBucket;
  /** File of the bucket's own state, relative to the root module. @default - the state is in the bucket */
  readonly localState?: string;
  /** Imports an existing bucket. @default false */
  readonly adopt?: boolean;
}

/** Root module of a bucket for states: versioned, encrypted, and accessible only to the roles of these states. */
export class StateBucketStack extends TerraformStack {
  constructor(scope: Construct, id: string, { bucket, localState, adopt = false }: StateBucketStackProps) {
    super(scope, id);
    const { name, region, kmsKeyId, owner } = bucket;
    new AccountProvider(this, { ...owner, region });
    const state = localState === undefined ? ownState(bucket) : ({ backend: "local", path: localState } as const);
    new RemoteState(this, state, region);

    // Destroying any of these would lose or expose states. Terraform refuses such a plan.
    const lifecycle = { preventDestroy: true };
    const of = { bucket: expression("aws_s3_bucket.this.id"), lifecycle };
    const publicAccess = new S3BucketPublicAccessBlock(this, "public_access_block", {
      ...of,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const resources: TerraformResource[] = [
      new S3Bucket(this, "bucket", { bucket: name, lifecycle }),
      new S3BucketVersioningA(this, "versioning", { ...of, versioningConfiguration: { status: "Enabled" } }),
      new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
        ...of,
        rule: [
          kmsKeyId === undefined
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
            : {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyId },
                bucketKeyEnabled: true,
              },
        ],
      }),
      new S3BucketOwnershipControls(this, "ownership", { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }),
      publicAccess,
      new S3BucketPolicy(this, "policy", {
        ...of,
        policy: JSON.stringify(bucket.policy(owner.deploy_role_arn)),
        dependsOn: [publicAccess],
      }),
    ];
    for (const resource of resources) resource.overrideLogicalId("this");
    if (adopt) new ImportBlocks(this, "adopt", [{ to: "aws_s3_bucket.this", id: name }]);
  }
}

/** Returns the bucket's own state in the bucket, accessed by the role that creates the bucket. */
function ownState({ name, region, kmsKeyId, owner }: StateBucket): State {
  return stateSchema.parse({
    backend: "s3",
    bucket: name,
    key: BUCKET_STATE_KEY,
    region,
    kms_key_id: kmsKeyId,
    allowed_account_ids: [owner.id],
    profile: owner.profile,
    use_fips_endpoint: owner.use_fips_endpoint,
    use_dualstack_endpoint: owner.use_dualstack_endpoint,
    assume_role: { role_arn: owner.deploy_role_arn, external_id: owner.external_id, ...owner.deploy_session },
  });
}
