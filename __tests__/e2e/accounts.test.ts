import { readFileSync, writeFileSync } from "node:fs";
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListAccountsCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
  TagResourceCommand,
} from "@aws-sdk/client-organizations";
import { describeInLab } from "./support";

describeInLab("npm run accounts", (lab) => {
  let organizations: OrganizationsClient;
  let file: string;
  const ids = new Map<string, string>();
  let factories: string;

  const accounts = (...args: readonly string[]) => lab().program("scripts/accounts.ts", { ACCOUNTS_FILE: file }, args);
  const text = () => readFileSync(file, "utf8");

  beforeAll(async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    organizations = new OrganizationsClient({ endpoint: lab().endpoint, region: "us-east-1", credentials });
    file = lab().file("organization/accounts.yaml", "defaults:\n  region: eu-central-1 # ours\naccounts:\n");
  });

  test("says what to do if the account is in no organization", async () => {
    expect(await accounts()).toMatchObject({ code: 1, output: expect.stringMatching(/is not in an organization/) });
  });

  test("shows the accounts that are missing from the file, and writes nothing without --write", async () => {
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    const root = Roots?.[0]?.Id as string;
    const unit = async (ParentId: string, Name: string) =>
      (await organizations.send(new CreateOrganizationalUnitCommand({ ParentId, Name }))).OrganizationalUnit
        ?.Id as string;
    factories = await unit(root, "factories");
    const lines = await unit(factories, "lines");
    const places = { "Plant North": root, "Plant South": factories, "Line 1": lines };
    for (const [name, place] of Object.entries(places)) {
      await organizations.send(
        new CreateAccountCommand({ AccountName: name, Email: `${name.replace(" ", "-")}@example.com` }),
      );
      const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
      const id = Accounts.find(({ Name }) => Name === name)?.Id as string;
      ids.set(name, id);
      if (place !== root) {
        await organizations.send(
          new MoveAccountCommand({ AccountId: id, SourceParentId: root, DestinationParentId: place }),
        );
      }
    }
    await organizations.send(
      new TagResourceCommand({ ResourceId: ids.get("Line 1") as string, Tags: [{ Key: "ssm", Value: "yes" }] }),
    );

    const before = text();
    const { code, output } = await accounts();
    expect(code).toBe(0);
    for (const id of ids.values()) expect(output).toMatch(new RegExp(`^\\+ +id: "${id}"$`, "m"));
    expect(output).toMatch(/is the management account: service control policies do not apply to it\./);
    expect(output).toContain("To add them, use --write.");
    expect(text()).toBe(before);
  });

  test("selects a unit with its child units, and accounts by their tags", async () => {
    const added = async (...args: readonly string[]) =>
      [...(await accounts(...args)).stdout.matchAll(/^\+ +id: "([0-9]+)"$/gm)].map(([, id]) => id).sort();
    const idsOf = (...names: readonly string[]) => names.map((name) => ids.get(name)).sort();
    expect(await added("--ou", factories)).toEqual(idsOf("Plant South", "Line 1"));
    expect(await added("--tag", "ssm=yes")).toEqual(idsOf("Line 1"));
    expect(await added("--ou", factories, "--tag", "ssm=no")).toEqual([]);
    expect(await accounts("--tag", "ssm")).toMatchObject({
      code: 1,
      output: expect.stringMatching(/must be <key>=<value>/),
    });
    expect(await accounts("--ou", "ou-abcd-11111111")).toMatchObject({
      code: 1,
      output: expect.stringMatching(/ou-abcd-11111111 is not an organizational unit of the organization/),
    });
  });

  test("writes the accounts that it showed, also from a list in a file, and then finds none missing", async () => {
    expect(await accounts("--ou", factories, "--write")).toMatchObject({ code: 0 });
    expect(text()).toMatch(
      /^defaults:\n {2}region: eu-central-1 # ours\naccounts:\n {2}line-1:\n {4}id: "[0-9]{12}"\n {2}plant-south:\n/,
    );
    const { Accounts } = await organizations.send(new ListAccountsCommand({}));
    const list = lab().file("organization/list.json", JSON.stringify({ Accounts }));
    expect(await accounts("--from", list, "--write")).toMatchObject({ code: 0 });
    expect(text()).toContain(`  plant-north:\n    id: "${ids.get("Plant North")}"\n`);
    const written = text();
    expect(await accounts()).toMatchObject({ code: 0, output: `No account is missing from ${file}.\n` });
    expect(text()).toBe(written);
    // The file can be synthesized.
    const synth = await lab().program("main.ts", {
      ACCOUNTS_FILE: file,
      CDKTF_OUTDIR: lab().directory("organization/out"),
    });
    expect(synth).toMatchObject({ code: 0 });
  });

  test("reports an account that is not in the organization, and keeps it in the file", async () => {
    writeFileSync(file, `${text()}  elsewhere:\n    id: "999999999999"\n`);
    const { code, output } = await accounts("--write");
    expect(code).toBe(0);
    expect(output).toContain(
      "elsewhere is not in the organization. It stays in the file. To remove an account, see docs/recipes.md.",
    );
    expect(text()).toContain("elsewhere:");
  });
});
