import type { z } from "zod";
import { activations } from "./activations";
import { cloudwatchAgent } from "./cloudwatch-agent";
import { directoryService } from "./directory-service";
import type { Feature } from "./feature";
import { instanceTier } from "./instance-tier";
import { logGroups } from "./log-groups";
import { policies } from "./policies";
import { s3Buckets } from "./s3-buckets";
import { s3ManagedBuckets } from "./s3-managed-buckets";
import { userAccess } from "./user-access";

/** The optional features. The file's schema, the role, the module, the report and the runbook are made from this list. */
export const FEATURES = [
  directoryService,
  cloudwatchAgent,
  s3ManagedBuckets,
  s3Buckets,
  logGroups,
  policies,
  userAccess,
  instanceTier,
  // Last: an activation waits for all that is attached.
  activations,
] as const;

type AnyFeature = (typeof FEATURES)[number];

/** The schema of each feature's map, by the map's name. */
export type FeatureSchemas = { readonly [One in AnyFeature as One["name"]]: One["entries"] };

/** The maps of every feature, defaults filled in. */
export type FeatureEntries = { readonly [Name in keyof FeatureSchemas]: z.output<FeatureSchemas[Name]> };

/** Makes something of each feature's schema, by the map's name. */
export function mapFeatures<Made>(make: (feature: Feature) => Made): Record<keyof FeatureSchemas, Made> {
  return Object.fromEntries(FEATURES.map((feature) => [feature.name, make(feature)])) as Record<
    keyof FeatureSchemas,
    Made
  >;
}

/** Asks each feature about its own entries. */
export function askFeatures<Said>(
  all: FeatureEntries,
  ask: (feature: Feature, entries: FeatureEntries[keyof FeatureEntries]) => readonly Said[] | undefined,
): Said[] {
  return FEATURES.flatMap((feature) => ask(feature, all[feature.name]) ?? []);
}
