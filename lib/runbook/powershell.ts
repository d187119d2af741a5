import { capital } from "../input/names";
import { ENTITY_KINDS, entityKey, type Procedure, type Reference, type Tag } from "./procedure";
import { asciiJson, breakLine, commands, hasStep, type Part, type Shell, TEXT, writeScript } from "./shell";

/**
 * Quotes any string as a PowerShell expression. PowerShell treats typographic quotes as quotes, and Windows PowerShell
 * reads a script in the machine's code page, so a string that is not printable ASCII goes through JSON.
 */
export function quote(text: string): string {
  const literal = (inner: string) => `'${inner.replaceAll("'", "''")}'`;
  return /^[ -~]*$/.test(text) ? literal(text) : `(ConvertFrom-Json -InputObject ${literal(asciiJson(text))})`;
}

/** Returns the procedure as a script for PowerShell 5.1 or later with AWS.Tools, version 4 or 5. */
export function powershellScript(procedure: Procedure): string {
  return writeScript(powershell(procedure), procedure);
}

const EDITING = commands`

  # Waits until IAM shows a new entity. Asks every second, at most 20 times.
  function Wait-Entity([scriptblock] $Read) {
      for ($try = 1; $null -eq (Find-Entity $Read); $try++) {
          if ($try -ge 20) { throw 'IAM does not show the new entity yet. Run this script again.' }
          Start-Sleep -Seconds 1
      }
  }

  # Returns whether all tags of the file exist with identical values. AWS.Tools 5 returns $null for an empty list.
  function Test-Tag($Found, $Wanted) {
      foreach ($tag in $Wanted) {
          $same = foreach ($one in $Found) { $tag.Key.Equals($one.Key) -and $tag.Value.Equals([string] $one.Value) }
          if ($same -notcontains $true) { return $false }
      }
      return $true
  }

  # Returns a JSON value in a canonical form: keys and lists are sorted, and a list of one is its element. The value is XML,
  # because ConvertFrom-Json converts some strings to dates and refuses two keys that differ only in case.
  Add-Type -AssemblyName System.Runtime.Serialization
  function Get-Meaning([System.Xml.XmlElement] $Value) {
      $type = $Value.GetAttribute('type')
      if ($type -notin 'array', 'object') { return ConvertTo-Json -InputObject $Value.InnerText -Compress }
      [string[]] $parts = @(foreach ($child in $Value.ChildNodes) {
          $key = if ($child.HasAttribute('item')) { $child.GetAttribute('item') } else { $child.LocalName }
          $start = if ($type -eq 'object') { (ConvertTo-Json -InputObject $key -Compress) + ':' }
          $start + (Get-Meaning $child)
      })
      if ($type -eq 'array' -and $parts.Count -eq 1) { return $parts[0] }
      [array]::Sort($parts, [StringComparer]::Ordinal)
      return "$type($($parts -join ','))"
  }

  # Returns whether IAM's document, which is URL-encoded, means the same as another document.
  function Test-SameDocument([string] $Encoded, [string] $Wanted) {
      $ofIam, $ofFile = foreach ($json in [uri]::UnescapeDataString($Encoded), $Wanted) {
          $document = New-Object -TypeName System.Xml.XmlDocument
          $document.PreserveWhitespace = $true
          $bytes = [Text.Encoding]::UTF8.GetBytes($json)
          $limits = [System.Xml.XmlDictionaryReaderQuotas]::Max
          $document.Load([System.Runtime.Serialization.Json.JsonReaderWriterFactory]::CreateJsonReader($bytes, $limits))
          Get-Meaning $document.DocumentElement
      }
      return $ofIam.Equals($ofFile)
  }`;

/** AWS.Tools reads the environment only once, possibly before this script starts. */
function mustBeSet(name: string, value: string): string {
  const text = `Set ${name} to ${value} before PowerShell starts, because AWS.Tools reads it only once. Nothing was written.`;
  return commands`
    if ($env:${name} -ne ${quote(value)}) { throw ${quote(text)} }`;
}

