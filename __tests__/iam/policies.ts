import { roleWith } from "./machine";
import type { Table } from "./pair";
import { arn } from "./place";

/** A policy that exists already: AmazonSSMPatchAssociation. */
export const policies: Table = {
  name: "policies",
  ...roleWith("policies"),
  pairs: (place) => {
    const baseline = arn(place, "ssm", "patchbaseline/pb-0123456789abcdef0");
    return [
      {
        may: "read a patch baseline",
        action: "ssm:GetPatchBaseline",
        resource: baseline,
        not: { what: "change it", action: "ssm:UpdatePatchBaseline" },
      },
      {
        may: "find a baseline's patches",
        action: "ssm:DescribeEffectivePatchesForPatchBaseline",
        resource: baseline,
        not: { what: "delete it", action: "ssm:DeletePatchBaseline" },
      },
      {
        may: "find baselines",
        action: "ssm:DescribePatchBaselines",
        resource: "*",
        not: { what: "make one", action: "ssm:CreatePatchBaseline" },
      },
      {
        may: "find what has a tag",
        action: "tag:GetResources",
        resource: "*",
        not: { what: "tag it", action: "tag:TagResources" },
      },
    ];
  },
};
