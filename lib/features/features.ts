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

/** All optional features. The file's schema, role, module, report and runbook are derived from this list. */
export const FEATURES = [
  directoryService,
  cloudwatchAgent,
  s3ManagedBuckets,
  s3Buckets,
  logGroups,
  policies,
  userAccess,
  instanceTier,
  // Last, because an activation depends on all attachments.
  activations,
] as const;

type AnyFeature = (typeof FEATURES)[number];

/** Schemas of all features' maps, by name. */
export type FeatureSchemas = { readonly [One in AnyFeature as One["name"]]: One["entries"] };

/** Maps of all features, with defaults. */
export type FeatureEntries = { readonly [Name in keyof FeatureSchemas]: z.output<FeatureSchemas[Name]> };

/** Returns a value for each feature, by the name of its map. */
export function mapFeatures<Value>(create: (feature: Feature) => Value): Record<keyof FeatureSchemas, Value> {
  return Object.fromEntries(FEATURES.map((feature) => [feature.name, create(feature)])) as Record<
    keyof FeatureSchemas,
    Value
  >;
}

/** Calls a function for each feature with the feature's entries. Returns all results. */
export function askFeatures<Result>(
  all: FeatureEntries,
  ask: (feature: Feature, entries: FeatureEntries[keyof FeatureEntries]) => readonly Result[] | undefined,
): Result[] {
  return FEATURES.flatMap((feature) => ask(feature, all[feature.name]) ?? []);
}
