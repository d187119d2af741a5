/**
 * Reads the matrix of `npm run matrix` from standard input, and writes a GitLab child pipeline or an `atlantis.yaml` to standard output:
 * `npx tsx examples/pipelines/children.ts gitlab|atlantis`. It writes JSON, which is also YAML.
 */
import { readFileSync } from "node:fs";
import type { Job } from "../../scripts/support/matrix";

function gitlab(jobs: readonly Job[]): object {
  // GitLab refuses a pipeline without jobs.
  if (jobs.length === 0) return { "no-account-changed": { variables: { GIT_STRATEGY: "none" }, script: ["true"] } };
  const children = jobs.map(({ account, path, region }) => [
    `account ${account}`,
    { extends: ".account", resource_group: `account-${account}`, variables: { ROOT: path, AWS_REGION: region } },
  ]);
  return { include: [{ local: "examples/pipelines/gitlab-account.yml" }], ...Object.fromEntries(children) };
}

function atlantis(jobs: readonly Job[]): object {
  const projects = jobs.map(({ account, path }) => ({
    name: account,
    dir: path,
    // The matrix contains only changed accounts, so plan them for any changed file.
    autoplan: { enabled: true, when_modified: ["../../../**/*"] },
  }));
  return { version: 3, parallel_plan: true, parallel_apply: true, projects };
}

const forms: Readonly<Record<string, (jobs: readonly Job[]) => object>> = { gitlab, atlantis };
const form = forms[process.argv[2] ?? ""];
if (form) {
  console.log(JSON.stringify(form(JSON.parse(readFileSync(0, "utf8")).include), null, 2));
} else {
  console.error(`Specify a format: ${Object.keys(forms).join(" or ")}.`);
  process.exitCode = 1;
}
