import {
  type ActivateStep,
  type AttachStep,
  asciiJson,
  type CheckStep,
  entityKey,
  type HoldersStep,
  indent,
  type Named,
  type PolicyStep,
  type Procedure,
  type ReportStep,
  type RoleStep,
  type Step,
  writeSteps,
} from "./procedure";

/** A text as one word of a POSIX shell, whatever is in it. */
export function posixQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const quote = posixQuote;

/** Writes the procedure as a script for a POSIX shell that needs the AWS CLI, version 1 or 2, and nothing else. */
export function awsCliScript(procedure: Procedure): string {
  const script = new AwsCli(procedure);
  const preface = procedure.preface.map((line) => `# ${line}`.trimEnd());
  return ["#!/bin/sh", ...preface, script.head(), writeSteps(procedure.steps, (step) => script.step(step)), ""].join(
    "\n",
  );
}

class AwsCli {
  private readonly region: string;
  private readonly role: string;
  /** Of what makes the role and its policies. */
  private readonly tags: readonly string[];

  constructor(private readonly procedure: Procedure) {
    this.region = `--region ${quote(procedure.region)}`;
    this.role = `--role-name ${quote(procedure.roleName)}`;
    this.tags = procedure.tags.length > 0 ? ["--tags file://tags.json"] : [];
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
${this.has("role") ? this.same() : ""}${this.has("policy") ? this.makeRoom() : ""}`.trimEnd();
  }

  step(step: Step): string[] {
    switch (step.kind) {
      case "check":
        return this.check(step);
      case "role":
        return this.makeRole(step);
      case "policy":
        return this.makePolicy(step);
      case "holders":
        return this.tellHolders(step);
      case "attach":
        return this.attach(step);
      case "report":
        return this.report(step);
      case "activate":
        return this.activate(step);
    }
  }

  private has(kind: Step["kind"]): boolean {
    return this.procedure.steps.some((step) => step.kind === kind);
  }

  private check({ named }: CheckStep): string[] {
    const { account, accountId } = this.procedure;
    const wrong = `These are credentials of account $caller, not of ${account} (${accountId}): nothing was written.`;
    return [
      `caller=$(aws sts get-caller-identity ${this.region} --query Account --output text)`,
      `[ "$caller" = ${quote(accountId)} ] ||`,
      `    stop "${wrong}"`,
      ...named.flatMap((entity) => [
        `exists get-${entity.kind} ${option(entity)} ||`,
        `    stop ${quote(`There is no ${entity.kind} ${entity.name}: nothing was written.`)}`,
      ]),
    ];
  }

  private makeRole(step: RoleStep): string[] {
    const { tags } = this.procedure;
    return [
      ...file("SSMService-Trust.json", step.trust),
      // As JSON: the AWS CLI would take a description that begins with file:// or https:// for the place of one.
      ...file("role-settings.json", { Description: step.description, MaxSessionDuration: step.maxSessionDuration }),
      ...(tags.length > 0 ? file("tags.json", tags) : []),
      `if exists get-role ${this.role} --query Role.Arn; then`,
      ...indent(this.changeRole(step)),
      "else",
      ...indent([
        ...this.iam(
          "create-role",
          `${this.role} --path ${quote(step.path)}`,
          "--assume-role-policy-document file://SSMService-Trust.json",
          step.description
            ? "--cli-input-json file://role-settings.json"
            : `--max-session-duration ${step.maxSessionDuration}`,
          ...(step.permissionsBoundary ? [`--permissions-boundary ${quote(step.permissionsBoundary)}`] : []),
          ...this.tags,
          "--query Role.Arn --output text",
        ),
        ...this.iam("wait role-exists", this.role),
      ]),
      "fi",
      ...this.answer("attached", "list-attached-role-policies", this.role, "'AttachedPolicies[].PolicyArn'"),
    ];
  }

  private changeRole({ arn, permissionsBoundary }: RoleStep): string[] {
    const elsewhere = `The role $arn is there already, and IAM cannot move it to ${arn}: nothing was written.`;
    const settings = "Role.{Description: Description || '', MaxSessionDuration: MaxSessionDuration}";
    const boundary = "Role.PermissionsBoundary.PermissionsBoundaryArn";
    return [
      "arn=$(cat answer.txt)",
      `[ "$arn" = ${quote(arn)} ] ||`,
      `    stop "${elsewhere}"`,
      `same SSMService-Trust.json Role.AssumeRolePolicyDocument get-role ${this.role} ||`,
      ...indent(this.iam("update-assume-role-policy", this.role, "--policy-document file://SSMService-Trust.json")),
      `same role-settings.json "${settings}" get-role ${this.role} ||`,
      ...indent(this.iam("update-role", this.role, "--cli-input-json file://role-settings.json")),
      ...this.answer("boundary", "get-role", this.role, boundary),
      ...(permissionsBoundary
        ? [
            `[ "$boundary" = ${quote(permissionsBoundary)} ] ||`,
            ...indent(
              this.iam(
                "put-role-permissions-boundary",
                this.role,
                `--permissions-boundary ${quote(permissionsBoundary)}`,
              ),
            ),
          ]
        : [`[ "$boundary" = None ] || printf 'Left as it is: the permissions boundary %s\\n' "$boundary"`]),
      ...this.changeTags("Role", `get-role ${this.role}`, "tag-role", this.role),
    ];
  }

  private makePolicy({ file: name, arn, name: policy, path, description, document }: PolicyStep): string[] {
    const policyArn = `--policy-arn ${quote(arn)}`;
    const json = `${name}.json`;
    return [
      ...file(json, document),
      `if exists get-policy ${policyArn} --query Policy.DefaultVersionId; then`,
      ...indent([
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
      ]),
      "else",
      ...indent([
        ...this.iam(
          "create-policy",
          `--policy-name ${quote(policy)} --path ${quote(path)}`,
          `--policy-document file://${json}`,
          ...(description ? [`--description ${quote(description)}`] : []),
          ...this.tags,
          "--query Policy.Arn --output text",
        ),
        ...this.iam("wait policy-exists", policyArn),
      ]),
      "fi",
    ];
  }

  /** The answer kept last is of the service role, whose policies are one list, or of the policy, whose people are. */
  private attach({ arn, to }: AttachStep): string[] {
    const key = to.kind === "role" && to.name === this.procedure.roleName ? arn : entityKey(to);
    return [
      `is_attached ${quote(key)} ||`,
      ...indent(this.iam(`attach-${to.kind}-policy`, option(to), `--policy-arn ${quote(arn)}`)),
    ];
  }

  private tellHolders({ arn, named }: HoldersStep): string[] {
    const keys = ["Group", "Role", "User"].map((kind) => {
      return `Policy${kind}s[].join('/', ['${kind.toLowerCase()}', ${kind}Name])`;
    });
    // Without the filter IAM also names those whom the policy only bounds.
    const which = `--policy-arn ${quote(arn)} --policy-usage-filter PermissionsPolicy`;
    return [
      ...this.answer("attached", "list-entities-for-policy", which, `"[${keys.join(", ")}][]"`),
      "for holder in $attached; do",
      ...indent([
        `case ${quote(` ${named.map(entityKey).join(" ")} `)} in *" $holder "*) continue ;; esac`,
        `printf 'Left with a policy, though the file does not name it: %s has %s\\n' "$holder" ${quote(arn)}`,
      ]),
      "done",
    ];
  }

  private report({ policyArns }: ReportStep): string[] {
    const others = '"AttachedPolicies[?!contains(\\`$(cat attached.json)\\`, PolicyArn)].PolicyArn"';
    return [
      ...file("attached.json", policyArns),
      ...this.answer("others", "list-attached-role-policies", this.role, others),
      `[ -z "$others" ] || printf 'Left attached, though the file does not name it: %s\\n' "$others"`,
      ...this.iam("get-role", this.role, "--query Role.Arn --output text"),
    ];
  }

  private activate({ iamRole, policyArns, registrationLimit, expiry, ...texts }: ActivateStep): string[] {
    const { roleName, region, tags } = this.procedure;
    const { description, defaultInstanceName } = texts;
    const unready = `The role ${roleName} does not have all of its policies: run its runbook first. No activation was made.`;
    const all = policyArns.map((arn) => `is_attached ${quote(arn)}`).join(" &&\n    ");
    return [
      "tries=0",
      `until exists list-attached-role-policies ${this.role} --query 'AttachedPolicies[].PolicyArn' &&`,
      `    attached=$(cat answer.txt) &&\n    ${all}`,
      "do",
      ...indent(["tries=$((tries + 1))", `[ "$tries" -lt 10 ] || stop ${quote(unready)}`, "sleep 3"]),
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
        ...(expiry === undefined
          ? []
          : [`--expiration-date ${typeof expiry === "number" ? '"$expires"' : quote(expiry)}`]),
        "--cli-input-json file://activation.json",
        "--output json",
      ),
      "",
      "# When it is needed no more; machines that have registered stay registered:",
      `# aws ssm delete-activation --region ${quote(region)} --activation-id <ActivationId>`,
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
      "# IAM keeps five versions of a policy: the oldest that is out of force makes room for a new one.",
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
    if (this.tags.length === 0) return [];
    return [
      `same tags.json "sort_by(${answer}.Tags || \\\`[]\\\`, &Key)" ${get} ||`,
      ...indent(this.iam(verb, which, ...this.tags)),
    ];
  }

  /** Puts IAM's answer to a query in a variable. */
  private answer(variable: string, verb: string, which: string, query: string): string[] {
    const [first = "", ...more] = this.iam(verb, which, `--query ${query} --output text`);
    const lines = [`${variable}=$(${first}`, ...more];
    return [...lines.slice(0, -1), `${lines.at(-1)})`];
  }

  private iam(verb: string, ...options: readonly string[]): string[] {
    return this.aws(`iam ${verb}`, ...options);
  }

  /** A command in the account's region, which tells the AWS CLI the partition; a long one on several lines. */
  private aws(command: string, ...options: readonly string[]): string[] {
    const line = [`aws ${command} ${this.region}`, ...options].join(" ");
    if (line.length <= 100) return [line];
    const [first, ...more] = [`aws ${command} ${this.region} ${options[0]}`, ...indent(options.slice(1))];
    return [first, ...more].map((part, index, all) => (index < all.length - 1 ? `${part} \\` : part));
  }
}

/** The option that says which one of IAM's. */
function option({ kind, name }: Named): string {
  return `--${kind}-${kind === "policy" ? "arn" : "name"} ${quote(name)}`;
}

/** A command that writes a JSON file. */
function file(name: string, content: unknown): string[] {
  return [`cat > ${name} << 'EOF'`, asciiJson(content, 2), "EOF"];
}
