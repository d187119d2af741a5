import { ENTITY_KINDS, entityKey, type Named, type Procedure, type Steps } from "./procedure";
import { asciiJson, breakLine, capital, hasStep, indent, type Part, type Shell, TEXT, writeScript } from "./shell";

/** A text as one word of a POSIX shell, whatever is in it. */
export function posixQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const quote = posixQuote;

/** Writes the procedure as a script for a POSIX shell that needs the AWS CLI, version 1 or 2, and nothing else. */
export function awsCliScript(procedure: Procedure): string {
  return `#!/bin/sh\n${writeScript(new AwsCli(procedure), procedure)}`;
}

class AwsCli implements Shell {
  private readonly region: string;
  private readonly roleName: string;
  private readonly path: string;
  /** Of what makes the role and its policies. */
  private readonly tags: Part;

  constructor(private readonly procedure: Procedure) {
    const { region, role, tags } = procedure;
    this.region = `--region ${quote(region)}`;
    this.roleName = `--role-name ${quote(role.name)}`;
    this.path = `--path ${quote(role.path)}`;
    this.tags = tags.length > 0 && "--tags file://tags.json";
  }

  /** What all steps use. */
  head(): string {
    return `
set -eu
# Not every sh knows pipefail; no pipe is used here.
if (set -o pipefail) 2> /dev/null; then set -o pipefail; fi
# No pager, and no rewriting of IAM paths by Git Bash.
export AWS_PAGER='' MSYS_NO_PATHCONV=1

# The documents are written to a folder of this run's own, which goes when the run ends.
umask 077
folder=$(cd "\${TMPDIR:-/tmp}" && pwd)/ssm-hybrid-service-role.$$
mkdir "$folder"
trap 'cd / && rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"

stop() {
    printf '%s\\n' "$1" >&2
    exit 1
}

# Whether IAM knows of something, of which answer.txt then tells; any answer but that or "no such entity" ends the run.
exists() {
    if aws iam "$@" ${this.region} --output text > answer.txt 2> error.txt; then return 0; fi
    case $(cat error.txt) in *NoSuchEntity*) return 1 ;; esac
    stop "$(cat error.txt)"
}

# Whether what IAM said last of attachments has an ARN, or a name such as group/operators.
is_attached() {
    case " $attached " in *[[:space:]]"$1"[[:space:]]*) return 0 ;; esac
    return 1
}
${hasStep(this.procedure, "role") ? this.same() : ""}${hasStep(this.procedure, "policy") ? this.makeRoom() : ""}`.trimEnd();
  }

  check({ named }: Steps["check"]): string[] {
    return [
      `caller=$(aws sts get-caller-identity ${this.region} --query Account --output text)`,
      ...unless(`[ "$caller" = ${quote(this.procedure.role.accountId)} ]`, [
        `stop "${TEXT.wrongAccount(this.procedure)}"`,
      ]),
      ...named.flatMap((entity) =>
        unless(`exists get-${entity.kind} ${option(entity)}`, [`stop ${quote(TEXT.missing(entity))}`]),
      ),
    ];
  }

  role(step: Steps["role"]): string[] {
    const { trust, description, maxSessionDuration, permissionsBoundary } = step;
    const { tags } = this.procedure;
    return [
      ...file("SSMService-Trust.json", trust),
      // As JSON: the AWS CLI would take a description that begins with file:// or https:// for the place of one.
      ...file("role-settings.json", { Description: description, MaxSessionDuration: maxSessionDuration }),
      ...(tags.length > 0 ? file("tags.json", tags) : []),
      ...ifExists(`get-role ${this.roleName} --query Role.Arn`, this.changeRole(step), [
        ...this.iam(
          "create-role",
          `${this.roleName} ${this.path}`,
          "--assume-role-policy-document file://SSMService-Trust.json",
          description ? "--cli-input-json file://role-settings.json" : `--max-session-duration ${maxSessionDuration}`,
          permissionsBoundary && `--permissions-boundary ${quote(permissionsBoundary)}`,
          this.tags,
          "--query Role.Arn --output text",
        ),
        ...this.iam("wait role-exists", this.roleName),
      ]),
      ...this.answer("attached", "list-attached-role-policies", this.roleName, "'AttachedPolicies[].PolicyArn'"),
    ];
  }

