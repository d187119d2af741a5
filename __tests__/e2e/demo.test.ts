import { describeInLab, programs } from "./support";

describeInLab("npm run demo", (lab) => {
  test(
    "shows the plan, the roles and an empty second plan, and ends with the three next commands",
    async () => {
      const { code, stdout } = await lab().program("scripts/demo.ts", { CDKTF_OUTDIR: lab().directory("demo") });
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/^factory-eu +6 +0 +0 +0 +0 +0$/m);
      expect(stdout).toContain("factory-eu: arn:aws:iam::111111111111:role/SSMServiceRole\n");
      expect(stdout).toContain("no changes (3): factory-eu, datacentre-us, other-cloud");
      const last = stdout.trimEnd().split("\n").slice(-3);
      expect(last.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
        "npm run doctor",
        "npm run plan",
        "npm run deploy",
      ]);
    },
    programs(20),
  );
});
