import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { REPOSITORY } from "../../scripts/support/lab";
import { findTools } from "../../scripts/support/tools";
import { createStateBucket, describeInLab, programs, STATE_BUCKET, stateKeys } from "./support";

const ACCOUNTS = `
defaults:
  deploy_role_arn: arn:aws:iam::{account_id}:role/TerraformDeploy
  state: { backend: s3, bucket: ${STATE_BUCKET}, key: "{account_name}.tfstate", region: us-east-1 }
accounts:
  one: { id: "111111111111", region: eu-central-1 }
`;

describeInLab(
  "npm run deploy at a terminal",
  (lab) => {
    /** Answers the question like a user at a terminal of 100 by 24 characters. */
    async function deploy(answer: string) {
      const env = {
        ...lab().env,
        TERM: "xterm",
        ACCOUNTS_FILE: lab().file("terminal/accounts.yaml", ACCOUNTS),
        CDKTF_OUTDIR: lab().directory("terminal/cdktf.out"),
      };
      const command = "stty cols 100 rows 24; npm run --silent deploy";
      const args = ["--quiet", "--return", "--command", command, "/dev/null"];
      const child = spawn(findTools("script").script, args, {
        cwd: REPOSITORY,
        env,
        stdio: ["pipe", "pipe", "inherit"],
      });
      let said = "";
      let answered = false;
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
        if (answered || !said.includes("Only yes is accepted:")) return;
        answered = true;
        child.stdin.write(`${answer}\r`);
      });
      const [code] = await once(child, "close");
      return { code, said, text: stripVTControlCharacters(said) };
    }

    beforeAll(() => createStateBucket(lab()));

    test(
      "asks once, after the table, and changes nothing unless the answer is yes",
      async () => {
        for (const answer of ["no", "y"]) {
          const { code, text } = await deploy(answer);
          expect(text).toMatch(/account +add +change[\s\S]*one +3 +0[\s\S]*Apply the change of 1 account\?/);
          expect(text).toContain("Nothing was applied.");
          expect(code).toBe(1);
        }
        expect(await stateKeys(lab())).toEqual([]);
        expect(existsSync(join(lab().folder, "terminal/cdktf.out/stacks/one/plan.tfplan"))).toBe(false);
      },
      programs(10),
    );

    test(
      "applies if the answer is yes, and redraws the running account in place",
      async () => {
        const { code, said, text } = await deploy("yes");
        expect(text).toContain("done (1): one");
        expect(code).toBe(0);
        expect(text).toMatch(/plan: 0 of 1 accounts, \d+:\d\d\s+one {2}\d+:\d\d {2}plan/);
        // Before a line is redrawn, it is erased and the cursor moves up.
        expect(said).toContain("\u001b[2K\u001b[1A");
        expect(await stateKeys(lab())).toEqual(["one.tfstate"]);
      },
      programs(10),
    );
  },
  "script",
);
