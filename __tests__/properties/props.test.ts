import { type AccountProps, type HybridServiceRoleProps, InvalidInputError } from "../../lib";
import { accountSchema } from "../../lib/config/schema";
import { FEATURES } from "../../lib/features/features";
import { camelName, toCamel } from "../../lib/input/names";
import { FULL } from "../full";
import { errorsIn, synthAccount, synthRole } from "../support";
import { spoilt, validAccount } from "./fleet";
import { holdsFor } from "./property";
import { textsIn } from "./support";
import { foreignTemplates } from "./templates";

/** Any value that a program may pass as an account, regardless of its types. */
const props = spoilt(validAccount).map(
  (account) => toCamel(accountSchema, account as never) as unknown as AccountProps,
);

/** Returns the root module, or `undefined` if the props are refused. */
function made(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    // CDKTF itself reports errors in a program's own tokens.
    if (!(error instanceof InvalidInputError) && !/list token|map token|Token Key/.test(String(error))) throw error;
    return undefined;
  }
}

/** Returns strings with templates that are neither ours nor from a place where a program may use them: outside the feature maps. */
function notWritten(root: unknown, given: object): string[] {
  const maps = new Set(Object.keys(FEATURES).map(camelName));
  const written = new Set(textsIn(Object.entries(given).filter(([name]) => !maps.has(name))));
  // The trust policy contains the account's id.
  return foreignTemplates(root).filter((text) => !written.has(text) && !text.startsWith('{"Version"'));
}

test.each<[string, (given: AccountProps) => unknown]>([
  ["AccountStack", (given) => synthAccount(given)],
  [
    "HybridServiceRole",
    (given) => {
      // Fields for an account's provider and state are not props of a role. The role would refuse them as misspelled names.
      const ofAccount = /^(profile|deploy|external|state|ignore|use)/;
      const ofRole = Object.entries(given).filter(([name]) => !ofAccount.test(name));
      return synthRole(Object.fromEntries(ofRole) as Partial<HybridServiceRoleProps>);
    },
  ],
])("any props of %s are refused, or create a root module with only our templates and the program's", (_, make) => {
  let roots = 0;
  const cases = { sample: 30, full: 1_500 };
  holdsFor(props, cases, (given) => {
    const root = made(() => make(given));
    if (root === undefined) return;
    roots += 1;
    expect(notWritten(root, given)).toEqual([]);
  });
  expect(roots).toBeGreaterThan((FULL ? cases.full : cases.sample) / 10);
});

test.each(["${1 + 1}", "a%{ if true }b%{ endif }"])(
  "%s in a feature's map is refused: the map is a variable's default",
  (description) => {
    const errors = errorsIn(() => synthAccount({ activations: { one: { description } } }));
    expect(errors).toMatchObject([
      { code: "expression", field: "a/service_role: activations.one.description", value: description },
    ]);
  },
);
