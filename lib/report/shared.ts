import type { ReportedAccount } from "./account-section";
import { accountAnchor } from "./account-section";
import { commaList, type Html, html } from "./html";
import { awsPolicy } from "./notices";
import type { AccountFacts } from "./read";
import { trustWords } from "./words";

/** Facts that are the same in all accounts. The page shows them once. */
export interface Shared {
  /** Codes of the notices that every account has. */
  readonly codes: ReadonlySet<string>;
  /** ARNs of AWS managed policies that every account's role has. */
  readonly policies: ReadonlySet<string>;
  /** Sentences about who can assume the role. @default - the accounts differ */
  readonly trust?: readonly string[] | undefined;
}

export function sharedBy(rows: readonly ReportedAccount[]): Shared {
  const [first, ...rest] = rows;
  if (!first) return { codes: new Set(), policies: new Set() };
  const policies = first.facts.attached.map(({ arn }) => arn).filter((arn) => awsPolicy(arn) !== undefined);
  const trust = trustOf(first.facts);
  const inAll = (test: (row: ReportedAccount) => boolean) => rest.every(test);
  return {
    codes: new Set(
      first.notices
        .map(({ code }) => code)
        .filter((code) => inAll(({ notices }) => notices.some((one) => one.code === code))),
    ),
    policies: new Set(policies.filter((arn) => inAll(({ facts }) => facts.attached.some((one) => one.arn === arn)))),
    ...(inAll(({ facts }) => trustOf(facts).join() === trust.join()) && { trust }),
  };
}

/** Returns the trust in sentences that apply to any account: its own ID becomes "the account itself". */
function trustOf({ trust, identity }: AccountFacts): string[] {
  return trustWords(trust).map((sentence) =>
    sentence.replaceAll(`account ${identity.accountId}`, "the account itself"),
  );
}

/** Returns the facts of every account, for the top of the page. */
export function sharedPart({ policies, trust }: Shared): Html | undefined {
  if (policies.size === 0 && !trust) return undefined;
  return html`<section class="shared"><h2>In every account</h2>
${trust && html`<h3>Who can use the role</h3>${trust.map((sentence) => html`<p>${sentence}</p>`)}`}
${policies.size > 0 && html`<h3>What machines can do</h3>${[...policies].map((arn) => html`<div class="policy"><h4>${arn.split("/").at(-1)} <span class="badge">AWS managed</span></h4><p>${awsPolicy(arn)?.allows} ${awsPolicy(arn)?.notice?.text}</p></div>`)}`}
</section>`;
}

/** Returns links to accounts. A long list is collapsed. */
export function accountNames(names: readonly string[], all: number): Html {
  if (all > 1 && names.length === all)
    return html`<span class="where">all ${all.toLocaleString("en-US")} accounts</span>`;
  const links = commaList(names.map((name) => html`<a href="#${encodeURIComponent(accountAnchor(name))}">${name}</a>`));
  if (names.length <= 12) return html`<span class="where">${links}</span>`;
  return html`<details><summary>${names.length.toLocaleString("en-US")} accounts</summary>${links}</details>`;
}
