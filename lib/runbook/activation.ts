import type { Account } from "../config/account";
import { InvalidInputError } from "../input/errors";
import { errorAt, suggestion } from "../input/issues";
import { CHECK_TITLE, endpointVariables, type Procedure, tagsOf } from "./procedure";
import { type ActivationRenewal, renewalStep } from "./renewal";

const GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide";

/**
 * Returns the procedure for one activation of an account. It is separate from AWS's procedure because the activation's
 * code is a secret, which must be in no state and no file.
 * @param label - label of the entry in `activations`
 * @param renewal - creates the activation only if needed, and stores its code. @default - creates it and shows its code
 * @throws InvalidInputError if the account has no such activation, or if it cannot be renewed
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
 */
export function activation(account: Account, label: string, renewal?: ActivationRenewal): Procedure {
  const { name, fields, serviceRole } = account;
  const { identity: role, attached } = serviceRole;
  const { entry, region } = activationOf(account, label);
  const renew = renewal && renewalStep(account, label, entry, region, renewal);
  const shown = [
    "(iam:PassRole) and list its policies. Each run creates a new activation.",
    "It shows the activation's id and code once, on the terminal, and writes the code nowhere. The code is a secret: anyone can",
    "register a machine with it until it expires. Keep it out of logs, transcripts and the shell's history.",
    "",
    "This command prints the script for the machine, which reads the id and code from a file with this output, or asks:",
  ];
  const stored = renew && [
    "(iam:PassRole), list its policies and write the secret: docs/renewal.md has the policy. It creates a new activation only if",
    `needed (${renew.conditions.join(", ")}, or there is none), and stores its id and code in the secret ${renew.secret}.`,
    "The code is never shown, and never an argument of a program.",
    "",
    "This command prints the script for the machine, which reads the id and code from a file with the secret's value:",
  ];
  return {
    account: name,
    region,
    environment: endpointVariables(fields),
    role,
    tags: tagsOf({ ...fields.tags, ...entry.tags }),
    preface: [
      `Creates the hybrid activation ${label} of the account ${name} (${role.accountId}), which machines register with:`,
      `${GUIDE}/hybrid-activation-managed-nodes.html`,
      "",
      `Run it with credentials of account ${role.accountId} that can create activations (ssm:CreateActivation), pass the role`,
      ...(stored ?? shown),
      `    npm run --silent machine -- --account ${name} --activation ${label} --os linux`,
    ],
    steps: [
      { kind: "check", title: CHECK_TITLE, references: [] },
      ...(renew ? [renew] : []),
      {
        kind: "activate",
        title: "Create the activation after IAM shows the role with its policies",
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
 * Returns an activation of an account, and the region in which machines register with it.
 * @param label - label of the entry in `activations`
 * @throws InvalidInputError if the account has no such activation
 */
export function activationOf({ name, fields }: Account, label: string) {
  const { region, activations } = fields;
  const labels = Object.keys(activations);
  const entry = Object.hasOwn(activations, label) ? activations[label] : undefined;
  if (entry) return { entry, region: entry.region ?? region };
  const others = labels.length > 0 ? `The account's activations are ${labels.join(", ")}.` : "Add it to the account.";
  const error = errorAt(["activations", label], {
    code: "unknown_activation",
    rule: "must be an activation of the account.",
    fix: suggestion(label, labels, others),
  });
  throw new InvalidInputError([{ ...error, account: name }]);
}
