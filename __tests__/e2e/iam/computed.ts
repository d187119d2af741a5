import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient } from "@aws-sdk/client-iam";
import type { Lab } from "../../../scripts/support/lab";
import type { Document } from "./pair";
import type { Place } from "./place";

/** A policy document and who wrote it. */
export interface Attached {
  readonly document: Document;
  readonly ours: boolean;
}

/** An account's documents, as Terraform computed them, and AWS's own. */
export interface Computed {
  readonly trust: Document;
  /** Documents attached to the service role, by the attachments' name: `core` and the features. */
  readonly attached: Readonly<Record<string, readonly Attached[]>>;
  /** Documents for people, by the entry of user_access. */
  readonly userAccess: Readonly<Record<string, Document>>;
}

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly index_key?: string; readonly attributes: Readonly<Record<string, string>> }[];
}

/** Applies an account's root and reads the documents out of its state. */
export async function computed(lab: Lab, root: string, place: Place): Promise<Computed> {
  await lab.mustTerraform(root, "init", "-input=false");
  await lab.mustTerraform(root, "apply", "-input=false", "-auto-approve");
  const state: { resources: readonly Resource[] } = JSON.parse(await lab.mustTerraform(root, "state", "pull"));
  const instances = (type: string) =>
    state.resources
      .filter((resource) => resource.type === type)
      .flatMap(({ name, instances }) => instances.map((instance) => ({ of: name, ...instance })));
  const own = instances("aws_iam_policy").map(({ of, index_key, attributes: { arn, policy } }) => ({
    of,
    key: index_key,
    arn,
    document: parse(policy),
  }));
  const iam = await lab.iam(place.account);
  const attached: Record<string, Attached[]> = {};
  for (const { of, attributes } of instances("aws_iam_role_policy_attachment")) {
    const ours = own.find(({ arn }) => arn === attributes.policy_arn);
    const document = ours?.document ?? (await managedPolicy(iam, attributes.policy_arn as string, place));
    attached[of] = [...(attached[of] ?? []), { document, ours: ours !== undefined }];
  }
  const people = own.filter(({ of }) => of === "user_access");
  return {
    trust: parse(instances("aws_iam_role")[0]?.attributes.assume_role_policy),
    attached,
    userAccess: Object.fromEntries(people.map(({ key, document }) => [key, document])),
  };
}

function parse(document: string | undefined): Document {
  return JSON.parse(document ?? "null");
}

/** The document of a policy that AWS manages. The emulator has AWS's own, of the partition `aws`. */
export async function managedPolicy(iam: IAMClient, policyArn: string, { partition }: Place): Promise<Document> {
  const PolicyArn = policyArn.replace(`arn:${partition}:`, "arn:aws:");
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  const text = decodeURIComponent(PolicyVersion?.Document as string);
  return JSON.parse(text.replaceAll('"arn:aws:', `"arn:${partition}:`));
}
