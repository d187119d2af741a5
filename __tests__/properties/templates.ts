import { synthAccount, synthRole } from "../support";
import { textsIn } from "./support";

/** Beginning of a template that Terraform would evaluate. */
const TEMPLATE = /[$%]\{/;

/** Templates of root modules without hostile input. The quota, `adopt`, trusted regions and a role's own tags change some of them. */
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

/** Returns the strings of a root module that Terraform would evaluate and that are not ours. */
export function foreignTemplates(root: unknown): string[] {
  return templates(root).filter((text) => !OURS.has(text));
}

function templates(root: unknown): string[] {
  const all = textsIn(root).filter((text) => TEMPLATE.test(text));
  // The names of resources contain the regions of activations and tiers.
  return all.map((text) => text.replace(/(activations_|(?:e\.region|k) == ")[a-z]{2,4}(-[a-z]+)+-\d/g, "$1<region>"));
}
