import { z } from "zod";
import { type RuleParams, SESSION_NAME, SOURCE_IDENTITY, TAG_KEY_RULES } from "../input/rules";
import { optionalText, tags, text } from "../input/schemas";

/** Default name of a session. */
export const DEFAULT_SESSION_NAME = "ssm-hybrid-service-role";

/** Fields for the session of a role that Terraform assumes, next to the role's ARN. The names are Terraform's. */
export const SESSION = {
  session_name: optionalText(
    `Name of the session, which CloudTrail shows. Default: ${DEFAULT_SESSION_NAME} for deploy_role_arn; a name that Terraform generates ` +
      "for state.assume_role.",
    SESSION_NAME,
  ),
  tags: tags()
    .optional()
    .describe(
      "Session tags, which policy conditions compare as aws:PrincipalTag. The role's trust policy and the caller's own policies must " +
        "allow sts:TagSession. Default: none.",
    ),
  transitive_tag_keys: z
    .array(text(...TAG_KEY_RULES))
    .optional()
    .describe(
      "Keys of the session tags that are passed on to the sessions of roles assumed from this one. Default: none.",
    ),
  source_identity: optionalText(
    "Identity of the session's user, which CloudTrail shows, also for roles assumed from this session. The role's trust policy and the " +
      "caller's own policies must allow sts:SetSourceIdentity. Default: none.",
    SOURCE_IDENTITY,
  ),
};

/** The session of an assumed role: {@link SESSION}. */
export type Session = z.output<z.ZodObject<typeof SESSION>>;

/** Check of a map with {@link SESSION}, for zod's `refine`. */
export const TRANSITIVE_KEYS_ARE_TAGS = [
  ({ tags = {}, transitive_tag_keys: keys = [] }: Session) => keys.every((key) => Object.hasOwn(tags, key)),
  {
    error: "must have a tag in tags for each key in transitive_tag_keys",
    params: {
      code: "transitive_tag_keys",
      fix: "Add the tag, or remove its key from transitive_tag_keys.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining",
    } satisfies RuleParams,
  },
] as const;

/** Settings for access to AWS in addition to the role, from the provider or the S3 backend of a root module. */
export interface Reach {
  readonly profile?: string | undefined;
  readonly session?: Session | undefined;
  readonly use_fips_endpoint?: boolean | undefined;
  readonly use_dualstack_endpoint?: boolean | undefined;
}

/** Returns the report's words for the access to AWS. They follow the name of a role: `, from the profile x, at FIPS endpoints`. */
export function reachWords({ profile, session = {}, use_fips_endpoint, use_dualstack_endpoint }: Reach): string {
  const { session_name: name, tags = {}, transitive_tag_keys: kept = [], source_identity: source } = session;
  const tagWords = Object.entries(tags).map(([key, value]) => `${key} = ${value}`);
  const endpoints = [use_fips_endpoint && "FIPS", use_dualstack_endpoint && "dual-stack"].filter(Boolean);
  return [
    profile && `from the profile ${profile}`,
    name && `in a session named ${name}`,
    source && `with the source identity ${source}`,
    tagWords.length > 0 && `with the session tags ${tagWords.join(" and ")}`,
    kept.length > 0 && `with the transitive tag keys ${kept.join(" and ")}`,
    endpoints.length > 0 && `at ${endpoints.join(" and ")} endpoints`,
  ]
    .flatMap((words) => (words ? [`, ${words}`] : []))
    .join("");
}
