import { activations } from "./activations";
import { cloudwatchAgent } from "./cloudwatch-agent";
import { directoryService } from "./directory-service";
import { logGroups } from "./log-groups";
import { policies } from "./policies";
import { s3Buckets } from "./s3-buckets";
import { s3ManagedBuckets } from "./s3-managed-buckets";
import { userAccess } from "./user-access";

/** The optional features, by the name of their map. The file's schema, the role and the module are made from this list. */
export const FEATURES = {
  directory_service: directoryService,
  cloudwatch_agent: cloudwatchAgent,
  s3_managed_buckets: s3ManagedBuckets,
  s3_buckets: s3Buckets,
  log_groups: logGroups,
  policies,
  user_access: userAccess,
  // Last: an activation waits for all that is attached.
  activations,
} as const;
