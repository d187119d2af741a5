/** Synthesizes the root modules of all accounts, like `cdktf synth`, but without the start-up time of cdktf-cli. */
import { command, commandLine } from "./support/command";
import { ACCOUNTS_FILE, readManifest } from "./support/roots";

const line = commandLine("synth", {
  purpose: `Writes the root module of each account in ${ACCOUNTS_FILE} as Terraform JSON. It needs no AWS credentials and no Terraform.
Environment: ACCOUNTS_FILE is the file (default: accounts.yaml). CDKTF_OUTDIR is the output folder (default: cdktf.out). With
PLAN_ROLE=1 the root modules assume the read-only role (docs/deploy-role.md).`,
  examples: ["synth", "synth && terraform -chdir=cdktf.out/stacks/factory-eu init"],
});

command(line, async () => {
  await import("../main");
  if (process.exitCode) return 1;
  const outdir = process.env.CDKTF_OUTDIR || "cdktf.out";
  const names = Object.keys(readManifest(outdir).stacks);
  console.log(
    `${names.length} root ${names.length === 1 ? "module" : "modules"} written to ${outdir}/stacks/<account>/cdk.tf.json`,
  );
  return 0;
});
