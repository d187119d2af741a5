import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Feature, Notice } from "../features/feature";
import { FEATURES } from "../features/features";
import { accountAnchor, accountSection, changeList, type ReportedAccount } from "./account-section";
import { type AccountChange, type Change, compare, type Snapshot, snapshotOf, snapshotSchema } from "./changes";
import type { Effect } from "./effect";
import { commaList, Html, html, scriptJson } from "./html";
import { awsPolicy, noticesOf } from "./notices";
import type { AccountFacts } from "./read";
import { accountNames, sharedBy, sharedPart } from "./shared";

/** Ids of the elements that store the page's own facts, and those of the accepted report that it is compared with. */
const [SNAPSHOT_ID, BASELINE_ID] = ["snapshot", "baseline"];

/** A report and its summary for the command line. */
export interface Report {
  readonly page: string;
  /** One line: what changed and what needs attention. */
  readonly summary: string;
}

/**
 * Returns the report: one page that needs no network and no other files.
 * @param made - date of the report
 * @param last - snapshot of the accepted report. @default - this report is the first
 * @param accepted - whether the next report is compared with this one, not with `last`. @default false
 */
export function report(fleet: readonly AccountFacts[], made: string, last?: Snapshot, accepted = false): Report {
  const snapshot = snapshotOf(fleet, made);
  const changeOf = ({ name }: AccountFacts) => last && compare(last, snapshot, name);
  const all = fleet.map((facts) => ({ facts, change: changeOf(facts), notices: noticesOf(facts) }));
  const shared = sharedBy(all);
  // Notices of AWS managed policies that every account has are shown once, not for each account.
  const byDesign = new Set([...shared.policies].map((arn) => awsPolicy(arn)?.notice?.code));
  const rows = all.map((row) => ({ ...row, notices: row.notices.filter(({ code }) => !byDesign.has(code)) }));
  const attention = attentionOf(rows);
  const gone = removedAccounts(rows, last);
  const style = readFileSync(join(__dirname, "page.css"), "utf8");
  const script = readFileSync(join(__dirname, "filter.js"), "utf8");
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Systems Manager service roles</title>
<style>${new Html(style)}</style>
</head>
<body>
${pageHeader(rows, made, last, accepted, gone)}
${changesSection(rows)}
${attentionSection(attention, rows.length)}
${sharedPart(shared)}
${fleetTable(rows, last !== undefined)}
<script>${new Html(script)}</script>
<main>${rows.map((row) => accountSection(row, shared))}</main>
<footer><p>A printout contains this summary and the accounts that are open. The report describes the synthesized Terraform before it is applied. It does not show what a pipeline sets with <code>-var-file</code>, or manual changes in AWS.</p></footer>
<script type="application/json" id="${SNAPSHOT_ID}">${scriptJson(packed(snapshot))}</script>
${last && !accepted && html`<script type="application/json" id="${BASELINE_ID}">${scriptJson(packed(last))}</script>`}
</body>
</html>
`.text;
  return { page, summary: summaryOf(rows, last, gone.length, attention.length) };
}

// Accounts are similar, so compression reduces them to a fiftieth.
function packed({ accounts, ...rest }: Snapshot): object {
  return { ...rest, accounts: gzipSync(JSON.stringify(accounts)).toString("base64") };
}

/**
 * Returns the snapshot of a report's own accounts.
 * @throws Error if the string is not a report
 */
export function keptSnapshot(page: string): Snapshot {
  const snapshot = snapshotIn(page, SNAPSHOT_ID);
  if (!snapshot) throw new Error("not a report");
  return snapshot;
}

/**
 * Returns the snapshot that the next report is compared with: the accepted report's, or this report's if it was
 * accepted or is the first.
 * @throws Error if the string is not a report
 */
export function keptBaseline(page: string): Snapshot {
  const own = keptSnapshot(page);
  return snapshotIn(page, BASELINE_ID) ?? own;
}

function snapshotIn(page: string, id: string): Snapshot | undefined {
  const element = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`).exec(page);
  if (!element) return undefined;
  const { accounts, ...rest } = JSON.parse(element[1] ?? "");
  const unpacked = gunzipSync(Buffer.from(accounts, "base64")).toString();
  return snapshotSchema.parse({ ...rest, accounts: JSON.parse(unpacked) });
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Returns accounts of the last report that are no longer in the file. */
function removedAccounts(rows: readonly ReportedAccount[], last: Snapshot | undefined): string[] {
  const names = new Set(rows.map(({ facts }) => facts.name));
  return Object.keys(last?.accounts ?? {}).filter((name) => !names.has(name));
}

