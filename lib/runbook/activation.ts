import type { Account } from "../config/account";
import { InvalidInputError } from "../input/errors";
import { errorAt, suggestion } from "../input/issues";
import { CHECK_TITLE, endpointVariables, type Procedure, tagsOf } from "./procedure";
import { type ActivationRenewal, renewalStep } from "./renewal";

const GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide";

/**
 * One activation of an account, apart from AWS's procedure: its code is a secret, which this way is in no state and no file.
 * @param label - of the entry in `activations`
 * @param renewal - makes the activation only where it is needed, and stores its code. @default - makes it and shows its code
 * @throws InvalidInputError where the account has no such activation, or the renewal cannot be
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
 */
export function activation(account: Account, label: string, renewal?: ActivationRenewal): Procedure {
  const { name, fields, serviceRole } = account;
  const { identity: role, attached } = serviceRole;
  const { entry, region } = activationOf(account, label);
  const renew = renewal && renewalStep(account, label, entry, region, renewal);
  const shown = [
    "(iam:PassRole) and list its policies. Each run makes a new activation.",
    "It shows the activation's id and code on the terminal, once, and writes the code nowhere. The code is a secret, with which",
    "anybody can register a machine until it expires: keep it out of logs, transcripts and the shell's history.",
    "",
    "On the machine, with the script that this prints; it takes the id and code from a file with the output of this one, or asks:",
  ];
  const stored = renew && [
    "(iam:PassRole), list its policies and write the secret: docs/renewal.md has the policy. It makes a new activation only where",
    `that is needed (${renew.conditions.join(", ")}, or there is none), and stores its id and code in the secret ${renew.secret}.`,
    "The code is shown nowhere, and is no argument of a program.",
    "",
    "On the machine, with the script that this prints; it takes the id and code from a file with the value of the secret:",
  ];
  return {
    account: name,
    region,
    environment: endpointVariables(fields),
    role,
    tags: tagsOf({ ...fields.tags, ...entry.tags }),
    preface: [
      `The hybrid activation ${label} of the account ${name} (${role.accountId}), with which machines register:`,
      `${GUIDE}/hybrid-activation-managed-nodes.html`,
      "",
      `Run it with credentials of account ${role.accountId} that may make activations (ssm:CreateActivation), pass the role`,
      ...(stored ?? shown),
      `    npm run --silent machine -- --account ${name} --activation ${label} --os linux`,
    ],
    steps: [
      { kind: "check", title: CHECK_TITLE, named: [] },
      ...(renew ? [renew] : []),
      {
        kind: "activate",
        title: "The activation, once IAM shows the role with its policies",
        iamRole: `${role.path}${role.name}`.slice(1),
        policyArns: attached.map(({ arn }) => arn),
        entry,
        ...(renew && {
          deliver: { secret: renew.secret, tags: tagsOf({ ...fields.tags, [renew.mark.Key]: renew.mark.Value }) },
        }),
      },
    ],
  };
}

/**
 * One activation of an account, and the region in which machines register with it.
 * @param label - of the entry in `activations`
 * @throws InvalidInputError where the account has no such activation
 */
export function activationOf({ name, fields }: Account, label: string) {
  const { region, activations } = fields;
  const labels = Object.keys(activations);
  const entry = Object.hasOwn(activations, label) ? activations[label] : undefined;
  if (entry) return { entry, region: entry.region ?? region };
  const others = labels.length > 0 ? `The account's activations are ${labels.join(", ")}.` : "Add it to the account.";
  const error = errorAt(["activations", label], {
    code: "unknown_activation",
    rule: "must be an activation of the file.",
    fix: suggestion(label, labels, others),
  });
  throw new InvalidInputError([{ ...error, account: name }]);
}
