import {
  type AttachStep,
  asciiJson,
  type CheckStep,
  type PolicyStep,
  type Procedure,
  type ReportStep,
  type RoleStep,
  type Step,
  type Tag,
} from "./procedure";

/**
 * A text as a PowerShell expression, whatever is in it. PowerShell takes typographic quotes for quotes, and Windows PowerShell
 * reads a script in the machine's code page: what is not printable ASCII goes through JSON.
 */
export function powershellQuote(text: string): string {
  const literal = (inner: string) => `'${inner.replaceAll("'", "''")}'`;
  return /^[ -~]*$/.test(text) ? literal(text) : `(ConvertFrom-Json -InputObject ${literal(asciiJson(text))})`;
}

const quote = powershellQuote;

/** Writes the procedure as a script for PowerShell 5.1 or later with AWS.Tools, version 4 or 5. */
export function powershellScript(procedure: Procedure): string {
  const script = new PowerShell(procedure);
  return [...procedure.preface.map((line) => `# ${line}`.trimEnd()), HEAD, script.steps()].join("\n").concat("\n");
}

/** What all steps use. */
const HEAD = `
#Requires -Version 5.1
#Requires -Modules AWS.Tools.SecurityToken, AWS.Tools.IdentityManagement
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

# Whether IAM's document, which comes URL-encoded, says what another does, in whatever way both are written.
function Test-SameDocument([string] $Encoded, [string] $Wanted) {
    $ofIam = [uri]::UnescapeDataString($Encoded) | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
    $ofFile = $Wanted | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
    return $ofIam -ceq $ofFile
}
`;

class PowerShell {
  private readonly region: string;
  private readonly role: string;

  constructor(private readonly procedure: Procedure) {
    this.region = `-Region ${quote(procedure.region)}`;
    this.role = `-RoleName ${quote(procedure.roleName)}`;
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
    return [
      `$caller = (Get-STSCallerIdentity ${this.region}).Account`,
      `if ($caller -cne ${quote(accountId)}) {`,
      `    throw "These are credentials of account $caller, not of ${account} (${accountId}): nothing was written."`,
      "}",
      ...policyArns.map((arn) =>
        [
          `if ($null -eq (Find-Entity { Get-IAMPolicy -PolicyArn ${quote(arn)} ${this.region} })) {`,
          `    throw ${quote(`There is no policy ${arn}: nothing was written.`)}`,
          "}",
        ].join("\n"),
      ),
    ].join("\n");
  }

  private makeRole({ arn, path, trust, description, maxSessionDuration, permissionsBoundary }: RoleStep): string {
    const { tags } = this.procedure;
    const boundary = permissionsBoundary && `-PermissionsBoundary ${quote(permissionsBoundary)}`;
    return [
      hereString("$trust", trust),
      ...(tags.length > 0 ? [tagList(tags)] : []),
      `$description = ${quote(description)}`,
      `$role = Find-Entity { Get-IAMRole ${this.role} ${this.region} }`,
      "if ($null -eq $role) {",
      `    ${this.command(
        `New-IAMRole ${this.role} -Path ${quote(path)}`,
        `-AssumeRolePolicyDocument $trust -MaxSessionDuration ${maxSessionDuration}`,
        ...(description ? ["-Description $description"] : []),
        ...(boundary ? [boundary] : []),
        ...this.tagsParameter(),
      )} | Out-Null`,
      "}",
      "else {",
      `    if ($role.Arn -cne ${quote(arn)}) {`,
      `        throw "The role $($role.Arn) is there already, and IAM cannot move it to ${arn}: nothing was written."`,
      "    }",
      "    if (-not (Test-SameDocument $role.AssumeRolePolicyDocument $trust)) {",
      `        ${this.command(`Update-IAMAssumeRolePolicy ${this.role} -PolicyDocument $trust`)}`,
      "    }",
      `    if ([string] $role.Description -cne $description -or $role.MaxSessionDuration -ne ${maxSessionDuration}) {`,
      `        ${this.command(
        `Update-IAMRole ${this.role}`,
        `-Description $description -MaxSessionDuration ${maxSessionDuration}`,
      )} | Out-Null`,
      "    }",
      ...(boundary
        ? [`    ${this.command(`Set-IAMRolePermissionsBoundary ${this.role}`, boundary)}`]
        : [
            "    if ($null -ne $role.PermissionsBoundary) {",
            '        "Left as it is: the permissions boundary $($role.PermissionsBoundary.PermissionsBoundaryArn)."',
            "    }",
          ]),
      ...this.tag(`Add-IAMRoleTag ${this.role}`),
      "}",
    ].join("\n");
  }

