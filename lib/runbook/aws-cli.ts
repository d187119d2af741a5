import type { PolicyDocument } from "../aws/policy-document";
import { capital } from "../input/names";
import { meansSame } from "./means-same";
import { ENTITY_KINDS, entityKey, type Procedure, type Reference } from "./procedure";
import { asciiJson, breakLine, commands, hasStep, type Part, type Shell, TEXT, writeScript } from "./shell";

/** Quotes any string as one word of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns the procedure as a script for a POSIX shell. The script needs only the AWS CLI, version 1 or 2. */
export function awsCliScript(procedure: Procedure): string {
  return `#!/bin/sh\n${writeScript(awsCli(procedure), procedure)}`;
}

function awsCli(procedure: Procedure): Shell {
  const { role, tags } = procedure;
  const region = `--region ${quote(procedure.region)}`;
  const roleName = `--role-name ${quote(role.name)}`;
  /** Option of the commands that create the role and its policies. */
  const withTags = tags.length > 0 && "--tags file://tags.json";

  /** Returns a command in the account's region, from which the AWS CLI derives the partition. */
  const aws = (command: string, first: string, ...more: readonly Part[]) =>
    breakLine([`aws ${command} ${region} ${first}`, ...more], "\\");
  const iam = (verb: string, first: string, ...more: readonly Part[]) => aws(`iam ${verb}`, first, ...more);
  /** Returns a command that assigns IAM's response to a query to a variable. */
  const answer = (variable: string, verb: string, which: string, query: string) =>
    `${variable}=$(${iam(verb, which, `--query ${query} --output text`)})`;

  /** Returns a command that sets the tags if one is missing or different. It overwrites tags and removes none. */
  const changeTags = (kind: "Role" | "Policy", which: string) => {
    const ours = `${kind}.Tags[?contains(\\\`$(cat tags.json)\\\`, @)] || \\\`[]\\\``;
    return (
      withTags &&
      commands`
        is_true "length(${ours}) == \\\`${String(tags.length)}\\\`" get-${kind.toLowerCase()} ${which} ||
            ${iam(`tag-${kind.toLowerCase()}`, which, withTags)}`
    );
  };

  const isTrue = () => commands`

    # Succeeds if a query on IAM's response, in the query language of the AWS CLI, returns true.
    is_true() {
        query=$1
        shift
        answer=$(aws iam "$@" ${region} --query "$query" --output text) || exit 1
        [ "$answer" = True ]
    }`;

  const makeRoom = () => commands`

    ${TEXT.fiveVersions}
    make_room() {
        ${answer("versions", "list-policy-versions", '--policy-arn "$1"', "'Versions[?!IsDefaultVersion].VersionId'")}
        count=0 lowest=
        for version in $versions; do
            count=$((count + 1))
            [ -n "$lowest" ] && [ "\${version#v}" -gt "\${lowest#v}" ] || lowest=$version
        done
        [ "$count" -lt 4 ] || ${iam("delete-policy-version", '--policy-arn "$1"', '--version-id "$lowest"')}
    }`;

  return {
    head: () => commands`

      set -eu
      # Not every sh supports pipefail, so a subshell tests it first. No pipe is used here.
      # shellcheck disable=SC3040
      if (set -o pipefail) 2> /dev/null; then set -o pipefail; fi
      # No pager, and no rewriting of IAM paths by Git Bash.
      export AWS_PAGER='' MSYS_NO_PATHCONV=1
      ${Object.entries(procedure.environment).map(([name, value]) => `export ${name}=${quote(value)}`)}

      # The documents are written to a temporary folder, which is deleted when the run ends.
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

      # Succeeds if IAM finds an entity, and writes the response to answer.txt. Any error but NoSuchEntity ends the run.
      exists() {
          if aws iam "$@" ${region} --output text > answer.txt 2> error.txt; then return 0; fi
          case $(cat error.txt) in *NoSuchEntity*) return 1 ;; esac
          stop "$(cat error.txt)"
      }

      # Succeeds if the last list of attachments contains an ARN, or a name such as group/operators.
      is_attached() {
          case " $attached " in *[[:space:]]"$1"[[:space:]]*) return 0 ;; esac
          return 1
      }
      ${hasStep(procedure, "role") && isTrue()}
      ${hasStep(procedure, "policy") && makeRoom()}`,

    check: ({ references }) => commands`
      caller=$(aws sts get-caller-identity ${region} --query Account --output text)
      [ "$caller" = ${quote(role.accountId)} ] ||
          stop "${TEXT.wrongAccount(procedure)}"
      ${references.map((one) => `exists get-${one.kind} ${option(one)} ||\n    stop ${quote(TEXT.missing(one))}`)}`,

    role({ arn, trust, adopt, description, maxSessionDuration, permissionsBoundary }) {
      const found = "'Role.{TrustPolicy: AssumeRolePolicyDocument, Description: Description, Tags: Tags}'";
      const changeTrust = adopt
        ? iam("update-assume-role-policy", roleName, "--policy-document file://SSMService-Trust.json")
        : commands`
            {
                ${iam("get-role", roleName, `--query ${found}`, "--output json >&2")}
                stop "${TEXT.foreign("$arn", procedure)}"
            }`;
      const settings = "Role.{Description: Description || '', MaxSessionDuration: MaxSessionDuration}";
      const boundary = permissionsBoundary && `--permissions-boundary ${quote(permissionsBoundary)}`;
      const changeBoundary = permissionsBoundary
        ? commands`
            [ "$boundary" = ${quote(permissionsBoundary)} ] ||
                ${iam("put-role-permissions-boundary", roleName, boundary)}`
        : `[ "$boundary" = None ] || printf '${TEXT.leftBoundary} %s\\n' "$boundary"`;
      const create = iam(
        "create-role",
        `${roleName} --path ${quote(role.path)}`,
        "--assume-role-policy-document file://SSMService-Trust.json",
        description ? "--cli-input-json file://role-settings.json" : `--max-session-duration ${maxSessionDuration}`,
        boundary,
        withTags,
        "--query Role.Arn --output text",
      );
      // JSON, because the AWS CLI would load a description that begins with file:// or https:// from that location.
      return commands`
        ${document("SSMService-Trust", trust)}
        ${file("role-settings.json", { Description: description, MaxSessionDuration: maxSessionDuration })}
        ${tags.length > 0 && file("tags.json", tags)}
        if exists get-role ${roleName} --query Role.Arn; then
            arn=$(cat answer.txt)
            [ "$arn" = ${quote(arn)} ] ||
                stop "${TEXT.elsewhere("$arn", arn)}"
            is_true "Role.AssumeRolePolicyDocument | $(cat SSMService-Trust.query)" get-role ${roleName} ||
                ${changeTrust}
            is_true "${settings} == \\\`$(cat role-settings.json)\\\`" get-role ${roleName} ||
                ${iam("update-role", roleName, "--cli-input-json file://role-settings.json")}
            ${answer("boundary", "get-role", roleName, "Role.PermissionsBoundary.PermissionsBoundaryArn")}
            ${changeBoundary}
            ${changeTags("Role", roleName)}
        else
            ${create}
            ${iam("wait role-exists", roleName)}
        fi
        ${answer("attached", "list-attached-role-policies", roleName, "'AttachedPolicies[].PolicyArn'")}`;
    },

    policy({ file: feature, arn, path, name, description, document: content }) {
      const policyArn = `--policy-arn ${quote(arn)}`;
      const json = `${feature}.json`;
      const create = iam(
        "create-policy",
        `--policy-name ${quote(name)} --path ${quote(path)}`,
        `--policy-document file://${json}`,
        description && `--description ${quote(description)}`,
        withTags,
        "--query Policy.Arn --output text",
      );
      const change = iam(
        "create-policy-version",
        policyArn,
        `--policy-document file://${json} --set-as-default`,
        "--query PolicyVersion.VersionId --output text",
      );
      return commands`
        ${document(feature, content)}
        if exists get-policy ${policyArn} --query Policy.DefaultVersionId; then
            version=$(cat answer.txt)
            is_true "PolicyVersion.Document | $(cat ${feature}.query)" get-policy-version ${policyArn} --version-id "$version" || {
                make_room ${quote(arn)}
                ${change}
            }
            ${changeTags("Policy", policyArn)}
        else
            ${create}
            ${iam("wait policy-exists", policyArn)}
        fi`;
    },

    holders({ arn, expected }) {
      const keys = ENTITY_KINDS.map((kind) => `Policy${capital(kind)}s[].join('/', ['${kind}', ${capital(kind)}Name])`);
      // Without the filter, IAM also lists entities for which the policy is only a permissions boundary.
      const which = `--policy-arn ${quote(arn)} --policy-usage-filter PermissionsPolicy`;
      return commands`
        ${answer("attached", "list-entities-for-policy", which, `"[${keys.join(", ")}][]"`)}
        for holder in $attached; do
            # The word is a constant: the list of the file.
            # shellcheck disable=SC2194
            case ${quote(` ${expected.map(entityKey).join(" ")} `)} in *" $holder "*) continue ;; esac
            printf '${TEXT.leftHolder} %s has %s\\n' "$holder" ${quote(arn)}
        done`;
    },

    // The last response lists the policies of the service role, or the groups, roles and users that have the policy.
    attach: ({ arn, to }) => commands`
      is_attached ${quote(to.kind === "role" && to.name === role.name ? arn : entityKey(to))} ||
          ${iam(`attach-${to.kind}-policy`, option(to), `--policy-arn ${quote(arn)}`)}`,

    report({ policyArns }) {
      const others = '"AttachedPolicies[?!contains(\\`$(cat attached.json)\\`, PolicyArn)].PolicyArn"';
      return commands`
        ${file("attached.json", policyArns)}
        ${answer("others", "list-attached-role-policies", roleName, others)}
        [ -z "$others" ] || printf '${TEXT.leftAttached} %s\\n' "$others"
        ${iam("get-role", roleName, "--query Role.Arn --output text")}`;
    },

    renew(step) {
      const { conditions, secret, secretArn, mark, expired, full, days } = step;
      const why = TEXT.why(secret, days, "$current");
      const ours = `Tags[?Key=='${mark.Key}' && Value=='${mark.Value}'] | [0].Key`;
      const describe = breakLine(
        [
          `aws secretsmanager describe-secret ${region} --secret-id ${quote(secretArn)}`,
          `--query "[ARN, ${ours}, DeletedDate && 'deleted', to_string(VersionIdsToStages)]"`,
          "--output text > secret.txt 2> error.txt",
        ],
        "\\",
      );
      const ask = aws(
        "ssm describe-activations",
        '--filters "FilterKey=ActivationIds,FilterValues=$current"',
        "--query 'ActivationList[].[Expired, RegistrationsCount >= RegistrationLimit, ExpirationDate]'",
        "--output text > found.txt",
      );
      // The ID of the current version is its activation's ID. AWS CLI 1 shows a time as Unix time and AWS CLI 2 as ISO
      // 8601, unless the user sets cli_timestamp_format. TZ makes it UTC.
      return commands`
        ${days > 0 && UNIX_TIME}
        secret='' current='' why=''
        if ${describe}; then
            read -r secret ours deleted stages < secret.txt
            [ "$ours" = ${quote(mark.Key)} ] || stop ${quote(TEXT.foreignSecret(step))}
            [ "$deleted" = None ] || stop ${quote(TEXT.deletedSecret(secret))}
            case $stages in
            *'"AWSCURRENT"'*)
                current=\${stages%%'"AWSCURRENT"'*}
                current=\${current%'":'*}
                current=\${current##*'"'}
                ;;
            esac
        else
            case $(cat error.txt) in *ResourceNotFoundException*) ;; *) stop "$(cat error.txt)" ;; esac
        fi
        if [ -z "$secret" ]; then
            why=${quote(why.missing)}
        elif [ -z "$current" ]; then
            why=${quote(why.empty)}
        else
            TZ=UTC0 ${ask}
            read -r expired full until < found.txt || :
            if [ -z "$expired" ]; then why="${why.gone}"
            ${expired && `elif [ "$expired" = True ]; then why="${why.expired}"`}
            ${full && `elif [ "$full" = True ]; then why="${why.full}"`}
            ${days > 0 && `elif [ "$(unix_time "$until")" -lt $(($(date +%s) + ${days} * 24 * 60 * 60)) ]; then why="${why.soon}"`}
            fi
        fi
        if [ -z "$why" ]; then
            printf '%s\\n' "${TEXT.good(conditions, "$current")}"
            exit 0
        fi
        printf '%s\\n' "$why"`;
    },

    activate({ iamRole, policyArns, entry, deliver }) {
      const { description: Description, default_instance_name: DefaultInstanceName } = entry;
      const { expiration_date: date, expires_in_days: days } = entry;
      const expires = days ? '"$expires"' : date && quote(date);
      const create = aws(
        "ssm create-activation",
        `--iam-role ${quote(iamRole)}`,
        `--registration-limit ${entry.registration_limit}`,
        expires && `--expiration-date ${expires}`,
        "--cli-input-json file://activation.json",
        deliver &&
          `--query "{ActivationId: ActivationId, ActivationCode: ActivationCode, Region: '${procedure.region}'}"`,
        deliver ? "--output json > value.json" : "--output json",
      );
      const store = (verb: string, which: string, ...more: readonly Part[]) =>
        aws(
          `secretsmanager ${verb}`,
          which,
          '--client-request-token "$id"',
          "--secret-string file://value.json",
          ...more,
          "--output text > stored.txt",
        );
      // The code goes from file to file, because every user can see the arguments of a program.
      const delivery =
        deliver &&
        commands`
          answer=$(cat value.json)
          id=\${answer#*'"ActivationId"'}
          id=\${id#*'"'}
          id=\${id%%'"'*}
          if [ -n "$secret" ]; then
              ${store("put-secret-value", '--secret-id "$secret"')}
          else
              ${store("create-secret", `--name=${quote(deliver.secret)}`, "--tags file://secret-tags.json")}
          fi
          trap 'cd / && rm -rf "$folder"' EXIT
          printf '%s\\n' "${TEXT.delivered(deliver.secret, "$id")}"`;
      const undelivered =
        deliver && `[ -z "$id" ] || printf "%s\\n" "${TEXT.undelivered("$id")}" >&2; cd / && rm -rf "$folder"`;
      // Unix time, because the date command calculates other days differently on each system. The AWS CLI accepts it.
      return commands`
        tries=0
        until exists list-attached-role-policies ${roleName} --query 'AttachedPolicies[].PolicyArn' &&
            attached=$(cat answer.txt) &&
            ${policyArns.map((arn) => `is_attached ${quote(arn)}`).join(" &&\n")}
        do
            tries=$((tries + 1))
            [ "$tries" -lt 10 ] || stop ${quote(TEXT.unready(procedure))}
            sleep 3
        done
        ${file("activation.json", { Description, DefaultInstanceName, ...(tags.length > 0 && { Tags: tags }) })}
        ${days !== undefined && `expires=$(($(date +%s) + ${days} * 24 * 60 * 60))`}
        ${deliver && file("secret-tags.json", deliver.tags)}
        ${undelivered && `id=\ntrap ${quote(undelivered)} EXIT`}
        ${create}
        ${delivery}

        ${TEXT.deletion}
        # aws ssm delete-activation ${region} --activation-id <ActivationId>`;
    },
  };
}

