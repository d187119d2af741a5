import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Feature } from "../features/feature";
import { FEATURES } from "../features/features";
import { accountAnchor, accountSection, type ReportedAccount } from "./account-section";
import { type AccountChange, compare, type Snapshot, snapshotOf, snapshotSchema } from "./changes";
import { commaList, Html, html, scriptJson } from "./html";
import { noticesOf } from "./notices";
import type { AccountFacts } from "./read";

/** Id of the element in which a page keeps its own facts. */
const SNAPSHOT_ID = "snapshot";

/**
 * The report: one page that needs nothing else, neither network nor other files.
 * @param made - date that it shows
 * @param last - what the last report kept. @default - this is the first
 */
export function reportPage(fleet: readonly AccountFacts[], made: string, last?: Snapshot): string {
  const snapshot = snapshotOf(fleet, made);
  const changeOf = ({ name }: AccountFacts) => last && compare(last, snapshot, name);
  const rows = fleet.map((facts) => ({ facts, change: changeOf(facts), notices: noticesOf(facts) }));
  const style = readFileSync(join(__dirname, "page.css"), "utf8");
  const script = readFileSync(join(__dirname, "filter.js"), "utf8");
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
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
${pageHeader(rows, made, last)}
${fleetTable(rows, last !== undefined)}
<script>${new Html(script)}</script>
<main>${rows.map(accountSection)}</main>
<footer><p>Made from the synthesized Terraform, before it is applied. What a pipeline sets with <code>-var-file</code> and what is done in AWS by hand is not shown here.</p></footer>
<script type="application/json" id="${SNAPSHOT_ID}">${scriptJson(packed(snapshot))}</script>
</body>
</html>
`.text;
}

// A fleet's accounts are much alike: packed, they are a fiftieth.
function packed({ accounts, ...rest }: Snapshot): object {
  return { ...rest, accounts: gzipSync(JSON.stringify(accounts)).toString("base64") };
}

/**
 * What a report keeps for the next one.
 * @throws Error where the string is no report
 */
export function keptSnapshot(page: string): Snapshot {
  const element = new RegExp(`<script type="application/json" id="${SNAPSHOT_ID}">(.*)</script>`).exec(page);
  const { accounts, ...rest } = JSON.parse(element?.[1] ?? "");
  const unpacked = gunzipSync(Buffer.from(accounts, "base64")).toString();
  return snapshotSchema.parse({ ...rest, accounts: JSON.parse(unpacked) });
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function pageHeader(rows: readonly ReportedAccount[], made: string, last: Snapshot | undefined): Html {
  const count = (kind: AccountChange["kind"]) => rows.filter(({ change }) => change?.kind === kind).length;
  const names = new Set(rows.map(({ facts }) => facts.name));
  const gone = Object.keys(last?.accounts ?? {}).filter((name) => !names.has(name));
  const figure = (value: number, label: string) => html`<div><dt>${label}</dt><dd>${grouped(value)}</dd></div>`;
  const compared = last && [
    figure(count("new"), "new"),
    figure(count("changed"), "changed"),
    figure(gone.length, "gone"),
  ];
  return html`<header class="page"><h1>Systems Manager service roles</h1>
<p>What each account's role lets machines outside AWS do, for whoever approves it. ${dated(made)}. ${last ? html`Compared with the report of ${dated(last.made)}.` : "This is the first report: there is none to compare with."}</p>
<dl class="figures">${figure(rows.length, rows.length === 1 ? "account" : "accounts")}${compared}</dl>
${gone.length > 0 && html`<p class="gone">No longer in the file: ${commaList(gone.map((name) => html`<strong>${name}</strong>`))}. Their roles stay in AWS until somebody destroys them.</p>`}
</header>`;
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
<h2 id="fleet-title">The fleet</h2>
${controls(rows, features, compared)}
<div class="scroll" tabindex="0" role="region" aria-labelledby="fleet-title"><table class="cards" id="fleet">
<thead><tr><th scope="col">Account</th><th scope="col">Id</th><th scope="col">Region</th>
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
  return html`<tr data-find="${`${name} ${identity.accountId} ${region}`.toLowerCase()}" data-marks="${marksOf(row).join(" ")}">
<th scope="row"><a href="#${encodeURIComponent(accountAnchor(name))}">${name}</a></th>
<td class="number">${identity.accountId}</td><td>${region}</td>
${features.map((feature) => count(feature.title, Object.keys(facts.features[feature.name] ?? {}).length))}
${count("Notices", notices.length)}
${change && html`<td>${changed}</td>`}</tr>
`;
}

/** What the buttons filter by. */
function marksOf({ facts, change, notices }: ReportedAccount): string[] {
  const changed = change && change.kind !== "unchanged" ? ["changed"] : [];
  return [...Object.keys(facts.features), ...new Set(notices.map(({ code }) => code)), ...changed];
}

/** The filter. The page's script shows it: without the script it would do nothing. */
function controls(rows: readonly ReportedAccount[], features: readonly Feature[], compared: boolean): Html {
  const counts = new Map<string, number>();
  for (const mark of rows.flatMap(marksOf)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const texts = new Map(rows.flatMap(({ notices }) => notices).map(({ code, text }) => [code, text]));
  const button = (mark: string, label: string) =>
    html`<button type="button" aria-pressed="false" data-mark="${mark}">${label} <span>${grouped(counts.get(mark) ?? 0)}</span></button>`;
  return html`<div class="controls" id="controls" hidden>
<label for="filter">Filter by name, id, region or feature</label>
<div class="filter"><input type="search" id="filter" autocomplete="off" spellcheck="false" aria-controls="fleet"><output for="filter" id="count" role="status"></output></div>
<div class="buttons" role="group" aria-label="Only accounts with">${compared && button("changed", "Changed")}${features.map(({ name, title }) => button(name, title))}</div>
${texts.size > 0 && html`<div class="buttons notices" role="group" aria-label="Only accounts with the notice">${[...texts].map(([code, text]) => button(code, text))}</div>`}
</div>`;
}
