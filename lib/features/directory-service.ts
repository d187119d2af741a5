import { managedPolicyFeature } from "./managed-policy-feature";

/**
 * Required only by machines that join a Microsoft AD directory.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html
 */
export const directoryService = managedPolicyFeature({
  name: "directory_service",
  purpose: "Allows machines to join a Microsoft AD directory",
  title: "Directory service",
  step: "(Optional) AWS Directory Service, for machines that join a Microsoft AD directory",
  policy: "AmazonSSMDirectoryServiceAccess",
  policyWords: {
    allows: "Machines list the account's directories and create computer accounts in them.",
    notice: {
      code: "every-directory",
      text: "Each machine can create computer accounts in every directory of the account.",
    },
  },
});
