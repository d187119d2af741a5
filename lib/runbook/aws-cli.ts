import {
  type AttachStep,
  asciiJson,
  type CheckStep,
  type PolicyStep,
  type Procedure,
  type ReportStep,
  type RoleStep,
  type Step,
} from "./procedure";

/** A text as one word of a POSIX shell, whatever is in it. */
export function posixQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Writes the procedure as a script for a POSIX shell that needs the AWS CLI, version 1 or 2, and nothing else. */
export function awsCliScript(procedure: Procedure): string {
  const script = new AwsCli(procedure);
  return ["#!/bin/sh", ...procedure.preface.map((line) => `# ${line}`.trimEnd()), script.head(), script.steps()]
    .join("\n")
    .concat("\n");
}

class AwsCli {
  private readonly region: string;
  private readonly role: string;

  constructor(private readonly procedure: Procedure) {
    this.region = `--region ${posixQuote(procedure.region)}`;
    this.role = `--role-name ${posixQuote(procedure.roleName)}`;
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

# Whether IAM knows of something; any answer but "no such entity" ends the run.
exists() {
    if aws iam "$@" ${this.region} > answer.txt 2> error.txt; then return 0; fi
    case $(cat error.txt) in *NoSuchEntity*) return 1 ;; esac
    stop "$(cat error.txt)"
}

# Whether IAM's answer to a query is what a file holds, in whatever way both are written.
same() {
    file=$1 query=$2
    shift 2
    answer=$(aws iam "$@" ${this.region} --query "$query == \\\`$(cat "$file")\\\`" --output text) || exit 1
    [ "$answer" = True ]
}
${this.procedure.steps.some(({ kind }) => kind === "policy") ? this.makeRoom() : ""}`;
  }

  steps(): string {
    return this.procedure.steps
      .map((step) => (step.title ? `# ${step.title}\n${this.step(step)}\n` : `${this.step(step)}\n`))
      .join("\n")
      .trimEnd();
  }

  private step(step: Step): string {
    switch (step.kind) {
      case "check":
        return this.check(step);
      case "role":
        return this.makeRole(step);
      case "policy":
        return this.makePolicy(step);
      case "attach":
        return this.attach(step);
      case "report":
        return this.report(step);
    }
  }

  private check({ policyArns }: CheckStep): string {
    const { account, accountId } = this.procedure;
    const wrong = `These are credentials of account $caller, not of ${account} (${accountId}): nothing was written.`;
    return [
      `caller=$(aws sts get-caller-identity ${this.region} --query Account --output text)`,
      `[ "$caller" = ${posixQuote(accountId)} ] ||\n    stop "${wrong}"`,
      ...policyArns.map((arn) => {
        const missing = posixQuote(`There is no policy ${arn}: nothing was written.`);
        return `exists get-policy --policy-arn ${posixQuote(arn)} ||\n    stop ${missing}`;
      }),
    ].join("\n");
  }

  private makeRole({ arn, path, trust, description, maxSessionDuration, permissionsBoundary }: RoleStep): string {
    const { tags } = this.procedure;
    const getRole = `get-role ${this.role}`;
    const settings = "Role.{Description: Description || '', MaxSessionDuration: MaxSessionDuration}";
    const boundary = permissionsBoundary && `--permissions-boundary ${posixQuote(permissionsBoundary)}`;
    const elsewhere = `The role $arn is there already, and IAM cannot move it to ${arn}: nothing was written.`;
    return [
      file("SSMService-Trust.json", trust),
      // A description goes in as JSON: the AWS CLI would read a file where it begins with file://.
      file("role-settings.json", { Description: description, MaxSessionDuration: maxSessionDuration }),
      ...(tags.length > 0 ? [file("tags.json", tags)] : []),
      `if exists ${getRole}; then`,
      `    arn=$(${this.iam(getRole)} --query Role.Arn --output text)`,
      `    [ "$arn" = ${posixQuote(arn)} ] ||\n        stop "${elsewhere}"`,
      `    same SSMService-Trust.json Role.AssumeRolePolicyDocument ${getRole} ||`,
      `        ${this.iam(`update-assume-role-policy ${this.role}`, "--policy-document file://SSMService-Trust.json")}`,
      `    same role-settings.json "${settings}" ${getRole} ||`,
      `        ${this.iam(`update-role ${this.role}`, "--cli-input-json file://role-settings.json")}`,
      `    boundary=$(${this.iam(getRole)} --query Role.PermissionsBoundary.PermissionsBoundaryArn --output text)`,
      ...(permissionsBoundary && boundary
        ? [
            `    [ "$boundary" = ${posixQuote(permissionsBoundary)} ] ||`,
            `        ${this.iam(`put-role-permissions-boundary ${this.role}`, boundary)}`,
          ]
        : [`    [ "$boundary" = None ] || printf 'Left as it is: the permissions boundary %s.\\n' "$boundary"`]),
      ...this.tag("Role", getRole, `tag-role ${this.role}`),
      "else",
      `    ${this.iam(
        `create-role ${this.role} --path ${posixQuote(path)}`,
        "--assume-role-policy-document file://SSMService-Trust.json",
        description ? "--cli-input-json file://role-settings.json" : `--max-session-duration ${maxSessionDuration}`,
        ...(boundary ? [boundary] : []),
        ...this.tagsOption(),
        "--query Role.Arn --output text",
      )}`,
      `    ${this.iam(`wait role-exists ${this.role}`)}`,
      "fi",
    ].join("\n");
  }

  private makePolicy({ file: name, arn, name: policy, path, description, document }: PolicyStep): string {
    const policyArn = `--policy-arn ${posixQuote(arn)}`;
    const json = `${name}.json`;
    return [
      file(json, document),
      `if exists get-policy ${policyArn}; then`,
      `    version=$(${this.iam(`get-policy ${policyArn}`, "--query Policy.DefaultVersionId --output text")})`,
      `    if ! same ${json} PolicyVersion.Document get-policy-version ${policyArn} --version-id "$version"; then`,
      `        make_room ${posixQuote(arn)}`,
      `        ${this.iam(
        `create-policy-version ${policyArn}`,
        `--policy-document file://${json} --set-as-default`,
        "--query PolicyVersion.VersionId --output text",
      )}`,
      "    fi",
      ...this.tag("Policy", `get-policy ${policyArn}`, `tag-policy ${policyArn}`),
      "else",
      `    ${this.iam(
        `create-policy --policy-name ${posixQuote(policy)} --path ${posixQuote(path)}`,
        `--policy-document file://${json}`,
        ...(description ? [`--description ${posixQuote(description)}`] : []),
        ...this.tagsOption(),
        "--query Policy.Arn --output text",
      )}`,
      "fi",
    ].join("\n");
  }

  private attach({ arn }: AttachStep): string {
    return this.iam(`attach-role-policy ${this.role}`, `--policy-arn ${posixQuote(arn)}`);
  }

  private report({ policyArns }: ReportStep): string {
    const query =
      '--query "AttachedPolicies[?!contains(\\`$(cat attached.json)\\`, PolicyArn)].PolicyArn" --output text';
    return [
      file("attached.json", policyArns),
      `others=$(${this.iam(`list-attached-role-policies ${this.role}`, query)})`,
      `[ -z "$others" ] || printf 'Left attached, though accounts.yaml does not name it: %s\\n' "$others"`,
      this.iam(`get-role ${this.role}`, "--query 'Role.Arn' --output text"),
    ].join("\n");
  }

  private makeRoom(): string {
    const arn = '--policy-arn "$1"';
    const oldest = "'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId'";
    return `
