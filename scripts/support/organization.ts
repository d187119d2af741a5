import {
  type Account,
  DescribeOrganizationCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListTagsForResource,
} from "@aws-sdk/client-organizations";
import { z } from "zod";
import type { Member } from "./add-accounts";
import { Refusal } from "./refusal";

/** Accounts of an organization, and the ids of the selected ones. */
export interface Selection {
  readonly members: readonly Member[];
  readonly selected: ReadonlySet<string>;
}

/**
 * Lists the accounts of AWS Organizations. It sends read requests only.
 * @param unit - selects the accounts of this organizational unit and of the units below it. @default - all accounts
 * @param tags - selects the accounts with all of these tags
 * @throws Refusal if there are no credentials, or if they do not allow the requests
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 */
export async function askOrganization(unit: string | undefined, tags: ReadonlyMap<string, string>): Promise<Selection> {
  // Organizations has one endpoint per partition, which the SDK finds from any region. It throttles after a few requests per second.
  const client = new OrganizationsClient({
    ...(!process.env.AWS_REGION && { region: "us-east-1" }),
    retryMode: "adaptive",
    maxAttempts: 10,
  });
  try {
    await client.send(new DescribeOrganizationCommand({}));
    const members = (await all(paginateListAccounts({ client }, {}), ({ Accounts }) => Accounts)).map(memberOf);
    const inUnit = unit === undefined ? members.map(({ id }) => id) : await accountsOf(client, unit);
    const selected: string[] = [];
    for (const id of inUnit) if (tags.size === 0 || (await hasTags(client, id, tags))) selected.push(id);
    return { members, selected: new Set(selected) };
  } catch (error) {
    throw refusal(error as Error, unit);
  }
}

async function accountsOf(client: OrganizationsClient, ParentId: string): Promise<string[]> {
  const accounts = await all(paginateListAccountsForParent({ client }, { ParentId }), ({ Accounts }) => Accounts);
  const units = await all(
    paginateListOrganizationalUnitsForParent({ client }, { ParentId }),
    ({ OrganizationalUnits }) => OrganizationalUnits,
  );
  const below: string[] = [];
  for (const { Id } of units) below.push(...(await accountsOf(client, Id as string)));
  return [...accounts.map(({ Id }) => Id as string), ...below];
}

async function hasTags(
  client: OrganizationsClient,
  ResourceId: string,
  wanted: ReadonlyMap<string, string>,
): Promise<boolean> {
  const found = await all(paginateListTagsForResource({ client }, { ResourceId }), ({ Tags }) => Tags);
  const tags = new Map(found.map(({ Key, Value }) => [Key, Value]));
  return [...wanted].every(([key, value]) => tags.get(key) === value);
}

async function all<Page, Item>(pages: AsyncIterable<Page>, of: (page: Page) => Item[] | undefined): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(of(page) ?? []));
  return items;
}

const listSchema = z.object({
  NextToken: z.string().nullish(),
  Accounts: z.array(
    z.object({
      Id: z.string().regex(/^[0-9]{12}$/),
      Arn: z.string().optional(),
      Name: z.string(),
      Status: z.string().optional(),
      State: z.string().optional(),
    }),
  ),
});

/**
 * Reads the output of `aws organizations list-accounts --output json`.
 * @param where - name of the source, for errors
 * @throws Refusal if it is anything else, or only one of several pages
 */
export function readOrganization(text: string, where: string): Selection {
  const whatItMustBe = `${where} must be the output of aws organizations list-accounts --output json`;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${whatItMustBe}: it is not JSON (${(error as Error).message}).`);
  }
  const { data, error } = listSchema.safeParse(json);
  if (!data) {
    const [issue] = error.issues;
    throw new Refusal(`${whatItMustBe}: ${issue?.path.join(".") || "the whole"}: ${issue?.message}.`);
  }
  if (data.NextToken) {
    throw new Refusal(
      `${whatItMustBe}, with all pages: this one has a NextToken. Remove --max-items and --no-paginate.`,
    );
  }
  const members = data.Accounts.map(memberOf);
  return { members, selected: new Set(members.map(({ id }) => id)) };
}

/** `State` replaces `Status`: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html. */
function memberOf({
  Id = "",
  Arn = "",
  Name,
  State,
  Status,
}: Pick<z.output<typeof listSchema>["Accounts"][number], "Arn" | "State" | "Status"> &
  Pick<Account, "Id" | "Name">): Member {
  // arn:aws:organizations::<management account>:account/<organization>/<account>
  const isManagement = Arn.split(":")[4] === Id;
  return { id: Id, name: Name ?? "", state: State ?? Status ?? "ACTIVE", isManagement };
}

const MAY_ASK = "Use credentials of the organization's management account or of a delegated administrator";

function refusal(error: Error, unit: string | undefined): Error {
  const { name, message } = error;
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new Refusal(`There are no AWS credentials. ${MAY_ASK}: sign in (aws sso login), or set AWS_PROFILE.`);
  }
  if (name === "AWSOrganizationsNotInUseException") {
    return new Refusal(
      "The account of these credentials is not in an organization. Add the accounts to the file by hand.",
    );
  }
  if (/AccessDenied/.test(name)) {
    return new Refusal(
      `These credentials do not allow requests to AWS Organizations (${name}: ${message}). ${MAY_ASK}, with organizations:DescribeOrganization, ` +
        "ListAccounts, ListAccountsForParent, ListOrganizationalUnitsForParent and ListTagsForResource; or read a list with --from <file>.",
    );
  }
  if (/ParentNotFound|InvalidInput/.test(name) && unit !== undefined) {
    return new Refusal(
      `--ou ${unit} is not an organizational unit of the organization (${name}). An id begins with ou- (or with r- for the root).`,
    );
  }
  return error;
}
