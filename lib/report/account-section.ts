import { parseArn } from "../aws/arn";
import { awsManagedPolicyArn } from "../aws/partitions";
import type { Statement } from "../aws/policy-document";
import { backendOf } from "../config/backends";
import { reachWords } from "../config/session";
import type { AttachedPolicy, Feature, Notice } from "../features/feature";
import { FEATURES } from "../features/features";
import { fieldName } from "../input/issues";
import { capital } from "../input/names";
import { CORE_POLICY } from "../role/service-role";
import type { AccountChange, Change } from "./changes";
import { commaList, Html, html, plainText } from "./html";
import { awsPolicy } from "./notices";
import type { AccountFacts } from "./read";
import { isOfObjects, type S3Reach, s3Reach } from "./s3-reach";
import type { Shared } from "./shared";
import { joined, receivers, statementParts, trustWords } from "./words";

/** An account on the page. */
export interface ReportedAccount {
  readonly facts: AccountFacts;
  /** @default - there is no report to compare with */
  readonly change?: AccountChange | undefined;
  readonly notices: readonly Notice[];
}

/**
 * Returns the section of one account. Accounts that changed or need attention are open. Only open ones are printed.
 * @param shared - facts that the page shows once for all accounts
 */
export function accountSection({ facts, change, notices }: ReportedAccount, shared: Shared): Html {
  const { name, identity, region, trust, attached, state } = facts;
  const stateSentences = backendOf(state.backend)?.words(state.settings) ?? [`Stored in the backend ${state.backend}.`];
  const own = notices.filter(({ code }) => !shared.codes.has(code));
  const isOpen = own.length > 0 || (change !== undefined && change.kind !== "unchanged");
  return html`<details class="account"${isOpen && new Html(" open")}>
<summary><h2>${name}</h2><span class="where"><span class="number">${identity.accountId}</span> · ${region}</span></summary>
<div id="${accountAnchor(name)}">
${own.length > 0 && html`<ul class="notices">${own.map(({ text }) => html`<li>${text}</li>`)}</ul>`}
${changesPart(change)}
<h3>Role</h3>${roleList(facts)}
${!shared.trust && html`<h3>Who can use the role</h3>${trustWords(trust).map((sentence) => html`<p>${sentence}</p>`)}`}
<h3>What machines can do: ${attached.length} ${attached.length === 1 ? "policy" : "policies"}</h3>
${attached.map((policy) => policyPart(policy, facts, shared))}
<h3>S3 access of machines</h3>${s3Table(s3Reach(facts))}
<h3>Access of Terraform and people</h3>${peoplePart(facts)}
${FEATURES.map((feature) => entriesPart(feature, facts))}
<h3>Terraform state</h3><p>${stateSentences.join(" ")}</p>
${documents(facts)}
</div></details>
`;
}

export function accountAnchor(name: string): string {
  return `account-${name}`;
}

function featureNamed(name: string): Feature | undefined {
  return FEATURES.find((feature) => feature.name === name);
}

/** Returns all policy documents in one element, because many elements slow down a browser with a thousand accounts. */
function documents({ trust, attached, granted }: AccountFacts): Html {
  const made = [...attached, ...granted].flatMap(({ arn, document }) => (document ? [[arn, document]] : []));
  const all = { "trust policy": trust, ...Object.fromEntries(made) };
  return html`<details><summary>Policies as JSON</summary><pre tabindex="0">${plainText(JSON.stringify(all, null, 1))}</pre></details>`;
}

/** Returns a list of terms. Terms without a value are omitted. */
function terms(pairs: readonly (readonly [string, string | Html | undefined])[]): Html {
  return html`<dl>${pairs.map(([term, value]) => value && html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Returns a box with a heading, a sentence and other content. */
function card(heading: string | Html, sentence: string | Html, content?: Html): Html {
  return html`<div class="policy"><h4>${heading}</h4><p>${sentence}</p>${content}</div>`;
}

function badged(heading: string, badge: string): Html {
  return html`${heading} <span class="badge">${badge}</span>`;
}

function roleList({ arn, role, tags, ignoredTags = {} }: AccountFacts): Html {
  const management = [
    role.adopt ? "imports the role at the next apply" : "",
    role.exclusive_policies ? "detaches managed policies of others and deletes inline policies" : "",
    role.force_detach_policies ? "detaches policies of others when it destroys the role" : "",
  ].filter(Boolean);
  const { keys = [], key_prefixes: prefixes = [] } = ignoredTags;
  const tagWords = Object.entries(tags).map(([key, value]) => `${key} = ${value}`);
  return terms([
    ["ARN", html`<code>${arn}</code>`],
    ["Description", role.description],
    ["Maximum session", role.max_session_duration === undefined ? undefined : `${role.max_session_duration} seconds`],
    ["Permissions boundary", role.permissions_boundary && html`<code>${role.permissions_boundary}</code>`],
    ["Terraform also", management.join("; ")],
    ["Tags", tagWords.join(", ")],
    ["Ignored tags", [...keys, ...prefixes.map((prefix) => `${prefix}…`)].join(", ")],
  ]);
}

function policyPart(policy: AttachedPolicy, facts: AccountFacts, shared: Shared): Html {
  const { arn, document } = policy;
  const name = arn.split("/").at(-1) ?? "";
  const why = whyOf(policy, facts);
  if (document) return card(badged(name, "created here"), why, statementList(document.Statement));
  if (shared.policies.has(arn))
    return card(badged(name, "AWS managed"), html`${why} The top of the page describes what it allows.`);
  const allows = awsPolicy(arn)?.allows ?? "Its permissions are defined in IAM, not in this project.";
  return card(badged(name, parseArn(arn).accountId === "aws" ? "AWS managed" : "existing"), html`${why} ${allows}`);
}

/** Returns why a policy is attached: the purpose of its feature, and the entries that require it. */
function whyOf({ field: [feature = "", key], arn }: AttachedPolicy, { identity, features }: AccountFacts): Html {
  if (feature === "role") {
    return arn === awsManagedPolicyArn(identity.partition, CORE_POLICY)
      ? html`Required by every machine that Systems Manager manages.`
      : html`Replaces AWS's core policy. Required by <code>role.core_policy_arn</code>.`;
  }
  const keys = key === undefined ? Object.keys(features[feature] ?? {}) : [key];
  const fields = keys.map((key) => html`<code>${fieldName([feature, key])}</code>`);
  return html`${featureNamed(feature)?.purpose}. Required by ${commaList(fields)}.`;
}