/** Returns the number of an account's changes with this effect on access. */
function effects({ change }: ReportedAccount, effect: Effect): number {
  return change?.kind === "changed" ? change.changes.filter((one) => one.effect === effect).length : 0;
}

function countOf(rows: readonly ReportedAccount[], kind: AccountChange["kind"]): number {
  return rows.filter(({ change }) => change?.kind === kind).length;
}

function summaryOf(
  rows: readonly ReportedAccount[],
  last: Snapshot | undefined,
  gone: number,
  notices: number,
): string {
  const accounts = `${grouped(rows.length)} ${rows.length === 1 ? "account" : "accounts"}.`;
  const attention = `Attention: ${notices === 0 ? "nothing" : `${notices} ${notices === 1 ? "notice" : "notices"}`}.`;
  if (!last) return `${accounts} This is the first report. ${attention}`;
  const wider = rows.filter((row) => effects(row, "wider") > 0).length;
  const narrower = rows.filter((row) => effects(row, "wider") === 0 && effects(row, "narrower") > 0).length;
  const part = (count: number, word: string) => (count > 0 ? [`${grouped(count)} ${word}`] : []);
  const kinds = [...part(wider, "wider"), ...part(narrower, "only narrower")].join(", ");
  const changed = `${grouped(countOf(rows, "changed"))} changed since the accepted report of ${last.made.slice(0, 10)}`;
  const others = [...part(countOf(rows, "new"), "new"), ...part(gone, "removed from the file")];
  return `${accounts} ${[changed, ...others].join(", ")}${kinds && `: ${kinds}`}. ${attention}`;
}

function pageHeader(
  rows: readonly ReportedAccount[],
  made: string,
  last: Snapshot | undefined,
  accepted: boolean,
  gone: readonly string[],
): Html {
  const figure = (value: number, label: string, kind?: Effect) =>
    html`<div${kind && value > 0 && html` class="${kind}"`}><dt>${label}</dt><dd>${grouped(value)}</dd></div>`;
  const compared = last && [
    figure(countOf(rows, "new"), "new"),
    figure(countOf(rows, "changed"), "changed"),
    figure(gone.length, "removed"),
    figure(rows.filter((row) => effects(row, "wider") > 0).length, "with wider access", "wider"),
  ];
  return html`<header class="page"><h1>Systems Manager service roles</h1>
<p>This page shows approvers what each account's role allows machines outside AWS to do. Created ${dated(made)}. ${last ? html`Compared with the report of ${dated(last.made)}.` : "This is the first report, so there is no report to compare it with."}${accepted && " Accepted: the next report is compared with this one."}</p>
<dl class="figures">${figure(rows.length, rows.length === 1 ? "account" : "accounts")}${compared}</dl>
${gone.length > 0 && html`<p class="gone">No longer in the file: ${commaList(gone.map((name) => html`<strong>${name}</strong>`))}. Their roles stay in AWS until they are destroyed.</p>`}
</header>`;
}

/** Returns the changes. A change that several accounts share appears once, with the accounts' names. */
function changesSection(rows: readonly ReportedAccount[]): Html | undefined {
  const groups = new Map<string, { changes: readonly Change[]; names: string[] }>();
  for (const { facts, change } of rows) {
    if (change?.kind !== "changed") continue;
    const key = JSON.stringify(change.changes).replaceAll(facts.identity.accountId, "");
    const group = groups.get(key) ?? { changes: change.changes, names: [] };
    group.names.push(facts.name);
    groups.set(key, group);
  }
  if (groups.size === 0) return undefined;
  return html`<section class="summary"><h2>Changes</h2>${[...groups.values()].map(
    ({ changes, names }) => html`<h3>${accountNames(names, rows.length)}</h3>
${names.length > 1 && html`<p class="where">Values of ${names[0]}:</p>`}${changeList(changes)}`,
  )}</section>`;
}

interface Attention extends Notice {
  readonly names: readonly string[];
}

