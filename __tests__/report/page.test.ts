import { createHash } from "node:crypto";
import { keptBaseline, keptSnapshot, report } from "../../lib/report/page";
import type { AccountFacts } from "../../lib/report/read";
import { facts } from "./support";

const MADE = "2026-01-02T03:04Z";
const pageOf = (...args: Parameters<typeof report>) => report(...args).page;
const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

test("the same facts result in the same page, and the page stores them", () => {
  const fleet = [facts(), facts({ cloudwatchAgent: { default: {} } }, "b")];
  const page = pageOf(fleet, MADE);
  expect(pageOf(fleet, MADE)).toBe(page);
  const kept = keptSnapshot(page);
  expect(Object.keys(kept.accounts)).toEqual(["a", "b"]);
  expect(pageOf(fleet, MADE, kept)).toContain("<dt>changed</dt><dd>0</dd>");
});

test("no string of the file is run or loaded", () => {
  const real = facts({ role: { description: "d" } });
  const fleet: AccountFacts[] = [
    {
      ...real,
      name: HOSTILE,
      region: HOSTILE,
      identity: { ...real.identity, name: HOSTILE, path: HOSTILE },
      arn: HOSTILE,
      role: { ...real.role, description: HOSTILE },
      tags: { [HOSTILE]: HOSTILE },
      features: { policies: { [HOSTILE]: { policy_arn: HOSTILE } } },
      attached: [{ field: ["policies", HOSTILE], arn: HOSTILE }],
      state: { backend: "s3", settings: { bucket: HOSTILE, key: HOSTILE } },
    },
  ];
  const page = pageOf(fleet, MADE, keptSnapshot(pageOf(fleet, MADE)));
  expect(page).not.toContain("<img");
  expect(page.match(/<script/g)).toHaveLength(3);
  expect(page.match(/<\/script>/g)).toHaveLength(3);
  expect(page).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
  expect(Object.values(keptSnapshot(page).accounts[HOSTILE]?.settings.tags ?? {})).toEqual([HOSTILE]);
});

test("the page's security policy allows only its own script and style, and loads nothing", () => {
  const page = pageOf([facts()], MADE);
  const hash = (tag: string) => {
    const [, text = ""] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  expect(page).toContain(
    `content="default-src 'none'; style-src ${hash("style")}; script-src ${hash("script")}; base-uri 'none'; form-action 'none'"`,
  );
  expect(page).not.toMatch(/ (src|style|on[a-z]+)=|url\(|https?:/);
});

test("the first report says that it is the first; a later one shows the new, changed and removed accounts", () => {
  const first = pageOf([facts(), facts({}, "gone")], MADE);
  expect(first).toContain("This is the first report");
  const second = pageOf([facts({ role: { description: "d" } }), facts({}, "new")], MADE, keptSnapshot(first));
  expect(second).toContain(
    'Compared with the report of <time datetime="2026-01-02T03:04Z">2026-01-02 03:04 UTC</time>.',
  );
  for (const kind of ["new", "changed", "removed"]) expect(second).toContain(`<dt>${kind}</dt><dd>1</dd>`);
  expect(second).toContain("No longer in the file: <strong>gone</strong>");
  expect(second).toContain(
    "<code>role.description</code></p><dl><dt>Before</dt><dd>none</dd><dt>After</dt><dd>d</dd></dl>",
  );
});

test("the accepted report stays the baseline until another one is accepted", () => {
  const first = pageOf([facts()], "2026-01-01T00:00Z");
  const changed = [facts({ role: { permissionsBoundary: "arn:aws:iam::111111111111:policy/b" } })];
  const second = pageOf(changed, "2026-01-02T00:00Z", keptBaseline(first));
  expect(keptBaseline(second)).toEqual(keptSnapshot(first));
  const { summary } = report(changed, "2026-01-03T00:00Z", keptBaseline(second));
  expect(summary).toMatch(
    /^1 account\. 1 changed since the accepted report of 2026-01-01: 1 only narrower\. Attention: /,
  );
  const accepted = pageOf(changed, "2026-01-04T00:00Z", keptBaseline(second), true);
  expect(accepted).toContain("Accepted: the next report is compared with this one.");
  expect(keptBaseline(accepted)).toEqual(keptSnapshot(accepted));
  expect(report(changed, "2026-01-05T00:00Z", keptBaseline(accepted)).summary).toMatch(
    / 0 changed since .* 2026-01-04\./,
  );
});

test("what all accounts have is shown once; what some have is shown with their names", () => {
  const policyArn = "arn:aws:iam::111111111111:policy/own";
  const page = pageOf([facts(), facts({ policies: { own: { policyArn } } }, "b"), facts({}, "c")], MADE);
  expect(page.match(/Each machine can read every SSM parameter/g)).toHaveLength(1);
  expect(page.match(/can assume the role/g)).toHaveLength(1);
  expect(page).toMatch(/Read it in IAM\. <span class="where"><a href="#account-b">b<\/a><\/span>/);
  expect(page.match(/<details class="account" open>/g)).toHaveLength(1);
  expect(page.match(/<details class="account"/g)).toHaveLength(3);
});

test("a change that accounts share is shown once with their names, before the accounts", () => {
  const fleet = (description?: string) =>
    ["a", "b"].map((name) => facts({ role: { ...(description && { description }) } }, name));
  const page = pageOf(fleet("d"), MADE, keptSnapshot(pageOf(fleet(), MADE)));
  const [top = ""] = page.split("<main>");
  expect(top.match(/<code>role\.description<\/code>/g)).toHaveLength(1);
  expect(top).toContain("all 2 accounts");
});

test("every policy is shown with its reason", () => {
  const page = pageOf(
    [
      facts({
        policies: { own: { policyArn: "arn:aws:iam::111111111111:policy/own" } },
        cloudwatchAgent: { default: {} },
        s3Buckets: { logs: { bucket: "example-logs", prefix: "run", purpose: "run_command" } },
      }),
    ],
    MADE,
  );
  for (const words of [
    "Required by every machine that Systems Manager manages.",
    "Allows the CloudWatch agent to run on the machines. Required by <code>cloudwatch_agent.default</code>.",
    "Required by <code>policies.own</code>. Its permissions are defined in IAM, not in this project.",
    "<b>Write objects</b> the prefix run/ of the bucket example-logs",
    "<code>example-logs/run/</code>",
  ]) {
    expect(page).toContain(words);
  }
});

test("the page describes how Terraform accesses the account, and which tags it ignores", () => {
  const page = pageOf(
    [
      facts({
        ...{ profile: "plant", deployRoleArn: "arn:aws:iam::111111111111:role/Deploy", useFipsEndpoint: true },
        deploySession: { tags: { Team: "x" }, sourceIdentity: "jo" },
        ignoreTags: { keys: ["CostCenter"], keyPrefixes: ["org:"] },
      }),
    ],
    MADE,
  );
  expect(page).toContain(
    "as the role <code>arn:aws:iam::111111111111:role/Deploy</code>, from the profile plant, with the source identity jo, " +
      "with the session tags Team = x, at FIPS endpoints.</p>",
  );
  expect(page).toContain("<dt>Ignored tags</dt><dd>CostCenter, org:…</dd>");
});

test("a string that is not a report is refused", () => {
  const page = pageOf([facts()], MADE);
  for (const text of ["", "<html></html>", page.replace('"format":1', '"format":2')]) {
    expect(() => keptSnapshot(text)).toThrow();
  }
});
