import { parseFleet } from "../../lib";
import { runtimePackages } from "../../scripts/support/base";
import { changes, warnings } from "../../scripts/support/matrix";

const account = (name: string, id: string, more = "") =>
  `  ${name}:\n    id: "${id}"\n    region: eu-central-1\n    state: { backend: local }\n${more}`;
const A = account("a", "111111111111");
const B = account("b", "222222222222");

describe("the matrix", () => {
  const fleet = parseFleet(`accounts:\n${A}${B}`);
  const roots = new Map(Object.entries({ a: "1", b: "2" }));

  test("contains all accounts without a base, with what a job needs", () => {
    expect(changes(fleet, roots)).toEqual({
      matrix: {
        include: [
          { account: "a", path: "cdktf.out/stacks/a", account_id: "111111111111", region: "eu-central-1" },
          { account: "b", path: "cdktf.out/stacks/b", account_id: "222222222222", region: "eu-central-1" },
        ],
      },
      removed: [],
    });
  });

  test("excludes a removed account, and a warning says what to do", () => {
    const found = changes(fleet, roots, new Map(Object.entries({ a: "1", b: "1", gone: "1" })));
    expect(found.matrix.include.map(({ account }) => account)).toEqual(["b"]);
    expect(found.removed).toEqual(["gone"]);
    expect(warnings(found, "main")).toEqual([
      expect.stringMatching(/^In main, but no longer in the file: gone\..+destroy/),
    ]);
  });

  test("causes a warning if it has more jobs than GitHub Actions allows", () => {
    const job = { account: "a", path: "", account_id: "", region: "" };
    const told = (length: number) => warnings({ matrix: { include: Array(length).fill(job) }, removed: [] }, "");
    expect(told(256)).toEqual([]);
    expect(told(257)).toEqual(["257 accounts: GitHub Actions allows at most 256 jobs in a matrix."]);
  });

  test("does not depend on development packages", () => {
    const lock = (dev: string, used: string) =>
      JSON.stringify({
        packages: {
          "": { version: used },
          "node_modules/x": { version: used },
          "node_modules/y": { version: dev, dev: true },
        },
      });
    expect(runtimePackages(lock("1", "1"))).toBe(runtimePackages(lock("2", "1")));
    expect(runtimePackages(lock("1", "1"))).not.toBe(runtimePackages(lock("1", "2")));
  });
});