  policy({ file: feature, arn, name, description, document }: Steps["policy"]): string[] {
    const policyArn = `--policy-arn ${quote(arn)}`;
    const json = `${feature}.json`;
    return [
      ...file(json, document),
      ...ifExists(
        `get-policy ${policyArn} --query Policy.DefaultVersionId`,
        [
          "version=$(cat answer.txt)",
          `same ${json} PolicyVersion.Document get-policy-version ${policyArn} --version-id "$version" || {`,
          ...indent([
            `make_room ${quote(arn)}`,
            ...this.iam(
              "create-policy-version",
              policyArn,
              `--policy-document file://${json} --set-as-default`,
              "--query PolicyVersion.VersionId --output text",
            ),
          ]),
          "}",
          ...this.changeTags("Policy", `get-policy ${policyArn}`, "tag-policy", policyArn),
        ],
        [
          ...this.iam(
            "create-policy",
            `--policy-name ${quote(name)} ${this.path}`,
            `--policy-document file://${json}`,
            description && `--description ${quote(description)}`,
            this.tags,
            "--query Policy.Arn --output text",
          ),
          ...this.iam("wait policy-exists", policyArn),
        ],
      ),
    ];
  }

  holders({ arn, named }: Steps["holders"]): string[] {
    const keys = ENTITY_KINDS.map((kind) => `Policy${capital(kind)}s[].join('/', ['${kind}', ${capital(kind)}Name])`);
    // Without the filter IAM also names those whom the policy only bounds.
    const which = `--policy-arn ${quote(arn)} --policy-usage-filter PermissionsPolicy`;
    return [
      ...this.answer("attached", "list-entities-for-policy", which, `"[${keys.join(", ")}][]"`),
      "for holder in $attached; do",
      ...indent([
        `case ${quote(` ${named.map(entityKey).join(" ")} `)} in *" $holder "*) continue ;; esac`,
        `printf '${TEXT.leftHolder} %s has %s\\n' "$holder" ${quote(arn)}`,
      ]),
      "done",
    ];
  }

  /** The answer kept last is of the service role, whose policies are one list, or of the policy, whose people are. */
  attach({ arn, to }: Steps["attach"]): string[] {
    const key = to.kind === "role" && to.name === this.procedure.role.name ? arn : entityKey(to);
    return unless(
      `is_attached ${quote(key)}`,
      this.iam(`attach-${to.kind}-policy`, option(to), `--policy-arn ${quote(arn)}`),
    );
  }

  report({ policyArns }: Steps["report"]): string[] {
    const others = '"AttachedPolicies[?!contains(\\`$(cat attached.json)\\`, PolicyArn)].PolicyArn"';
    return [
      ...file("attached.json", policyArns),
      ...this.answer("others", "list-attached-role-policies", this.roleName, others),
      `[ -z "$others" ] || printf '${TEXT.leftAttached} %s\\n' "$others"`,
      ...this.iam("get-role", this.roleName, "--query Role.Arn --output text"),
    ];
  }

  activate(step: Steps["activate"]): string[] {
    const { iamRole, policyArns, registrationLimit, expiry, description, defaultInstanceName } = step;
    const { tags } = this.procedure;
    const all = policyArns.map((arn) => `is_attached ${quote(arn)}`).join(" &&\n    ");
    const expires = typeof expiry === "number" ? '"$expires"' : expiry && quote(expiry);
    return [
      "tries=0",
      `until exists list-attached-role-policies ${this.roleName} --query 'AttachedPolicies[].PolicyArn' &&`,
      `    attached=$(cat answer.txt) &&\n    ${all}`,
      "do",
      ...indent([
        "tries=$((tries + 1))",
        `[ "$tries" -lt 10 ] || stop ${quote(TEXT.unready(this.procedure))}`,
        "sleep 3",
      ]),
      "done",
      ...file("activation.json", {
        Description: description,
        DefaultInstanceName: defaultInstanceName,
        ...(tags.length > 0 && { Tags: tags }),
      }),
      // The AWS CLI takes Unix time, and no two systems' date tell of another day in the same way.
      ...(typeof expiry === "number" ? [`expires=$(($(date +%s) + ${expiry} * 24 * 60 * 60))`] : []),
      ...this.aws(
        "ssm create-activation",
        `--iam-role ${quote(iamRole)}`,
        `--registration-limit ${registrationLimit}`,
        expires && `--expiration-date ${expires}`,
        "--cli-input-json file://activation.json",
        "--output json",
      ),
      "",
      TEXT.deletion,
      `# aws ssm delete-activation ${this.region} --activation-id <ActivationId>`,
    ];
  }

