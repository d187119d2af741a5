import type { Condition } from "../aws/policy-document";

/** A statement of a trust policy. */
export interface TrustStatement {
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Condition?: Condition;
}

/** Who assumes the two roles. At least one field is required. */
export interface Trust {
  /** Account id, or ARN of a role or user, that assumes the deploy role. @default - none */
  readonly deploy?: string | undefined;
  /** The same for the read-only role. @default - the value of `deploy` */
  readonly plan?: string | undefined;
  /** Repository `owner/name`, with the ids that GitHub adds since 2026: `owner@123/name@456`. @default - none */
  readonly github?: string | undefined;
  /** Project with its host: `gitlab.com/group/project`. @default - none */
  readonly gitlab?: string | undefined;
}

/** What the sessions of both roles have, of all accounts that share the template. */
export interface SessionNeeds {
  /** @default [] - no session has tags */
  readonly tagKeys: readonly string[];
  /** @default [] - no session has a source identity */
  readonly sourceIdentities: readonly string[];
}

/** Which of the two roles. */
export type Kind = "deploy" | "plan";

/** Jobs of GitHub in these environments, and jobs of GitLab on these refs, assume the roles: examples/pipelines names the same. */
const GITHUB_ENVIRONMENT = { deploy: "production", plan: "plan" } as const;
const GITLAB_REF = { deploy: "main", plan: "*" } as const;

export const TRUST_PATTERNS = {
  principal: /^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+)$/,
  github: /^[A-Za-z0-9-]+(@\d+)?\/[\w.-]+(@\d+)?$/,
  gitlab: /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[\w.-]+){2,}$/,
} as const;

/** Examples of these patterns. */
export const TRUST_FORMS: Readonly<Record<keyof typeof TRUST_PATTERNS, string>> = {
  principal: "999999999999 or arn:aws:iam::999999999999:role/Terraform",
  github: "owner/repository",
  gitlab: "gitlab.com/group/project",
};

/**
 * The trust policy of a role, for the account that stands in for `{account_id}` and `{partition}`.
 * @param role - ARN of the role itself
 * @param externalId - external id that the file gives for whoever assumes the role
 * @param session - what whoever assumes the role says of the session
 * @see https://docs.github.com/actions/reference/openid-connect-reference (a job with an environment has no ref in its subject)
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
    // The provider of a root module assumes the role once more, and a role trusts itself only where it says so:
    // https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/
    const Condition = { ArnEquals: { "aws:PrincipalArn": role } };
    const statement = { Effect: "Allow", Principal: { AWS: account("{account_id}") }, Condition } as const;
    statements.push({ ...statement, Action: "sts:AssumeRole", Condition: { ...external, ...Condition } });
    statements.push(...sessionStatements(statement, session));
  }
  return statements;
}

/** Actions that a request to assume a role asks for besides, each with what the session may then say. */
export function sessionConditions({ tagKeys, sourceIdentities }: SessionNeeds): Readonly<Record<string, Condition>> {
  return {
    ...(tagKeys.length > 0 && { "sts:TagSession": { "ForAllValues:StringEquals": { "aws:TagKeys": tagKeys } } }),
    ...(sourceIdentities.length > 0 && {
      "sts:SetSourceIdentity": { StringEquals: { "sts:SourceIdentity": sourceIdentities } },
    }),
  };
}

/**
 * Statements beside one that allows `sts:AssumeRole`, whose condition on the external id these actions do not know.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
 */
function sessionStatements(beside: Omit<TrustStatement, "Action">, session: SessionNeeds): TrustStatement[] {
  return Object.entries(sessionConditions(session)).map(([Action, condition]) => ({
    ...beside,
    Action,
    Condition: { ...beside.Condition, ...condition },
  }));
}

/** A statement for the tokens of an OIDC provider, which the account has already. */
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
