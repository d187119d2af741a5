import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../scripts/support/lab";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import facts from "../facts/botocore.json";
import { describeWithTools } from "./support";

interface Botocore {
  readonly shapes: object;
  readonly partitions: Readonly<Record<string, { readonly ssmRegions: readonly string[] }>>;
}

describeWithTools("the facts that the tests use", ["moto"], () => {
  let botocore: Botocore;

  beforeAll(async () => {
    // moto depends on botocore, so its interpreter can import it.
    const [, interpreter = "python3"] = /^#!(.*python[0-9.]*)/.exec(readFileSync(findTools("moto").moto, "utf8")) ?? [];
    const script = join(REPOSITORY, "__tests__/facts/read-botocore.py");
    const { code, stdout, output } = await run(interpreter, [script], {
      cwd: REPOSITORY,
      env: process.env as Record<string, string>,
    });
    if (code !== 0) throw new Error(output);
    botocore = JSON.parse(stdout);
  });

  test("agree with botocore's API models", () => {
    expect(facts.shapes).toEqual(botocore.shapes);
  });

  test("agree with botocore's partitions and regions, which may include newer ones", () => {
    for (const [name, partition] of Object.entries(facts.partitions)) {
      expect(botocore.partitions[name]).toMatchObject({
        ...partition,
        ssmRegions: expect.arrayContaining(partition.ssmRegions),
      });
    }
  });
});
