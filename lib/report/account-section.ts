import { parseArn } from "../aws/arn";
import type { Statement } from "../aws/policy-document";
import { stateWords } from "../config/backends";
import type { AttachedPolicy, EntryWords, Feature, GrantedPolicy } from "../features/feature";
import { FEATURES } from "../features/features";
import { fieldName } from "../input/issues";
import { awsPolicy } from "./aws-policies";
import type { AccountChange, Change } from "./changes";
import { type Html, html, plainText } from "./html";
import { noticesOf } from "./notices";
import { type AccountFacts, isCorePolicy } from "./read";
import { isOfObjects, type S3Reach, s3Reach } from "./s3-reach";
import { actionsWords, conditionWords, joined, listOf, receivers, resourcesInWords, trustWords } from "./words";

/** Everything about one account: what whoever approves has to read. */
export function accountSection(facts: AccountFacts, change: AccountChange | undefined): Html {
  const { name, identity, region } = facts;
  const notices = noticesOf(facts);
  return html`<section class="account" id="${accountAnchor(name)}">
<header><h2>${name}</h2><p class="where"><span class="number">${identity.accountId}</span> · ${region}</p></header>
${notices.length > 0 ? html`<ul class="notices">${notices.map(({ text }) => html`<li>${text}</li>`)}</ul>` : undefined}
${changesPart(change)}
${part("The role", roleList(facts))}
${part(
  "Who may use it",
  trustWords(facts.trust).map((sentence) => html`<p>${sentence}</p>`),
)}
${part(
  `What machines may do: ${facts.policies.length} ${facts.policies.length === 1 ? "policy" : "policies"}`,
  facts.policies.map((policy) => policyPart(policy, facts)),
)}
${part("What machines reach in S3", s3Table(s3Reach(facts)))}
${part("Who else may do what", peopleList(facts))}
${entriesParts(facts)}
${part("Where the state is", html`<p>${stateWords(facts.state).join(" ")}</p>`)}
${documents(facts)}
</section>
`;
}

/** The id of an account's section. */
export function accountAnchor(name: string): string {
  return `account-${name}`;
}

function featureNamed(name: string): Feature | undefined {
  return FEATURES.find((feature) => feature.name === name);
}

function part(title: string, content: Html | readonly Html[]): Html {
  return html`<h3>${title}</h3>${content}`;
}

/** The documents as IAM has them: one element for all, since a browser takes its time over a thousand accounts. */
function documents({ trust, policies, grants }: AccountFacts): Html {
  const made = [...policies, ...grants].flatMap(({ arn, document }) => (document ? [[arn, document]] : []));
  const all = { "trust policy": trust, ...Object.fromEntries(made) };
  return html`<details><summary>The policies as JSON</summary><pre tabindex="0">${plainText(JSON.stringify(all, null, 1))}</pre></details>`;
}

function policyName(arn: string): string {
  return arn.split("/").at(-1) as string;
}

/** A list of terms; those without a value are left out. */
function terms(pairs: readonly (readonly [string, string | Html | undefined])[]): Html {
  const there = pairs.filter(([, value]) => value !== undefined && value !== "");
  return html`<dl>${there.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

function roleList({ identity, role, tags }: AccountFacts): Html {
  const { accountId, partition, path, name } = identity;
  const told = [
    role.adopt ? "taken over at the next apply" : "",
    role.exclusive_policies ? "policies that others attach are detached" : "",
    role.force_detach_policies ? "policies that others attached go with it when it is destroyed" : "",
  ].filter(Boolean);
  return terms([
    ["ARN", html`<code>arn:${partition}:iam::${accountId}:role${path}${name}</code>`],
    ["Description", role.description],
    ["Longest session", role.max_session_duration === undefined ? undefined : `${role.max_session_duration} seconds`],
    ["Bounded by", role.permissions_boundary && html`<code>${role.permissions_boundary}</code>`],
    ["Besides", joined(told)],
    ["Tags", tagList(tags)],
  ]);
}

function tagList(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key} = ${value}`)
    .join(", ");
}

function policyPart(policy: AttachedPolicy, facts: AccountFacts): Html {
  const { arn, document } = policy;
  const lets = awsPolicy(arn)?.lets ?? "What it lets machines do is kept in IAM, not in this project.";
  return html`<div class="policy"><h4>${policyName(arn)} <span class="badge">${ownerOf(policy)}</span></h4>
<p>${whyOf(policy, facts)}${document ? undefined : ` ${lets}`}</p>
${document ? statementList(document.Statement) : undefined}</div>`;
}

function ownerOf({ arn, document }: AttachedPolicy): string {
  if (document) return "made here";
  return parseArn(arn).accountId === "aws" ? "AWS's own" : "exists already";
}