  private changeRole({ arn, permissionsBoundary }: Steps["role"]): string[] {
    const settings = "Role.{Description: Description || '', MaxSessionDuration: MaxSessionDuration}";
    const boundary = permissionsBoundary && quote(permissionsBoundary);
    return [
      "arn=$(cat answer.txt)",
      ...unless(`[ "$arn" = ${quote(arn)} ]`, [`stop "${TEXT.elsewhere("$arn", arn)}"`]),
      ...unless(
        `same SSMService-Trust.json Role.AssumeRolePolicyDocument get-role ${this.roleName}`,
        this.iam("update-assume-role-policy", this.roleName, "--policy-document file://SSMService-Trust.json"),
      ),
      ...unless(
        `same role-settings.json "${settings}" get-role ${this.roleName}`,
        this.iam("update-role", this.roleName, "--cli-input-json file://role-settings.json"),
      ),
      ...this.answer("boundary", "get-role", this.roleName, "Role.PermissionsBoundary.PermissionsBoundaryArn"),
      ...(boundary
        ? unless(
            `[ "$boundary" = ${boundary} ]`,
            this.iam("put-role-permissions-boundary", this.roleName, `--permissions-boundary ${boundary}`),
          )
        : [`[ "$boundary" = None ] || printf '${TEXT.leftBoundary} %s\\n' "$boundary"`]),
      ...this.changeTags("Role", `get-role ${this.roleName}`, "tag-role", this.roleName),
    ];
  }

  private same(): string {
    return `
# Whether IAM's answer to a query is what a file holds, in whatever way both are written.
same() {
    file=$1 query=$2
    shift 2
    answer=$(aws iam "$@" ${this.region} --query "$query == \\\`$(cat "$file")\\\`" --output text) || exit 1
    [ "$answer" = True ]
}
`;
  }

  private makeRoom(): string {
    const arn = '--policy-arn "$1"';
    const oldest = "'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId'";
    return [
      "",
      TEXT.fiveVersions,
      "make_room() {",
      ...indent([
        ...this.answer("count", "list-policy-versions", arn, "'length(Versions)'"),
        '[ "$count" -ge 5 ] || return 0',
        ...this.answer("oldest", "list-policy-versions", arn, oldest),
        ...this.iam("delete-policy-version", arn, '--version-id "$oldest"'),
      ]),
      "}",
      "",
    ].join("\n");
  }

  /** Sets the tags where they are not as they should be: tagging anew overwrites, and removes none. */
  private changeTags(answer: "Role" | "Policy", get: string, verb: string, which: string): string[] {
    if (!this.tags) return [];
    return unless(
      `same tags.json "sort_by(${answer}.Tags || \\\`[]\\\`, &Key)" ${get}`,
      this.iam(verb, which, this.tags),
    );
  }

  /** Puts IAM's answer to a query in a variable. */
  private answer(variable: string, verb: string, which: string, query: string): string[] {
    const [first = "", ...more] = this.iam(verb, which, `--query ${query} --output text`);
    const lines = [`${variable}=$(${first}`, ...more];
    return [...lines.slice(0, -1), `${lines.at(-1)})`];
  }

  private iam(verb: string, first: string, ...more: readonly Part[]): string[] {
    return this.aws(`iam ${verb}`, first, ...more);
  }

  /** A command in the account's region, which tells the AWS CLI the partition. */
  private aws(command: string, first: string, ...more: readonly Part[]): string[] {
    return breakLine([`aws ${command} ${this.region} ${first}`, ...more], "\\");
  }
}

/** What is done where a test fails. */
function unless(test: string, commands: readonly string[]): string[] {
  return [`${test} ||`, ...indent(commands)];
}

/** What is done where IAM knows of something, and where not. */
function ifExists(what: string, then: readonly string[], otherwise: readonly string[]): string[] {
  return [`if exists ${what}; then`, ...indent(then), "else", ...indent(otherwise), "fi"];
}

/** The option that says which one of IAM's. */
function option({ kind, name }: Named): string {
  return `--${kind}-${kind === "policy" ? "arn" : "name"} ${quote(name)}`;
}

/** A command that writes a JSON file. */
function file(name: string, content: unknown): string[] {
  return [`cat > ${name} << 'EOF'`, asciiJson(content, 2), "EOF"];
}
