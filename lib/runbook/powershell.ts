import { capital } from "../input/names";
import { ENTITY_KINDS, entityKey, type Named, type Procedure } from "./procedure";
import { asciiJson, breakLine, commands, hasStep, type Part, type Shell, TEXT, writeScript } from "./shell";

/**
 * A text as a PowerShell expression, whatever is in it. PowerShell takes typographic quotes for quotes, and Windows PowerShell
 * reads a script in the machine's code page: what is not printable ASCII goes through JSON.
 */
export function quote(text: string): string {
  const literal = (inner: string) => `'${inner.replaceAll("'", "''")}'`;
  return /^[ -~]*$/.test(text) ? literal(text) : `(ConvertFrom-Json -InputObject ${literal(asciiJson(text))})`;
}

/** Writes the procedure as a script for PowerShell 5.1 or later with AWS.Tools, version 4 or 5. */
export function powershellScript(procedure: Procedure): string {
  return writeScript(powershell(procedure), procedure);
}

const SAME_DOCUMENT = commands`

  # Whether IAM's document, which comes URL-encoded, says what another does, in whatever way both are written.
  function Test-SameDocument([string] $Encoded, [string] $Wanted) {
      $ofIam = [uri]::UnescapeDataString($Encoded) | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
      $ofFile = $Wanted | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
      return $ofIam -ceq $ofFile
  }`;