/** Returns each notice with the accounts that have it. */
function attentionOf(rows: readonly ReportedAccount[]): Attention[] {
  const all = new Map<string, Notice & { names: string[] }>();
  for (const { facts, notices } of rows) {
    for (const notice of new Map(notices.map((one) => [one.code, one])).values()) {
      const known = all.get(notice.code) ?? { ...notice, names: [] };
      known.names.push(facts.name);
      all.set(notice.code, known);
    }
  }
  return [...all.values()];
}

function attentionSection(attention: readonly Attention[], accounts: number): Html | undefined {
  if (attention.length === 0) return undefined;
  return html`<section class="summary"><h2>Attention</h2><ul class="notices">${attention.map(
    ({ text, names }) => html`<li>${text} ${accountNames(names, accounts)}</li>`,
  )}</ul></section>`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function dated(date: string): Html {
  return html`<time datetime="${date}">${date.replace("T", " ").replace("Z", " UTC")}</time>`;
}

function fleetTable(rows: readonly ReportedAccount[], compared: boolean): Html {
  const features = FEATURES.filter(({ name }) => rows.some(({ facts }) => facts.features[name]));
  return html`<section class="fleet" aria-labelledby="fleet-title">
<h2 id="fleet-title">All accounts</h2>
${controls(rows, features, compared)}
<div class="scroll" tabindex="0" role="region" aria-labelledby="fleet-title"><table class="cards" id="fleet">
<thead><tr><th scope="col">Account</th><th scope="col">ID</th><th scope="col">Region</th>
${features.map(({ purpose, title }) => html`<th scope="col" class="mark" title="${purpose}">${title}</th>`)}
<th scope="col" class="mark">Notices</th>${compared && html`<th scope="col">Change</th>`}</tr></thead>
<tbody>
${rows.map((row) => fleetRow(row, features))}</tbody>
</table></div>
</section>`;
}

function fleetRow(row: ReportedAccount, features: readonly Feature[]): Html {
  const { facts, change, notices } = row;
  const { name, identity, region } = facts;
  const count = (label: string, value: number) =>
    value > 0 ? html`<td class="mark" data-label="${label}">${value}</td>` : html`<td></td>`;
  const changed = change?.kind !== "unchanged" && html`<span class="badge ${change?.kind}">${change?.kind}</span>`;
  const effect = (kind: Effect) =>
    effects(row, kind) > 0 && html` <span class="badge ${kind}">${effects(row, kind)} ${kind}</span>`;
  return html`<tr data-find="${`${name} ${identity.accountId} ${region}`.toLowerCase()}" data-marks="${marksOf(row).join(" ")}">
<th scope="row"><a href="#${encodeURIComponent(accountAnchor(name))}">${name}</a></th>
<td class="number">${identity.accountId}</td><td>${region}</td>
${features.map((feature) => count(feature.title, Object.keys(facts.features[feature.name] ?? {}).length))}
${count("Notices", notices.length)}
${change && html`<td>${changed}${effect("wider")}${effect("narrower")}</td>`}</tr>
`;
}

/** Returns the marks that the buttons filter by. */
function marksOf({ facts, change, notices }: ReportedAccount): string[] {
  const changed = change && change.kind !== "unchanged" ? ["changed"] : [];
  return [...Object.keys(facts.features), ...new Set(notices.map(({ code }) => code)), ...changed];
}

/** Returns the filter. The page's script shows it, because it does nothing without the script. */
function controls(rows: readonly ReportedAccount[], features: readonly Feature[], compared: boolean): Html {
  const counts = new Map<string, number>();
  for (const mark of rows.flatMap(marksOf)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const button = (mark: string, label: string) =>
    html`<button type="button" aria-pressed="false" data-mark="${mark}">${label} <span>${grouped(counts.get(mark) ?? 0)}</span></button>`;
  return html`<div class="controls" id="controls" hidden>
<label for="filter">Filter by name, ID, region or feature</label>
<div class="filter"><input type="search" id="filter" autocomplete="off" spellcheck="false" aria-controls="fleet"><output for="filter" id="count" role="status"></output></div>
<div class="buttons" role="group" aria-label="Show only accounts with">${compared && button("changed", "Changed")}${features.map(({ name, title }) => button(name, title))}</div>
</div>`;
}
