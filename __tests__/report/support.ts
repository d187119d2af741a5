import type { AccountProps } from "../../lib";
import { type AccountFacts, readRoot } from "../../lib/report/read";
import { synthAccount } from "../support";

/** Returns the facts of a root module that is synthesized from some fields. */
export function facts(props: Partial<AccountProps> = {}, name = "a"): AccountFacts {
  return readRoot(name, synthAccount(props, name));
}
