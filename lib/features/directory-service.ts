import { managedPolicyFeature } from "./managed-policy-feature";

/**
 * Needed only by machines that join a Microsoft AD directory.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html
 */
export const directoryService = managedPolicyFeature(
  "directory_service",
  "AmazonSSMDirectoryServiceAccess",
  "Lets machines join a Microsoft AD directory",
);
