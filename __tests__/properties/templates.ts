import { synthAccount, synthRole } from "../support";
import { textsIn } from "./support";

/** What Terraform would run in a text. */
const TEMPLATE = /[$%]\{/;

/** The templates of roots in which nothing is hostile; the quota, `adopt`, trusted regions and a role's own tags change some of them. */
const OURS = new Set(
  [...Array(11).keys()].flatMap((more) =>
    [true, false].flatMap((flag) => {
      const role = { managedPolicyQuota: 10 + more, adopt: flag, exclusivePolicies: flag };
      const trust = { regions: flag ? ["us-east-1"] : [] };
      const activations = Object.fromEntries(
        ["eu-west-1", "eu-west-2"].slice(0, more).map((region) => [region, { region }]),
      );
      return [
        synthAccount({ role, trust }),
        synthAccount({ role, activations }),
        synthRole({ role, trust, tags: {} }),
      ].flatMap(templates);
    }),
  ),
);

/** The texts of a root that Terraform would run, and that do not come from us. */
export function foreignTemplates(root: unknown): string[] {
  return templates(root).filter((text) => !OURS.has(text));
}

function templates(root: unknown): string[] {
  const all = textsIn(root).filter((text) => TEMPLATE.test(text));
  // The regions of activations and tiers stand in the names of their resources.
  return all.map((text) => text.replace(/(activations_|(?:e\.region|k) == ")[a-z]{2,4}(-[a-z]+)+-\d/g, "$1<region>"));
}