/** Returns what statements allow. Buckets are listed only in the S3 table. */
function statementList(statements: readonly Statement[]): Html {
  return html`<ul class="statements">${statements.map((statement) => {
    const { does, resources, only } = statementParts(statement);
    const many = isOfObjects(statement) && resources.length > 1;
    const onWhat = many ? `${resources.length} buckets, listed under S3 access` : joined(resources);
    return html`<li><b>${capital(does)}</b> ${onWhat} ${only.map((words) => html`<i>${words}</i>`)}</li>`;
  })}</ul>`;
}

const S3_COLUMNS = ["Purpose", "Read", "Write", "ACLs", "KMS key"];

function s3Table(reach: readonly S3Reach[]): Html {
  if (reach.length === 0) return html`<p>The policies that are created here allow no access to S3.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="S3"><table class="cards">
<thead><tr>${["Bucket and prefix", ...S3_COLUMNS].map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${reach.map(s3Row)}</tbody></table></div>`;
}

function s3Row({ places, read, write, acl, feature, purpose, kmsKey }: S3Reach): Html {
  const use = purpose?.replaceAll("_", " ") ?? featureNamed(feature)?.title;
  const key = kmsKey && html`<code>${kmsKey}</code>`;
  const cells = [use, read && "yes", write && "yes", acl && "yes", key].map((cell) => cell || "–");
  return html`<tr><th scope="row"><code>${places.map(({ bucket, prefix }) => `${bucket}/${prefix}`).join("\n")}</code></th>
${cells.map((cell, index) => html`<td data-label="${S3_COLUMNS[index]}">${cell}</td>`)}</tr>`;
}

function peoplePart({ deployRole, reach, granted }: AccountFacts): Html {
  const role = deployRole && html`as the role <code>${deployRole}</code>`;
  const cards = granted.map((grant) => {
    const heading = badged(receivers(grant), grant.level.replaceAll("_", " "));
    const why = html`The policy <code>${grant.arn}</code>. Required by <code>${fieldName(grant.field)}</code>.`;
    return card(heading, why, statementList(grant.document.Statement));
  });
  return html`<p>Terraform manages all of this ${role ?? "with the credentials of the user who runs it"}${reachWords(reach)}.</p>
${cards}
${granted.length === 0 && html`<p>No permissions of people are managed here.</p>`}`;
}

/** Returns a feature's texts for its entries, under its title. */
function entriesPart({ name, title, words }: Feature, { features }: AccountFacts): Html | undefined {
  const entries = Object.entries(features[name] ?? {});
  if (!words || entries.length === 0) return undefined;
  return html`<h3>${title}</h3>${entries.map(([label, entry]) => {
    const { text, terms: pairs } = words(entry);
    return card(label, text, terms(pairs));
  })}`;
}

const TITLES = { added: "Added", removed: "Removed", changed: "Changed" } as const;

function changesPart(change: AccountChange | undefined): Html | undefined {
  if (!change || change.kind === "unchanged") return undefined;
  if (change.kind === "new") return html`<p class="change"><span class="badge new">New</span> This account is new.</p>`;
  return html`<h3>Changes</h3>${changeList(change.changes)}`;
}

/** Returns changes with before and after. A word repeats the effect on access, because color alone is not accessible. */
export function changeList(changes: readonly Change[]): Html {
  return html`<ul class="changes">${changes.map(
    (one) =>
      html`<li class="${one.effect ?? "neutral"}"><p><span class="badge ${one.effect ?? "neutral"}">${TITLES[one.kind]}${one.effect && `: ${one.effect}`}</span> ${one.field && html`<code>${one.field}</code>`}</p>${terms(
        [
          ["Before", one.before ?? "none"],
          ["After", one.after ?? "none"],
        ],
      )}</li>`,
  )}</ul>`;
}
