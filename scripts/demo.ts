/**
 * The main job on this machine, without an AWS account: synthesizes the fleet, deploys it with real Terraform to an AWS emulator,
 * shows what AWS then reports, and shows that a second plan changes nothing.
 */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { backendOf, stateInS3 } from "../lib/config/backends";
import { readAccounts } from "../lib/config/fleet";
import { createPrerequisites, reportRole } from "./support/aws";
import { Lab, REPOSITORY, S3_BY_PATH } from "./support/lab";
import { ACCOUNTS_FILE, synthesizeRoots } from "./support/roots";
import { MissingTools } from "./support/tools";

const say = (text: string) => console.log(text);
const step = (text: string) => say(`\n== ${text}`);

/** Without a registry in reach the provider comes from a mirror, and its checksums cannot be fetched. */
const CDKTF_OPTIONS = ["--skip-provider-lock", "--parallelism", "2"];

/** Shows what happens, without the lines that cdktf-cli draws over and over for a terminal. */
function sayProgress(line: string): void {
  const plain = stripVTControlCharacters(line).trim();
  if (/Creation complete|Destruction complete|Apply complete|Destroy complete/.test(plain)) say(`   ${plain}`);
}

async function demo(): Promise<void> {
  const file = ACCOUNTS_FILE;
  step(`Synthesize ${file}`);
  const accounts = readAccounts(file);
  await synthesizeRoots(REPOSITORY, file, process.env.CDKTF_OUTDIR || "cdktf.out", file);
  for (const name of accounts.keys()) say(`   cdktf.out/stacks/${name}/cdk.tf.json`);
  const elsewhere = [...accounts].filter(([, { fields }]) => backendOf(fields.state.backend).needsServer);
  if (elsewhere.length > 0) {
    const names = elsewhere.map(([name]) => name).join(", ");
    throw new Error(`The states of ${names} are kept on servers that no emulator stands for: deploy these for real.`);
  }

  const lab = await Lab.open();
  process.once("SIGINT", () => void lab.close().finally(() => process.exit(130)));
  step(lab.isOwn ? "Start an AWS emulator" : "Use the AWS emulator of AWS_ENDPOINT_URL");
  say(`   ${lab.endpoint}`);
  try {
    const made = await createPrerequisites(lab, accounts);
    for (const { what } of made) say(`   made, as if it were there already: ${what}`);
    const output = lab.directory("cdktf.out");
    step("cdktf deploy (a minute or less for each account)");
    const all = { accountsFile: file, output };
    const deployed = await lab.cdktf(["deploy", "*", "--auto-approve", ...CDKTF_OPTIONS], {
      ...all,
      onLine: sayProgress,
    });
    if (deployed.code !== 0) throw new Error(`cdktf deploy ended with ${deployed.code}:\n${deployed.output}`);

    step("What AWS reports");
    for (const [name, { fields }] of accounts) {
      const { arn, policyArns } = await reportRole(lab, fields.id, fields.role.name);
      say(`   ${name}: ${arn}`);
      for (const policy of policyArns) say(`      ${policy}`);
    }

    step("Plan again");
    for (const [name, { fields }] of accounts) {
      const root = join(output, "stacks", name);
      await lab.mustTerraform(root, "init", "-input=false", ...(stateInS3(fields) ? [S3_BY_PATH] : []));
      const { code, output: plan } = await lab.terraform(
        root,
        "plan",
        "-input=false",
        "-detailed-exitcode",
        "-no-color",
      );
      if (code !== 0) throw new Error(`${name} is not as it was deployed:\n${plan}`);
      say(`   ${name}: no changes`);
    }

    if (!lab.isOwn) {
      step("Clean up");
      const destroyed = await lab.cdktf(["destroy", "*", "--auto-approve", ...CDKTF_OPTIONS], {
        ...all,
        onLine: sayProgress,
      });
      if (destroyed.code !== 0) throw new Error(`cdktf destroy ended with ${destroyed.code}:\n${destroyed.output}`);
      for (const { what, remove } of made) await remove().then(() => say(`   removed: ${what}`));
    }
  } finally {
    await lab.close();
  }
  step("Done: what the demo started is ended, what it made is removed; the roots stay in cdktf.out.");
}

demo().catch((error: unknown) => {
  if (error instanceof MissingTools) {
    say(`\nThe roots are synthesized. To deploy them to an emulator, this machine lacks:\n${error.message}`);
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
