import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { REPOSITORY } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { copyProject } from "./recipe-book";
import { SsmApi } from "./ssm-api";
import { describeInLab, programs } from "./support";

const ACCOUNT = "111111111111";
const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");
const [, section = ""] = /^## One account in five minutes\n([\s\S]*?)^## /m.exec(readme) ?? [];
const blocks = [...section.matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text: text.replace(/^ {3}/gm, ""),
}));

describeInLab('the README section "One account in five minutes"', (lab) => {
  let ssm: SsmApi;

  beforeAll(async () => {
    ssm = await SsmApi.start(lab().endpoint);
  });
  afterAll(() => ssm?.stop());

  test(
    "has commands that work, and shows the actual plan",
    async () => {
      const folder = lab().directory("readme");
      copyProject(folder);
      const tools = lab().directory("programs");
      symlinkSync(findTools("terraform").terraform, join(tools, "terraform"));
      const { accessKeyId, secretAccessKey, sessionToken } = await lab().credentials(ACCOUNT);
      const env = {
        ...lab().env,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_ENDPOINT_URL_SSM: ssm.endpoint,
        PATH: [tools, lab().env.PATH].join(delimiter),
      };
      const outputs = new Map<string, string>();
      for (const { language, text } of blocks) {
        if (language === "yaml") writeFileSync(join(folder, "accounts.yaml"), text);
        // The table is part of the plan.
        else if (language === "text") expect(outputs.get("npm run plan")).toContain(text);
        else
          for (const command of text.trim().split("\n")) {
            // There is no terminal, so deploy cannot ask.
            const typed = command === "npm run deploy" ? `${command} -- --yes` : command;
            const { code, stdout, stderr } = await run("/bin/sh", ["-c", typed], { cwd: folder, env });
            expect({ command, code, stdout, stderr }).toMatchObject({ code: 0 });
            outputs.set(command, stripVTControlCharacters(stdout));
          }
      }
      const [[id = "", activation] = []] = ssm.activations;
      expect(outputs.get("npm run deploy")).toContain("done (1): factory-eu");
      expect([...outputs.values()]).toContain(`{"line-1":"${id}"}\n`);
      expect([...outputs.values()]).toContain(`{"line-1":"${activation?.code}"}\n`);
      expect(readFileSync(join(folder, "machine.sh"), "utf8")).toMatch(/^#!\/bin\/sh\n/);
      expect(outputs.get("npm run status")).toMatch(/factory-eu +eu-central-1[\s\S]*line-1/);
    },
    programs(20),
  );
});