function powershell(procedure: Procedure): Shell {
  const { role, tags } = procedure;
  const region = `-Region ${quote(procedure.region)}`;
  const roleName = `-RoleName ${quote(role.name)}`;
  /** Parameter of the cmdlets that create the role and its policies. */
  const withTags = tags.length > 0 && "-Tag $tags";
  const edits = hasStep(procedure, "role");

  const tagList = tags.length > 0 && list("$tags", tagItems(tags));

  /** Returns a cmdlet that writes in the account's region, from which AWS.Tools derives the partition. */
  const command = (cmdlet: string, ...parameters: readonly Part[]) =>
    broken(cmdlet, ...parameters, `${region} | Out-Null`);

  /** Returns commands that set the tags if one is missing or different. They overwrite tags and remove none. */
  const changeTags = (kind: "Role" | "Policy", which: string) =>
    withTags &&
    commands`
      if (-not (Test-Tag $${kind.toLowerCase()}.Tags $tags)) {
          ${command(`Add-IAM${kind}Tag ${which}`, withTags)}
      }`;

  return {
    head() {
      const modules = [
        ...["SecurityToken", "IdentityManagement", ...(edits ? [] : ["SimpleSystemsManagement"])],
        ...(hasStep(procedure, "renew") ? ["SecretsManager"] : []),
      ];
      return commands`

        #Requires -Version 5.1
        #Requires -Modules ${modules.map((module) => `AWS.Tools.${module}`).join(", ")}
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        ${Object.entries(procedure.environment).map(([name, value]) => mustBeSet(name, value))}

        # Returns what AWS finds, or $null if it does not exist. Any other error ends the run.
        function Find-Entity([scriptblock] $Read) {
            try {
                return & $Read
            }
            catch {
                for ($cause = $_.Exception; $null -ne $cause; $cause = $cause.InnerException) {
                    if ($cause.GetType().Name -in 'NoSuchEntityException', 'ResourceNotFoundException') { return $null }
                }
                throw
            }
        }
        ${edits && EDITING}`;
    },

    check: ({ references }) => commands`
      $caller = (Get-STSCallerIdentity ${region}).Account
      if ($caller -cne ${quote(role.accountId)}) {
          throw "${TEXT.wrongAccount(procedure)}"
      }
      ${references.map(
        (one) => commands`
          if ($null -eq (Find-Entity { Get-IAM${capital(one.kind)} ${parameter(one)} ${region} })) {
              throw ${quote(TEXT.missing(one))}
          }`,
      )}`,

    role({ arn, trust, adopt, description, maxSessionDuration, permissionsBoundary }) {
      const boundary = permissionsBoundary && `-PermissionsBoundary ${quote(permissionsBoundary)}`;
      const changeBoundary = permissionsBoundary
        ? commands`
            if ($boundary -cne ${quote(permissionsBoundary)}) {
                ${command(`Set-IAMRolePermissionsBoundary ${roleName}`, boundary)}
            }`
        : commands`
            if ($null -ne $boundary) { "${TEXT.leftBoundary} $boundary" }`;
      const changeTrust = adopt
        ? command(`Update-IAMAssumeRolePolicy ${roleName}`, "-PolicyDocument $trust")
        : commands`
            $found = @(
                "TrustPolicy: $([uri]::UnescapeDataString($role.AssumeRolePolicyDocument))"
                "Description: $($role.Description)"
                foreach ($tag in $role.Tags) { "Tag: $($tag.Key) = $($tag.Value)" }
                "${TEXT.foreign("$($role.Arn)", procedure)}"
            )
            throw $found -join "\`n"`;
      const create = command(
        `New-IAMRole ${roleName} -Path ${quote(role.path)}`,
        "-AssumeRolePolicyDocument $trust",
        `-MaxSessionDuration ${maxSessionDuration}`,
        description && "-Description $description",
        boundary,
        withTags,
      );
      const settings = ["-Description $description", `-MaxSessionDuration ${maxSessionDuration}`];
      return commands`
        ${hereString("$trust", trust)}
        $description = ${quote(description)}
        ${tagList}
        $role = Find-Entity { Get-IAMRole ${roleName} ${region} }
        if ($null -eq $role) {
            ${create}
            Wait-Entity { Get-IAMRole ${roleName} ${region} }
        }
        else {
            if ($role.Arn -cne ${quote(arn)}) {
                throw "${TEXT.elsewhere("$($role.Arn)", arn)}"
            }
            if (-not (Test-SameDocument $role.AssumeRolePolicyDocument $trust)) {
                ${changeTrust}
            }
            if (-not $description.Equals([string] $role.Description) -or $role.MaxSessionDuration -ne ${String(maxSessionDuration)}) {
                ${command(`Update-IAMRole ${roleName}`, ...settings)}
            }
            $boundary = if ($null -ne $role.PermissionsBoundary) { $role.PermissionsBoundary.PermissionsBoundaryArn }
            ${changeBoundary}
            ${changeTags("Role", roleName)}
        }
        $attached = @(foreach ($one in Get-IAMAttachedRolePolicyList ${roleName} ${region}) { $one.PolicyArn })`;
    },

    policy({ file, arn, path, name, description, document }) {
      const policyArn = `-PolicyArn ${quote(arn)}`;
      const variable = `$${file}`;
      const create = command(
        `New-IAMPolicy -PolicyName ${quote(name)} -Path ${quote(path)}`,
        `-PolicyDocument ${variable}`,
        description && `-Description ${quote(description)}`,
        withTags,
      );
      return commands`
        ${hereString(variable, document)}
        $policy = Find-Entity { Get-IAMPolicy ${policyArn} ${region} }
        if ($null -eq $policy) {
            ${create}
            Wait-Entity { Get-IAMPolicy ${policyArn} ${region} }
        }
        else {
            $version = Get-IAMPolicyVersion ${policyArn} -VersionId $policy.DefaultVersionId ${region}
            if (-not (Test-SameDocument $version.Document ${variable})) {
                ${TEXT.fiveVersions}
                $versions = @(Get-IAMPolicyVersionList ${policyArn} ${region})
                if ($versions.Count -ge 5) {
                    $nonDefault = $versions | Where-Object { -not $_.IsDefaultVersion }
                    $lowest = $nonDefault | Sort-Object -Property { [int] $_.VersionId.Substring(1) } | Select-Object -First 1
                    ${command(`Remove-IAMPolicyVersion ${policyArn}`, "-VersionId $lowest.VersionId", "-Force")}
                }
                ${command(`New-IAMPolicyVersion ${policyArn}`, `-PolicyDocument ${variable}`, "-SetAsDefault $true")}
            }
            ${changeTags("Policy", policyArn)}
        }`;
    },

    holders({ arn, expected }) {
      const kinds = ENTITY_KINDS.map(
        (kind) => `foreach ($one in $page.Policy${capital(kind)}s) { "${kind}/$($one.${capital(kind)}Name)" }`,
      );
      // Without the filter, IAM also lists entities for which the policy is only a permissions boundary.
      const pages = `Get-IAMEntitiesForPolicy -PolicyArn ${quote(arn)} -PolicyUsageFilter PermissionsPolicy ${region}`;
      return commands`
        ${list("$expected", expected.map(entityKey).map(quote))}
        $pages = ${pages}
        $attached = @(foreach ($page in $pages) {
            ${kinds}
        })
        foreach ($holder in $attached) {
            if ($expected -cnotcontains $holder) {
                "${TEXT.leftHolder} $holder has " + ${quote(arn)}
            }
        }`;
    },

    // The last list has the policies of the service role, or the groups, roles and users that have the policy.
    attach: ({ arn, to }) => commands`
      if ($attached -cnotcontains ${quote(to.kind === "role" && to.name === role.name ? arn : entityKey(to))}) {
          ${command(`Register-IAM${capital(to.kind)}Policy ${parameter(to)}`, `-PolicyArn ${quote(arn)}`)}
      }`,

    report: ({ policyArns }) => commands`
      ${list("$expected", policyArns.map(quote))}
      foreach ($one in Get-IAMAttachedRolePolicyList ${roleName} ${region}) {
          if ($expected -cnotcontains $one.PolicyArn) {
              "${TEXT.leftAttached} $($one.PolicyArn)"
          }
      }
      (Get-IAMRole ${roleName} ${region}).Arn`,

    renew(step) {
      const { conditions, secret, secretArn, mark, expired, full, days } = step;
      const why = TEXT.why(secret, days, "$current");
      const soon = `$found.ExpirationDate.ToUniversalTime() -lt (Get-Date).ToUniversalTime().AddDays(${days})`;
      // The ID of the current version is its activation's ID. AWS.Tools 5 returns $null for an empty list.
      return commands`
        $current = $null
        $found = $null
        $secret = Find-Entity { Get-SECSecret -SecretId ${quote(secretArn)} ${region} }
        if ($null -ne $secret) {
            $ours = foreach ($tag in $secret.Tags) {
                $tag.Key -ceq ${quote(mark.Key)} -and $tag.Value -ceq ${quote(mark.Value)}
            }
            if ($ours -notcontains $true) {
                throw ${quote(TEXT.foreignSecret(step))}
            }
            if ($secret.DeletedDate -gt [datetime]::MinValue) {
                throw ${quote(TEXT.deletedSecret(secret))}
            }
            if ($null -ne $secret.VersionIdsToStages) {
                $current = foreach ($version in $secret.VersionIdsToStages.GetEnumerator()) {
                    if ($version.Value -ccontains 'AWSCURRENT') { $version.Key }
                }
            }
        }
        if ($null -ne $current) {
            $filter = @{ FilterKey = 'ActivationIds'; FilterValues = @($current) }
            $found = Get-SSMActivation -Filter $filter ${region} | Select-Object -First 1
        }
        $why = $null
        if ($null -eq $secret) { $why = ${quote(why.missing)} }
        elseif ($null -eq $current) { $why = ${quote(why.empty)} }
        elseif ($null -eq $found) { $why = "${why.gone}" }
        ${expired && `elseif ($found.Expired) { $why = "${why.expired}" }`}
        ${full && `elseif ($found.RegistrationsCount -ge $found.RegistrationLimit) { $why = "${why.full}" }`}
        ${days > 0 && `elseif (${soon}) { $why = "${why.soon}" }`}
        if ($null -eq $why) {
            "${TEXT.good(conditions, "$current")}"
            return
        }
        $why`;
    },

    activate({ iamRole, policyArns, entry, deliver }) {
      const { description, default_instance_name: instanceName, expiration_date: date, expires_in_days: days } = entry;
      const expires = days
        ? `(Get-Date).ToUniversalTime().AddDays(${days})`
        : date && `[datetimeoffset]::Parse(${quote(date)}, [cultureinfo]::InvariantCulture).UtcDateTime`;
      const create = broken(
        `$activation = New-SSMActivation -IamRole ${quote(iamRole)}`,
        `-RegistrationLimit ${entry.registration_limit}`,
        expires && "-ExpirationDate $expires",
        description && `-Description ${quote(description)}`,
        instanceName && `-DefaultInstanceName ${quote(instanceName)}`,
        withTags,
        region,
      );
      const shown = commands`
        "ActivationId   $($activation.ActivationId)"
        "ActivationCode $($activation.ActivationCode)"`;
      const store = (cmdlet: string, ...more: readonly Part[]) =>
        command(cmdlet, "-ClientRequestToken $id", "-SecretString $value", ...more);
      const delivery =
        deliver &&
        commands`
          $id = $activation.ActivationId
          $value = ConvertTo-Json -Compress -InputObject ([ordered] @{
              ActivationId = $id
              ActivationCode = $activation.ActivationCode
              Region = ${quote(procedure.region)}
          })
          try {
              if ($null -ne $secret) {
                  ${store("Write-SECSecretValue -SecretId $secret.ARN")}
              }
              else {
                  ${list("$secretTags", tagItems(deliver.tags))}
                  ${store(`New-SECSecret -Name ${quote(deliver.secret)}`, "-Tag $secretTags")}
              }
          }
          catch {
              throw "$($_.Exception.Message)\`n${TEXT.undelivered("$id")}"
          }
          "${TEXT.delivered(deliver.secret, "$id")}"`;
      return commands`
        ${list("$needed", policyArns.map(quote))}
        for ($try = 1; $true; $try++) {
            $policies = Find-Entity { Get-IAMAttachedRolePolicyList ${roleName} ${region} }
            $attached = @(foreach ($policy in $policies) { $policy.PolicyArn })
            if (@($needed | Where-Object { $attached -cnotcontains $_ }).Count -eq 0) { break }
            if ($try -ge 10) {
                throw ${quote(TEXT.unready(procedure))}
            }
            Start-Sleep -Seconds 3
        }
        ${tagList}
        ${expires && `$expires = ${expires}`}
        ${create}
        ${delivery ?? shown}

        ${TEXT.deletion}
        # Remove-SSMActivation ${region} -ActivationId <ActivationId>`;
    },
  };
}

function broken(...parts: readonly Part[]): string {
  return breakLine(parts, "`");
}

/** Returns the parameter that identifies an IAM entity. */
function parameter({ kind, name }: Reference): string {
  return `-${capital(kind)}${kind === "policy" ? "Arn" : "Name"} ${quote(name)}`;
}

function tagItems(tags: readonly Tag[]): string[] {
  return tags.map(({ Key, Value }) => `@{ Key = ${quote(Key)}; Value = ${quote(Value)} }`);
}

/** Returns an assignment of a list, which can be empty. */
function list(variable: string, items: readonly string[]): string {
  return items.length > 0 ? `${variable} = @(\n    ${items.join("\n    ")}\n)` : `${variable} = @()`;
}

/** Returns an assignment of a JSON document. Its lines begin with a brace or a space, never with the closing quote. */
function hereString(variable: string, content: unknown): string {
  return `${variable} = @'\n${asciiJson(content, 2)}\n'@`;
}
