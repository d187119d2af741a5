import { generator } from "./support/generated";
import { accountsReference } from "./support/reference";

generator("reference", "Writes the reference of accounts.yaml from the zod schema.", () => ({
  "docs/accounts.md": accountsReference(),
}));
