import { trustPolicy } from "../../lib/role/trust-policy";
import { decideUnchecked } from "../iam/decide";
import { rows } from "../iam/pair";
import { PLACES } from "../iam/place";
import { trust } from "../iam/trust";

const ACCOUNT = { partition: "aws", accountId: "1" };
const TRUST = { service_principal: "ssm.amazonaws.com", conditions: true, regions: [] };

// The decisions of IAM for a policy with regions are tested in __tests__/iam.
test.each(PLACES)("without trust.regions, all other regions are trusted too: $partition", (place) => {
  const resource = trustPolicy({ ...place, accountId: place.account }, TRUST);
  const changed = rows(trust, place).filter(
    (row) => decideUnchecked(row, { identity: [], resource }, place) !== row.expected,
  );
  expect(changed.map(({ text }) => text)).toEqual([
    expect.stringContaining("of a region that trust.regions does not list"),
    expect.stringContaining("of a region that trust.regions does not list"),
  ]);
});

test("each listed region is one ARN, in the order of the list", () => {
  const { Statement } = trustPolicy(ACCOUNT, { ...TRUST, regions: ["us-east-1", "eu-central-1"] });
  expect(Statement[0]?.Condition?.ArnEquals?.["aws:SourceArn"]).toEqual([
    "arn:aws:ssm:us-east-1:1:*",
    "arn:aws:ssm:eu-central-1:1:*",
  ]);
});

test("the policy of the older procedure has no condition, and uses the given service principal", () => {
  const { Statement } = trustPolicy(ACCOUNT, {
    ...TRUST,
    conditions: false,
    service_principal: "ssm.amazonaws.com.cn",
  });
  expect(Statement[0]?.Principal).toEqual({ Service: "ssm.amazonaws.com.cn" });
  expect(Statement.map((statement) => "Condition" in statement)).toEqual([false]);
});
