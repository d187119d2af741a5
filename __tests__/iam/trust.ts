import { MACHINE } from "./machine";
import { but, type Pair, type Table } from "./pair";
import { arn, elsewhere, globalArn, type Place, ROLE, stranger } from "./place";

/** Systems Manager assumes the role for a machine, and passes the account and activation as context. */
export const trust: Table = {
  name: "trust",
  who: () => "ssm.amazonaws.com",
  documents: ({ trust }) => [{ document: trust, ours: true }],
  asker: [],
  pairs: (place) => [
    ...SOURCES.flatMap((source) => confusedDeputy(place, source)),
    ...but(byMachine(place, 0), { "by EC2": { by: "ec2.amazonaws.com" } }),
    ...but(byMachine(place, 1), { "by a user of the account": { by: globalArn(place, "iam", "user/ann") } }),
    ...but(byMachine(place, 2), {
      "by a role of another account": { by: globalArn(stranger(place), "iam", "role/Hybrid") },
    }),
    ...but(byMachine(place, 3), { "with session tags": { action: "sts:TagSession" } }),
  ],
};

/** Resources for which Systems Manager can assume the role. */
const SOURCES = [MACHINE, "activation/01234567-89ab-cdef-0123-456789abcdef"];

function assume(place: Place, source: string) {
  return {
    action: "sts:AssumeRole",
    resource: globalArn(place, "iam", `role${ROLE.path}${ROLE.name}`),
    context: { "aws:SourceAccount": place.account, "aws:SourceArn": arn(place, "ssm", source) },
  };
}

function byMachine(place: Place, digit: number) {
  return { may: "be assumed by Systems Manager", ...assume(place, `managed-instance/mi-${digit}123456789abcdef0`) };
}

function confusedDeputy(place: Place, source: string): Pair[] {
  const asked = { may: `be assumed for ${source}`, ...assume(place, source) };
  const account = (of: Place) => ({ "aws:SourceAccount": of.account });
  const from = (of: Place, service = "ssm") => ({ "aws:SourceArn": arn(of, service, source) });
  const theirs = stranger(place);
  return but(asked, {
    "of another account": { context: { ...account(theirs), ...from(theirs) } },
    "of another account that claims an ARN of this account": { context: { ...account(theirs), ...from(place) } },
    "of another account that claims the id of this account": { context: { ...account(place), ...from(theirs) } },
    "of a region that trust.regions does not list": { context: { ...account(place), ...from(elsewhere(place)) } },
    "for another service of Systems Manager's customer": {
      context: { ...account(place), ...from(place, "ssm-incidents") },
    },
    "without the account": { context: from(place) },
    "without the ARN": { context: account(place) },
  });
}
