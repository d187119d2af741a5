import { spawnSync } from "node:child_process";

/** Lints a text as a file of lib/; what biome reads from standard input it judges by its exit code alone. */
function passesLint(input: string): boolean {
  const biome = "node_modules/@biomejs/biome/bin/biome";
  return spawnSync(process.execPath, [biome, "lint", "--stdin-file-path=lib/example.ts"], { input }).status === 0;
}

test("the provider's package root is refused, one resource of it is not", () => {
  expect(passesLint('import { IamRole } from "@cdktf/provider-aws";\n\nnew IamRole();\n')).toBe(false);
  expect(passesLint('import { IamRole } from "@cdktf/provider-aws/lib/iam-role";\n\nnew IamRole();\n')).toBe(true);
});
