import { roleWith } from "./machine";
import type { Table } from "./pair";
import { arn } from "./place";

/** Joining a directory, by AmazonSSMDirectoryServiceAccess. */
export const directoryService: Table = {
  name: "directory_service",
  ...roleWith("directory_service"),
  pairs: (place) => {
    const directory = arn(place, "ds", "directory/d-0123456789");
    return [
      {
        may: "join a directory",
        action: "ds:CreateComputer",
        resource: directory,
        not: { what: "delete it", action: "ds:DeleteDirectory" },
      },
      {
        may: "join a second directory",
        action: "ds:CreateComputer",
        resource: arn(place, "ds", "directory/d-1123456789"),
        not: { what: "reset passwords in it", action: "ds:ResetUserPassword" },
      },
      {
        may: "find directories",
        action: "ds:DescribeDirectories",
        resource: "*",
        not: { what: "make one", action: "ds:CreateDirectory" },
      },
    ];
  },
};
