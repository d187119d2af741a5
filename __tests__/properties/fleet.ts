import fc from "fast-check";
import { accountSchema, defaultsSchema } from "../../lib/config/schema";
import type { Fields } from "../../lib/input/merged";
import { ACCOUNT_NAME_RULES, type Rule } from "../../lib/input/rules";
import { hostileText, hostileValue } from "./hostile";
import { OWNERS, type Owner, valid } from "./valid";

/** A valid account, with the file's names. A missing field is `undefined`. */
export const validAccount: fc.Arbitrary<Fields> = fc.oneof(...OWNERS.map(accountOf));

const [NAME, DEVICE] = ACCOUNT_NAME_RULES as [Rule, Rule];
const ACCOUNT_NAMES = fc.stringMatching(NAME.pattern).filter((name) => !DEVICE.pattern.test(name));

/** A valid file, as a value. */
export const validFleet: fc.Arbitrary<Fields> = fc.oneof(
  ...OWNERS.map((of) =>
    fc.record({
      defaults: fc.oneof(fc.constant(undefined), valid(defaultsSchema, of)),
      accounts: fc.dictionary(ACCOUNT_NAMES, accountOf(of), { minKeys: 1, maxKeys: 2 }),
    }),
  ),
);

function accountOf(of: Owner): fc.Arbitrary<Fields> {
  return (valid(accountSchema, of) as fc.Arbitrary<Fields>).map((fields) => ({
    ...fields,
    id: of.id,
    // These are refused without a deploy role, and too few accounts would be valid.
    ...(fields.deploy_role_arn === undefined && { external_id: undefined, deploy_session: undefined }),
  }));
}

type Entry = readonly [key: string, value: unknown];
/** A change of one field of a value. */
type Change = (entry: Entry) => readonly Entry[];

const change: fc.Arbitrary<Change> = fc.oneof(
  hostileValue.map(
    (value): Change =>
      ([key]) => [[key, value]],
  ),
  hostileText.map(
    (name): Change =>
      ([, value]) => [[name, value]],
  ),
  hostileText.map(
    (name): Change =>
      (entry) => [entry, [name, entry[1]]],
  ),
  fc.tuple(hostileText, fc.nat(20)).map(
    ([text, at]): Change =>
      ([key, value]) => [[key, typeof value === "string" ? value.slice(0, at) + text + value.slice(at) : text]],
  ),
  fc.constant<Change>(() => []),
);

/** Returns the values with up to `most` fields changed: renamed, replaced or removed. */
export function spoilt(input: fc.Arbitrary<unknown>, most = 3): fc.Arbitrary<unknown> {
  const changes = fc.array(fc.tuple(fc.nat(), change), { maxLength: most });
  return fc.tuple(input, changes).map(([value, all]) =>
    all.reduce((changed, [at, one]) => {
      const places = paths(changed);
      return places.length === 0 ? changed : edit(changed, places[at % places.length] as readonly string[], one);
    }, value),
  );
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function paths(value: unknown): string[][] {
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])]);
}

function edit(value: unknown, [key, ...rest]: readonly string[], change: Change): unknown {
  const entries = Object.entries(value as object).flatMap((entry): readonly Entry[] => {
    if (entry[0] !== key) return [entry];
    return rest.length === 0 ? change(entry) : [[key, edit(entry[1], rest, change)]];
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