# IAM keeps five versions of a policy: the oldest that is out of force makes room for a new one.
make_room() {
    count=$(${this.iam(`list-policy-versions ${arn}`, "--query 'length(Versions)' --output text")})
    [ "$count" -ge 5 ] || return 0
    oldest=$(${this.iam(`list-policy-versions ${arn}`, `--query ${oldest} --output text`)})
    ${this.iam(`delete-policy-version ${arn}`, '--version-id "$oldest"')}
}
`;
  }

  /** Adds the tags where they are not there as they should be: tagging anew overwrites, and removes none. */
  private tag(answer: "Role" | "Policy", get: string, tag: string): string[] {
    if (this.procedure.tags.length === 0) return [];
    return [
      `    same tags.json "sort_by(${answer}.Tags || \\\`[]\\\`, &Key)" ${get} ||`,
      `        ${this.iam(tag, "--tags file://tags.json")}`,
    ];
  }

  private tagsOption(): string[] {
    return this.procedure.tags.length > 0 ? ["--tags file://tags.json"] : [];
  }

  /** A command of IAM's in the account's region, which tells the CLI the partition. */
  private iam(command: string, ...options: readonly string[]): string {
    const [verb, ...rest] = command.split(" ");
    const [first, ...more] = [`aws iam ${verb} ${this.region} ${rest.join(" ")}`, ...options];
    const line = [first, ...more].join(" ");
    return line.length <= 100 ? line : [first, ...more].join(" \\\n            ");
  }
}

/** A command that writes a JSON file. */
function file(name: string, content: unknown): string {
  return `cat > ${name} << 'EOF'\n${asciiJson(content, 2)}\nEOF`;
}