function powershell(procedure: Procedure): Shell {
  const { role, tags } = procedure;
  const region = `-Region ${quote(procedure.region)}`;
  const roleName = `-RoleName ${quote(role.name)}`;
  const path = `-Path ${quote(role.path)}`;
  /** Of what makes the role and its policies. */
  const withTags = tags.length > 0 && "-Tag $tags";
  const edits = hasStep(procedure, "role");

  const tagList =
    tags.length > 0 &&
    list(
      "$tags",
      tags.map(({ Key, Value }) => `@{ Key = ${quote(Key)}; Value = ${quote(Value)} }`),
    );

  /** A cmdlet that writes, in the account's region, which tells AWS.Tools the partition. */
  const command = (cmdlet: string, ...parameters: readonly Part[]) =>
    broken(cmdlet, ...parameters, `${region} | Out-Null`);

  return {
    head() {
      const modules = ["SecurityToken", "IdentityManagement", ...(edits ? [] : ["SimpleSystemsManagement"])];
      return commands`

        #Requires -Version 5.1
        #Requires -Modules ${modules.map((module) => `AWS.Tools.${module}`).join(", ")}
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'

        # What IAM knows of something, or nothing; any answer but "no such entity" ends the run.
        function Find-Entity([scriptblock] $Read) {
            try {
                return & $Read
            }
            catch {
                for ($cause = $_.Exception; $null -ne $cause; $cause = $cause.InnerException) {
                    if ($cause.GetType().Name -eq 'NoSuchEntityException') { return $null }
                }
                throw
            }
        }
        ${edits && SAME_DOCUMENT}`;
    },

    check: ({ named }) => commands`
      $caller = (Get-STSCallerIdentity ${region}).Account
      if ($caller -cne ${quote(role.accountId)}) {
          throw "${TEXT.wrongAccount(procedure)}"
      }
      ${named.map(
        (one) => commands`
          if ($null -eq (Find-Entity { Get-IAM${capital(one.kind)} ${parameter(one)} ${region} })) {
              throw ${quote(TEXT.missing(one))}
          }`,
      )}`,

    role({ arn, trust, description, maxSessionDuration, permissionsBoundary }) {
      const boundary = permissionsBoundary && `-PermissionsBoundary ${quote(permissionsBoundary)}`;
      const changeBoundary = permissionsBoundary
        ? command(`Set-IAMRolePermissionsBoundary ${roleName}`, boundary)
        : commands`
            if ($null -ne $role.PermissionsBoundary) {
                "${TEXT.leftBoundary} $($role.PermissionsBoundary.PermissionsBoundaryArn)"
            }`;
      const create = command(
        `New-IAMRole ${roleName} ${path}`,
        "-AssumeRolePolicyDocument $trust",
        `-MaxSessionDuration ${maxSessionDuration}`,
        description && "-Description $description",
        boundary,
        withTags,
      );
      const settings = ["-Description $description", `-MaxSessionDuration ${maxSessionDuration}`];
      // Tagging anew overwrites, and removes none.
      return commands`
        ${hereString("$trust", trust)}
        $description = ${quote(description)}
        ${tagList}
        $role = Find-Entity { Get-IAMRole ${roleName} ${region} }
        if ($null -eq $role) {
            ${create}
        }
        else {
            if ($role.Arn -cne ${quote(arn)}) {
                throw "${TEXT.elsewhere("$($role.Arn)", arn)}"
            }
            if (-not (Test-SameDocument $role.AssumeRolePolicyDocument $trust)) {
                ${command(`Update-IAMAssumeRolePolicy ${roleName}`, "-PolicyDocument $trust")}
            }
            if ([string] $role.Description -cne $description -or $role.MaxSessionDuration -ne ${String(maxSessionDuration)}) {
                ${command(`Update-IAMRole ${roleName}`, ...settings)}
            }
            ${changeBoundary}
            ${withTags && command(`Add-IAMRoleTag ${roleName}`, withTags)}
        }`;
    },

    policy({ file, arn, name, description, document }) {
      const policyArn = `-PolicyArn ${quote(arn)}`;
      const variable = `$${file}`;
      const create = command(
        `New-IAMPolicy -PolicyName ${quote(name)} ${path}`,
        `-PolicyDocument ${variable}`,
        description && `-Description ${quote(description)}`,
        withTags,
      );
      return commands`
        ${hereString(variable, document)}
        $policy = Find-Entity { Get-IAMPolicy ${policyArn} ${region} }
        if ($null -eq $policy) {
            ${create}
        }
        else {
            $version = Get-IAMPolicyVersion ${policyArn} -VersionId $policy.DefaultVersionId ${region}
            if (-not (Test-SameDocument $version.Document ${variable})) {
                ${TEXT.fiveVersions}
                $versions = @(Get-IAMPolicyVersionList ${policyArn} ${region})
                if ($versions.Count -ge 5) {
                    $outOfForce = $versions | Where-Object { -not $_.IsDefaultVersion }
                    $oldest = $outOfForce | Sort-Object -Property CreateDate | Select-Object -First 1
                    ${command(`Remove-IAMPolicyVersion ${policyArn}`, "-VersionId $oldest.VersionId", "-Force")}
                }
                ${command(`New-IAMPolicyVersion ${policyArn}`, `-PolicyDocument ${variable}`, "-SetAsDefault $true")}
            }
            ${withTags && command(`Add-IAMPolicyTag ${policyArn}`, withTags)}
        }`;
    },

    holders({ arn, named }) {
      const kinds = ENTITY_KINDS.map(
        (kind) => `foreach ($one in $entities.Policy${capital(kind)}s) { "${kind}/$($one.${capital(kind)}Name)" }`,
      );
      // Without the filter IAM also names those whom the policy only bounds.
      return commands`
        ${list("$named", named.map(entityKey).map(quote))}
        ${broken(`$entities = Get-IAMEntitiesForPolicy -PolicyArn ${quote(arn)}`, "-PolicyUsageFilter PermissionsPolicy", region)}
        ${list("$holders", kinds)}
        foreach ($holder in $holders) {
            if ($named -cnotcontains $holder) {
                "${TEXT.leftHolder} $holder has " + ${quote(arn)}
            }
        }`;
    },

    attach: ({ arn, to }) =>
      command(`Register-IAM${capital(to.kind)}Policy ${parameter(to)}`, `-PolicyArn ${quote(arn)}`),

    report: ({ policyArns }) => commands`
      ${list("$named", policyArns.map(quote))}
      foreach ($attached in Get-IAMAttachedRolePolicyList ${roleName} ${region}) {
          if ($named -cnotcontains $attached.PolicyArn) {
              "${TEXT.leftAttached} $($attached.PolicyArn)"
          }
      }
      (Get-IAMRole ${roleName} ${region}).Arn`,

    activate({ iamRole, policyArns, entry }) {
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
        "ActivationId   $($activation.ActivationId)"
        "ActivationCode $($activation.ActivationCode)"

        ${TEXT.deletion}
        # Remove-SSMActivation ${region} -ActivationId <ActivationId>`;
    },
  };
}

function broken(...parts: readonly Part[]): string {
  return breakLine(parts, "`");
}

/** The parameter that says which one of IAM's. */
function parameter({ kind, name }: Named): string {
  return `-${capital(kind)}${kind === "policy" ? "Arn" : "Name"} ${quote(name)}`;
}

/** An assignment of a list, which may be empty. */
function list(variable: string, items: readonly string[]): string {
  return items.length > 0 ? `${variable} = @(\n    ${items.join("\n    ")}\n)` : `${variable} = @()`;
}

/** An assignment of a JSON document. Its lines begin with a brace or a space, never with the quote that would end it. */
function hereString(variable: string, content: unknown): string {
  return `${variable} = @'\n${asciiJson(content, 2)}\n'@`;
}
