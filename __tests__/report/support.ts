import type { AccountProps } from "../../lib";
import { type AccountFacts, readRoot } from "../../lib/report/read";
import { synthAccount } from "../support";

/** What a root says that is made of some fields of the file. */
export function facts(props: Partial<AccountProps> = {}, name = "a"): AccountFacts {
  return readRoot(name, synthAccount(props, name));
}