/**
 * Shell function for Unix time. The days since 1970 are calculated as in
 * https://howardhinnant.github.io/date_algorithms.html#days_from_civil.
 */
const UNIX_TIME = commands`
  # Prints a time as Unix time, in seconds. The AWS CLI shows it as Unix time, or as ISO 8601 in UTC.
  unix_time() {
      case $1 in *T*) ;; *) printf '%s\\n' "\${1%%.*}" && return ;; esac
      year=\${1%%-*} rest=\${1#*-}
      month=\${rest%%-*} rest=\${rest#*-}
      day=\${rest%%T*} rest=\${rest#*T}
      hour=\${rest%%:*} rest=\${rest#*:}
      minute=\${rest%%:*}
      # A number that begins with 0 would be octal.
      month=\${month#0} day=\${day#0} hour=\${hour#0} minute=\${minute#0}
      # The year begins in March, so that a leap day is its last.
      if [ "$month" -gt 2 ]; then month=$((month - 3)); else month=$((month + 9)) year=$((year - 1)); fi
      days=$((year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719469))
      printf '%s\\n' $((days * 86400 + hour * 3600 + minute * 60))
  }`;

/** Returns the option that identifies an IAM entity. */
function option({ kind, name }: Reference): string {
  return `--${kind}-${kind === "policy" ? "arn" : "name"} ${quote(name)}`;
}

/** Returns commands that write a policy document as JSON, and the query for whether IAM's document means the same. */
function document(name: string, content: PolicyDocument): string {
  return `${file(`${name}.json`, content)}\ncat > ${name}.query << 'EOF'\n${meansSame(content)}\nEOF`;
}

/** Returns a command that writes a JSON file. */
function file(name: string, content: unknown): string {
  return `cat > ${name} << 'EOF'\n${asciiJson(content, 2)}\nEOF`;
}
