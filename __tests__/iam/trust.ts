import type { Pair, Table } from "./pair";
import { arn, elsewhere, globalArn, type Place, ROLE, stranger } from "./place";

/** Systems Manager assumes the role for a machine, and tells for which account and activation. */
export const trust: Table = {
  name: "trust",
  who: () => "ssm.amazonaws.com",
  documents: ({ trust }) => [{ document: trust, ours: true }],
  asker: [],
  pairs: (place) => [
    ...SOURCES.flatMap((source) => confusedDeputy(place, source)),
    {
      ...assume(place, "managed-instance/mi-0123456789abcdef0"),
      may: "be assumed by Systems Manager",
      not: { what: "by EC2", by: "ec2.amazonaws.com" },
    },
    {
      ...assume(place, "managed-instance/mi-1123456789abcdef0"),
      may: "be assumed by Systems Manager",
      not: { what: "by a person of the account", by: globalArn(place, "iam", "user/ann") },
    },
    {
      ...assume(place, "managed-instance/mi-2123456789abcdef0"),
      may: "be assumed by Systems Manager",
      not: { what: "by a role of another account", by: globalArn(stranger(place), "iam", "role/Hybrid") },
    },
    {
      ...assume(place, "managed-instance/mi-3123456789abcdef0"),
      may: "be assumed by Systems Manager",
      not: { what: "with tags of somebody's choice", action: "sts:TagSession" },
    },
  ],
};

/** What Systems Manager may do on behalf of. */
const SOURCES = ["managed-instance/mi-0123456789abcdef0", "activation/01234567-89ab-cdef-0123-456789abcdef"];

function assume(place: Place, source: string) {
  return {
    action: "sts:AssumeRole",
    resource: globalArn(place, "iam", `role${ROLE.path}${ROLE.name}`),
    context: { "aws:SourceAccount": place.account, "aws:SourceArn": arn(place, "ssm", source) },
  };
}

function confusedDeputy(place: Place, source: string): Pair[] {
  const asked = assume(place, source);
  const may = `be assumed for ${source}`;
  const not = (what: string, context: Record<string, string>) => ({ ...asked, may, not: { what, context } });
  const ours = asked.context;
  const theirs = {
    "aws:SourceAccount": stranger(place).account,
    "aws:SourceArn": arn(stranger(place), "ssm", source),
  };
  return [
    not("of another account", theirs),
    not("of another account that claims an ARN of ours", { ...ours, "aws:SourceAccount": theirs["aws:SourceAccount"] }),
    not("of another account that claims our id", { ...ours, "aws:SourceArn": theirs["aws:SourceArn"] }),
    not("of a region that trust.regions leaves out", {
      ...ours,
      "aws:SourceArn": arn(elsewhere(place), "ssm", source),
    }),
    not("for another service of Systems Manager's customer", {
      ...ours,
      "aws:SourceArn": arn(place, "ssm-incidents", source),
    }),
    not("without telling the account", { "aws:SourceArn": ours["aws:SourceArn"] }),
    not("without telling the ARN", { "aws:SourceAccount": place.account }),
  ];
}
