import { parseAccounts } from "../../lib/config/fleet";
import { addAccounts, type Member } from "../../scripts/support/add-accounts";
import { readOrganization } from "../../scripts/support/organization";

const FILE = "accounts.yaml";
const member = (digit: string, name: string, more: Partial<Member> = {}): Member => ({
  id: digit.repeat(12),
  name,
  state: "ACTIVE",
  isManagement: false,
  ...more,
});
const PLANT = member("2", "Werk Süd (Nürnberg)");
const add = (text: string, members: readonly Member[], region?: string) =>
  addAccounts(FILE, text, members, new Set(members.map(({ id }) => id)), region);

const ONE = `# The fleet.
defaults: &d # shared
  region: eu-central-1

accounts:
    # The first.
    one: # main
        id: "111111111111" # twelve digits
        # still of one

# The end.
`;

/** Each row: the text before, and the text with the new account. */
test.each([
  [
    "after the last one, with its indentation, and keeps comments",
    ONE,
    ONE.replace(
      "        # still of one\n",
      '        # still of one\n    werk-sud-nurnberg:\n        id: "222222222222"\n',
    ),
  ],
  [
    "to a map in braces",
    'defaults: { region: eu-west-1 }\naccounts: { one: { id: "111111111111" }, }\n',
    'defaults: { region: eu-west-1 }\naccounts: { one: { id: "111111111111" }, werk-sud-nurnberg: { id: "222222222222" } }\n',
  ],
  [
    "to an empty accounts key",
    "defaults: { region: eu-west-1 }\naccounts: # none yet\nx-more: 1\n",
    'defaults: { region: eu-west-1 }\naccounts: # none yet\n  one:\n    id: "111111111111"\n  werk-sud-nurnberg:\n    id: "222222222222"\nx-more: 1\n',
  ],
  [
    "to a file without a final line break",
    'defaults: { region: eu-west-1 }\naccounts:\n  one:\n    id: "111111111111"',
    'defaults: { region: eu-west-1 }\naccounts:\n  one:\n    id: "111111111111"\n  werk-sud-nurnberg:\n    id: "222222222222"\n',
  ],
  [
    "with Windows line breaks",
    'defaults: { region: eu-west-1 }\r\naccounts:\r\n  one:\r\n    id: "111111111111"\r\n',
    'defaults: { region: eu-west-1 }\r\naccounts:\r\n  one:\r\n    id: "111111111111"\r\n  werk-sud-nurnberg:\r\n    id: "222222222222"\r\n',
  ],
])("adds accounts %s", (_, before, after) => {
  const { text, added } = add(before, [member("1", "one"), PLANT]);
  expect(text).toBe(after);
  expect([...added.keys()]).toContain("werk-sud-nurnberg");
  expect(parseAccounts(text, FILE).size).toBe(2);
  // A second run adds nothing.
  expect(add(text, [member("1", "one"), PLANT]).text).toBe(text);
});

test("writes a region into each account of a new file, and requires one", () => {
  expect(() => add("", [PLANT])).toThrow("defaults in accounts.yaml has no region. Add --region");
  expect(add("", [PLANT], "eu-west-1").text).toBe(
    'accounts:\n  werk-sud-nurnberg:\n    id: "222222222222"\n    region: eu-west-1\n',
  );
});

test("keeps an account of the file unchanged, regardless of its name and its number of roles", () => {
  const text = `defaults: { region: eu-west-1 }
accounts:
  a: { id: "111111111111" }
  b: { id: "111111111111", role: { name: Second } }
`;
  expect(add(text, [member("1", "Renamed")])).toEqual({ text, added: new Map(), left: new Map() });
});

test("reports and keeps accounts that are not in the organization or not active, but no others that are not selected", () => {
  const text = `defaults: { region: eu-west-1 }
accounts:
  here: { id: "111111111111" }
  gone: { id: "333333333333" }
  closed: { id: "444444444444" }
`;
  const members = [
    member("1", "here"),
    member("4", "closed", { state: "SUSPENDED" }),
    member("5", "new", { state: "PENDING_CLOSURE" }),
  ];
  const { text: after, left } = addAccounts(FILE, text, members, new Set(["555555555555"]));
  expect(after).toBe(text);
  expect([...left]).toEqual([
    ["gone", "is not in the organization"],
    ["closed", "is SUSPENDED"],
  ]);
});

test.each([
  ["Factory EU / Line 1", "factory-eu-line-1"],
  ["one", "one-222222222222"],
  ["ONE", "one-222222222222"],
  ["nul", "account-222222222222"],
  ["工場", "account-222222222222"],
  ["-- x --", "x"],
  ["x".repeat(60), "x".repeat(50)],
])("converts the account name %s to %s", (name, expected) => {
  const { added } = add(ONE, [member("1", "one"), member("2", name)]);
  expect([...added.keys()]).toEqual([expected]);
});

test("refuses a file with errors, and adds nothing", () => {
  expect(() => add('accounts: { a: { id: "1" } }', [PLANT])).toThrow("must be the 12 digits of an AWS account id");
});

describe("the output of aws organizations list-accounts", () => {
  const account = {
    Id: "222222222222",
    Arn: "arn:aws:organizations::111111111111:account/o-a/222222222222",
    Name: "Plant",
  };

  test("is read with State or Status, and the management account is identified by its ARN", () => {
    const own = { ...account, Id: "111111111111", Name: "Payer" };
    const text = JSON.stringify({
      Accounts: [
        { ...account, Status: "SUSPENDED", State: "CLOSED" },
        { ...own, Status: "ACTIVE" },
      ],
    });
    expect(readOrganization(text, "list.json").members).toEqual([
      { id: "222222222222", name: "Plant", state: "CLOSED", isManagement: false },
      { id: "111111111111", name: "Payer", state: "ACTIVE", isManagement: true },
    ]);
  });

  test.each([
    ["Id Name", "list.json must be the output of aws organizations list-accounts --output json: it is not JSON"],
    ["[]", "list.json must be the output of aws organizations list-accounts --output json: the whole: "],
    ['{"Accounts":[{"Id":"1","Name":"a"}]}', "Accounts.0.Id: "],
    [JSON.stringify({ Accounts: [account], NextToken: "x" }), "with all pages: this one has a NextToken"],
  ])("is refused if it is %s", (text, message) => {
    expect(() => readOrganization(text, "list.json")).toThrow(message);
  });
});
