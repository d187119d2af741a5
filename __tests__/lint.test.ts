import { spawnSync } from "node:child_process";

function lint(source: string): string {
  const biome = "node_modules/@biomejs/biome/bin/biome";
  const { stdout, stderr } = spawnSync(process.execPath, [biome, "lint", "--stdin-file-path=lib/example.ts"], {
    input: source,
    encoding: "utf8",
  });
  return stdout + stderr;
}

test("the provider's package root is refused, one resource of it is not", () => {
  expect(lint('import { IamRole } from "@cdktf/provider-aws";\nnew IamRole();\n')).toContain("loads every AWS service");
  expect(lint('import { IamRole } from "@cdktf/provider-aws/lib/iam-role";\nnew IamRole();\n')).not.toContain(
    "loads every AWS service",
  );
});
