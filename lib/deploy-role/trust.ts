import type { Condition } from "../aws/policy-document";

/** A statement of a trust policy. */
export interface TrustStatement {
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Condition?: Condition;
}

/** Principals that can assume the two roles. At least one field is required. */
export interface Trust {
  /** Account id, or ARN of a role or user, for the deploy role. @default - none */
  readonly deploy?: string | undefined;
  /** Account id, or ARN of a role or user, for the read-only role. @default - the value of `deploy` */
  readonly plan?: string | undefined;
  /** Repository: `owner/name`, or `owner@123/name@456` with the ids that GitHub adds since 2026. @default - none */
  readonly github?: string | undefined;
  /** Project with its host, such as `gitlab.com/group/project`. @default - none */
  readonly gitlab?: string | undefined;
}

/** Tags and source identities of both roles' sessions in all accounts that share the template. */
export interface SessionNeeds {
  /** @default [] - no session has tags */
  readonly tagKeys: readonly string[];
  /** @default [] - no session has a source identity */
  readonly sourceIdentities: readonly string[];
}

/** One of the two roles. */
export type Kind = "deploy" | "plan";

/** GitHub environments and GitLab refs whose jobs can assume the roles. examples/pipelines uses the same. */
const GITHUB_ENVIRONMENT = { deploy: "production", plan: "plan" } as const;
const GITLAB_REF = { deploy: "main", plan: "*" } as const;

export const TRUST_PATTERNS = {
  principal: /^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+)$/,
  github: /^[A-Za-z0-9-]+(@\d+)?\/[\w.-]+(@\d+)?$/,
  gitlab: /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[\w.-]+){2,}$/,
} as const;

/** Examples that match these patterns. */
export const TRUST_FORMS: Readonly<Record<keyof typeof TRUST_PATTERNS, string>> = {
  principal: "999999999999 or arn:aws:iam::999999999999:role/Terraform",
  github: "owner/repository",
  gitlab: "gitlab.com/group/project",
};

/**
 * Returns the statements of a role's trust policy, with the placeholders `{account_id}` and `{partition}`.
 * @param role - ARN of the role itself
 * @param externalId - external id in the file
 * @param session - tags and source identities of the sessions
 * @see https://docs.github.com/actions/reference/openid-connect-reference (a job with an environment has no ref in its
 *   subject)
 * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/ (a merge request has the source branch as its ref)
 */
export function trustStatements(
  kind: Kind,
  role: string,
  trust: Trust,
  externalId: string | undefined,
  session: SessionNeeds,
): TrustStatement[] {
  const external: Condition = externalId === undefined ? {} : { StringEquals: { "sts:ExternalId": externalId } };
  const account = (id: string) => `arn:{partition}:iam::${id}:root`;
  const principal = kind === "deploy" ? trust.deploy : (trust.plan ?? trust.deploy);
  const statements: TrustStatement[] = [];
  if (principal !== undefined) {
    const AWS = principal.startsWith("arn:") ? principal : account(principal);
    const statement = { Effect: "Allow", Principal: { AWS } } as const;
    statements.push({ ...statement, Action: "sts:AssumeRole", ...(externalId && { Condition: external }) });
    statements.push(...sessionStatements(statement, session));
  }
  if (trust.github !== undefined) {
    const subject = `repo:${trust.github}:environment:${GITHUB_ENVIRONMENT[kind]}`;
    statements.push(webIdentity("token.actions.githubusercontent.com", "StringEquals", subject));
  }
  if (trust.gitlab !== undefined) {
    const [host = "", ...project] = trust.gitlab.split("/");
    const subject = `project_path:${project.join("/")}:ref_type:branch:ref:${GITLAB_REF[kind]}`;
    statements.push(webIdentity(host, kind === "plan" ? "StringLike" : "StringEquals", subject));
  }
  if (trust.github !== undefined || trust.gitlab !== undefined) {
    // The provider of a root module assumes the role again, and a role can assume itself only if its trust policy allows it:
    // https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/
    const Condition = { ArnEquals: { "aws:PrincipalArn": role } };
    const statement = { Effect: "Allow", Principal: { AWS: account("{account_id}") }, Condition } as const;
    statements.push({ ...statement, Action: "sts:AssumeRole", Condition: { ...external, ...Condition } });
    statements.push(...sessionStatements(statement, session));
  }
  return statements;
}

/** Returns the additional actions that a request to assume a role needs, each with the condition on its values. */
export function sessionConditions({ tagKeys, sourceIdentities }: SessionNeeds): Readonly<Record<string, Condition>> {
  return {
    ...(tagKeys.length > 0 && { "sts:TagSession": { "ForAllValues:StringEquals": { "aws:TagKeys": tagKeys } } }),
    ...(sourceIdentities.length > 0 && {
      "sts:SetSourceIdentity": { StringEquals: { "sts:SourceIdentity": sourceIdentities } },
    }),
  };
}

/**
 * Returns the statements for `sts:TagSession` and `sts:SetSourceIdentity`. They are separate, because these actions do
 * not support the condition on the external id that the statement for `sts:AssumeRole` has.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
 */
function sessionStatements(base: Omit<TrustStatement, "Action">, session: SessionNeeds): TrustStatement[] {
  return Object.entries(sessionConditions(session)).map(([Action, condition]) => ({
    ...base,
    Action,
    Condition: { ...base.Condition, ...condition },
  }));
}

/** Returns a statement for the tokens of an OIDC provider that exists in the account. */
function webIdentity(host: string, operator: "StringEquals" | "StringLike", subject: string): TrustStatement {
  const audience = { [`${host}:aud`]: "sts.amazonaws.com" };
  const Condition: Condition =
    operator === "StringEquals"
      ? { StringEquals: { ...audience, [`${host}:sub`]: subject } }
      : { StringEquals: audience, StringLike: { [`${host}:sub`]: subject } };
  return {
    Effect: "Allow",
    Principal: { Federated: `arn:{partition}:iam::{account_id}:oidc-provider/${host}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
  };
}