/** Why a policy is there: the entries that ask for it, and what their feature is for. */
function whyOf({ field: [feature = "", key], arn }: AttachedPolicy, { identity, features }: AccountFacts): Html {
  if (feature === "role") {
    return isCorePolicy(arn, identity)
      ? html`Every machine that Systems Manager manages needs it.`
      : html`In the stead of AWS's own core policy, by <code>role.core_policy_arn</code>.`;
  }
  const keys = key === undefined ? Object.keys(features[feature] ?? {}) : [key];
  return html`${featureNamed(feature)?.purpose}. Asked for by ${keys.map((key, index) => html`${index > 0 ? ", " : ""}<code>${fieldName([feature, key])}</code>`)}.`;
}

function statementList(statements: readonly Statement[]): Html {
  return html`<ul class="statements">${statements.map((statement) => {
    const actions = sentenceCase(actionsWords(listOf(statement.Action)).join("; "));
    const only = conditionWords(statement.Condition).map((condition) => html`<i>only ${condition}</i>`);
    return html`<li><b>${actions}</b> ${onWhat(statement)} ${only}</li>`;
  })}</ul>`;
}

/** Buckets are listed once, in the table below. */
function onWhat(statement: Statement): string {
  const words = resourcesInWords(statement);
  return isOfObjects(statement) && words.length > 1 ? `${words.length} buckets, listed below under S3` : joined(words);
}

function sentenceCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

const S3_COLUMNS = ["For", "Read", "Write", "Access lists", "KMS key"];

function s3Table(reach: readonly S3Reach[]): Html {
  if (reach.length === 0) return html`<p>Nothing by the policies that are made here.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="S3"><table class="cards">
<thead><tr>${["Bucket and prefix", ...S3_COLUMNS].map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${reach.map(s3Row)}</tbody></table></div>`;
}

function s3Row({ places, read, write, acl, feature, purpose, kmsKey }: S3Reach): Html {
  const yes = (holds: boolean) => (holds ? "yes" : "–");
  const key = kmsKey === undefined ? "–" : html`<code>${kmsKey}</code>`;
  const cells = [purpose?.replaceAll("_", " ") ?? featureNamed(feature)?.title, yes(read), yes(write), yes(acl), key];
  return html`<tr><th scope="row"><code>${places.map(({ bucket, prefix }) => `${bucket}/${prefix}`).join("\n")}</code></th>${cells.map(
    (cell, index) => html`<td data-label="${S3_COLUMNS[index]}">${cell}</td>`,
  )}</tr>`;
}

function peopleList({ deployRole, grants }: AccountFacts): Html[] {
  const terraform = deployRole
    ? html`the role <code>${deployRole}</code>`
    : html`whoever runs it, with credentials of this account`;
  return [
    html`<p>All of this is made and changed by Terraform as ${terraform}.</p>`,
    ...grants.map(grantPart),
    ...(grants.length === 0 ? [html`<p>No permissions of people are kept here.</p>`] : []),
  ];
}

function grantPart(grant: GrantedPolicy): Html {
  return html`<div class="policy"><h4>${receivers(grant)} <span class="badge">${grant.level.replaceAll("_", " ")}</span></h4>
<p>Asked for by <code>${fieldName(grant.field)}</code>.</p>
${statementList(grant.document.Statement)}</div>`;
}

/** What the features say of their entries, each under its title. */
function entriesParts({ features }: AccountFacts): Html[] {
  return FEATURES.flatMap((feature: Feature) => {
    const { name, title, words } = feature;
    const entries = Object.entries(features[name] ?? {});
    return words && entries.length > 0
      ? [
          part(
            title,
            entries.map(([label, entry]) => entryPart(label, words(entry))),
          ),
        ]
      : [];
  });
}

function entryPart(label: string, { text, terms: pairs }: EntryWords): Html {
  return html`<div class="policy"><h4>${label}</h4><p>${text}</p>${terms(pairs)}</div>`;
}

const TITLES = { added: "New", removed: "Gone", changed: "Changed" } as const;

function changesPart(change: AccountChange | undefined): Html | undefined {
  if (!change || change.kind === "unchanged") return undefined;
  if (change.kind === "new") return html`<p class="change"><span class="badge new">New</span> This account is new.</p>`;
  return html`<h3>What changed</h3><ul class="changes">${change.changes.map(
    (one) => html`<li><span class="badge ${one.kind}">${TITLES[one.kind]}</span> <span>${changeWords(one)}</span></li>`,
  )}</ul>`;
}

function changeWords({ field, before, after }: Change): Html {
  if (field === undefined) return html`${before ?? after}`;
  if (before === undefined) return html`<code>${field}</code> ${after}`;
  if (after === undefined) return html`<code>${field}</code> was ${before}`;
  return html`<code>${field}</code> was ${before}, is now ${after}`;
}