  private makePolicy({ file, arn, name, path, description, document }: PolicyStep): string {
    const policyArn = `-PolicyArn ${quote(arn)}`;
    const variable = `$${file}`;
    return [
      hereString(variable, document),
      `$policy = Find-Entity { Get-IAMPolicy ${policyArn} ${this.region} }`,
      "if ($null -eq $policy) {",
      `    ${this.command(
        `New-IAMPolicy -PolicyName ${quote(name)} -Path ${quote(path)} -PolicyDocument ${variable}`,
        ...(description ? [`-Description ${quote(description)}`] : []),
        ...this.tagsParameter(),
      )} | Out-Null`,
      "}",
      "else {",
      `    $version = ${this.command(`Get-IAMPolicyVersion ${policyArn} -VersionId $policy.DefaultVersionId`)}`,
      `    if (-not (Test-SameDocument $version.Document ${variable})) {`,
      "        # IAM keeps five versions of a policy: the oldest that is out of force makes room for a new one.",
      `        $versions = @(${this.command(`Get-IAMPolicyVersionList ${policyArn}`)})`,
      "        if ($versions.Count -ge 5) {",
      "            $outOfForce = $versions | Where-Object { -not $_.IsDefaultVersion }",
      "            $oldest = $outOfForce | Sort-Object -Property CreateDate | Select-Object -First 1",
      `            ${this.command(`Remove-IAMPolicyVersion ${policyArn} -VersionId $oldest.VersionId -Force`)}`,
      "        }",
      `        ${this.command(
        `New-IAMPolicyVersion ${policyArn} -PolicyDocument ${variable}`,
        "-SetAsDefault $true",
      )} | Out-Null`,
      "    }",
      ...this.tag(`Add-IAMPolicyTag ${policyArn}`),
      "}",
    ].join("\n");
  }

  private attach({ arn }: AttachStep): string {
    return this.command(`Register-IAMRolePolicy ${this.role} -PolicyArn ${quote(arn)}`);
  }

  private report({ policyArns }: ReportStep): string {
    return [
      `$named = @(\n    ${policyArns.map(quote).join("\n    ")}\n)`,
      `foreach ($attached in ${this.command(`Get-IAMAttachedRolePolicyList ${this.role}`)}) {`,
      "    if ($named -cnotcontains $attached.PolicyArn) {",
      '        "Left attached, though accounts.yaml does not name it: $($attached.PolicyArn)"',
      "    }",
      "}",
      `(${this.command(`Get-IAMRole ${this.role}`)}).Arn`,
    ].join("\n");
  }

  /** Adds the tags: tagging anew overwrites, and removes none. */
  private tag(command: string): string[] {
    return this.procedure.tags.length > 0 ? [`    ${this.command(command, ...this.tagsParameter())}`] : [];
  }

  private tagsParameter(): string[] {
    return this.procedure.tags.length > 0 ? ["-Tag $tags"] : [];
  }

  /** A cmdlet in the account's region, which tells AWS.Tools the partition. */
  private command(...parts: readonly string[]): string {
    const all = [...parts, this.region];
    return all.join(" ").length <= 105 ? all.join(" ") : all.join(" `\n            ");
  }
}

/** An assignment of a JSON document. Its lines begin with a brace or a space, never with the quote that would end it. */
function hereString(variable: string, content: unknown): string {
  return `${variable} = @'\n${asciiJson(content, 2)}\n'@`;
}

function tagList(tags: readonly Tag[]): string {
  const entries = tags.map(({ Key, Value }) => `    @{ Key = ${quote(Key)}; Value = ${quote(Value)} }`);
  return `$tags = @(\n${entries.join("\n")}\n)`;
}
