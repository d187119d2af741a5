import { ENTITY_KINDS, entityKey, type Named, type Procedure, type Steps, type Tag } from "./procedure";
import { asciiJson, breakLine, capital, hasStep, indent, type Part, type Shell, TEXT, writeScript } from "./shell";

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
  return writeScript(new PowerShell(procedure), procedure);
}

const SAME_DOCUMENT = `
# Whether IAM's document, which comes URL-encoded, says what another does, in whatever way both are written.
function Test-SameDocument([string] $Encoded, [string] $Wanted) {
    $ofIam = [uri]::UnescapeDataString($Encoded) | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
    $ofFile = $Wanted | ConvertFrom-Json | ConvertTo-Json -Depth 20 -Compress
    return $ofIam -ceq $ofFile
}
`;

class PowerShell implements Shell {
  private readonly region: string;
  private readonly roleName: string;
  private readonly path: string;
  /** Of what makes the role and its policies. */
  private readonly tags: Part;

  constructor(private readonly procedure: Procedure) {
    const { region, role, tags } = procedure;
    this.region = `-Region ${quote(region)}`;
    this.roleName = `-RoleName ${quote(role.name)}`;
    this.path = `-Path ${quote(role.path)}`;
    this.tags = tags.length > 0 && "-Tag $tags";
  }

  /** What all steps use. */
  head(): string {
    const edits = hasStep(this.procedure, "role");
    const modules = ["SecurityToken", "IdentityManagement", ...(edits ? [] : ["SimpleSystemsManagement"])];
    return `
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
${edits ? SAME_DOCUMENT : ""}`.trimEnd();
  }

  check({ named }: Steps["check"]): string[] {
    return [
      `$caller = (Get-STSCallerIdentity ${this.region}).Account`,
      ...when(`$caller -cne ${quote(this.procedure.role.accountId)}`, [`throw "${TEXT.wrongAccount(this.procedure)}"`]),
      ...named.flatMap((entity) =>
        when(`$null -eq (Find-Entity { Get-IAM${capital(entity.kind)} ${parameter(entity)} ${this.region} })`, [
          `throw ${quote(TEXT.missing(entity))}`,
        ]),
      ),
    ];
  }

  role(step: Steps["role"]): string[] {
    const { trust, description, maxSessionDuration, permissionsBoundary } = step;
    return [
      ...hereString("$trust", trust),
      `$description = ${quote(description)}`,
      ...tagList(this.procedure.tags),
      `$role = Find-Entity { Get-IAMRole ${this.roleName} ${this.region} }`,
      ...when(
        "$null -eq $role",
        this.command(
          `New-IAMRole ${this.roleName} ${this.path}`,
          "-AssumeRolePolicyDocument $trust",
          `-MaxSessionDuration ${maxSessionDuration}`,
          description && "-Description $description",
          permissionsBoundary && `-PermissionsBoundary ${quote(permissionsBoundary)}`,
          this.tags,
        ),
        this.changeRole(step),
      ),
    ];
  }

  policy({ file, arn, name, description, document }: Steps["policy"]): string[] {
    const policyArn = `-PolicyArn ${quote(arn)}`;
    const variable = `$${file}`;
    return [
      ...hereString(variable, document),
      `$policy = Find-Entity { Get-IAMPolicy ${policyArn} ${this.region} }`,
      ...when(
        "$null -eq $policy",
        this.command(
          `New-IAMPolicy -PolicyName ${quote(name)} ${this.path}`,
          `-PolicyDocument ${variable}`,
          description && `-Description ${quote(description)}`,
          this.tags,
        ),
        [
          `$version = Get-IAMPolicyVersion ${policyArn} -VersionId $policy.DefaultVersionId ${this.region}`,
          ...when(`-not (Test-SameDocument $version.Document ${variable})`, [
            TEXT.fiveVersions,
            `$versions = @(Get-IAMPolicyVersionList ${policyArn} ${this.region})`,
            ...when("$versions.Count -ge 5", [
              "$outOfForce = $versions | Where-Object { -not $_.IsDefaultVersion }",
              "$oldest = $outOfForce | Sort-Object -Property CreateDate | Select-Object -First 1",
              ...this.command(`Remove-IAMPolicyVersion ${policyArn}`, "-VersionId $oldest.VersionId", "-Force"),
            ]),
            ...this.command(`New-IAMPolicyVersion ${policyArn}`, `-PolicyDocument ${variable}`, "-SetAsDefault $true"),
          ]),
          ...this.changeTags(`Add-IAMPolicyTag ${policyArn}`),
        ],
      ),
    ];
  }

  holders({ arn, named }: Steps["holders"]): string[] {
    const kinds = ENTITY_KINDS.map(
      (kind) => `foreach ($one in $entities.Policy${capital(kind)}s) { "${kind}/$($one.${capital(kind)}Name)" }`,
    );
    return [
      ...list("$named", named.map(entityKey).map(quote)),
      // Without the filter IAM also names those whom the policy only bounds.
      ...broken(
        `$entities = Get-IAMEntitiesForPolicy -PolicyArn ${quote(arn)}`,
        "-PolicyUsageFilter PermissionsPolicy",
        this.region,
      ),
      ...list("$holders", kinds),
      ...block(
        "foreach ($holder in $holders)",
        when("$named -cnotcontains $holder", [`"${TEXT.leftHolder} $holder has " + ${quote(arn)}`]),
      ),
    ];
  }

  attach({ arn, to }: Steps["attach"]): string[] {
    return this.command(`Register-IAM${capital(to.kind)}Policy ${parameter(to)}`, `-PolicyArn ${quote(arn)}`);
  }

  report({ policyArns }: Steps["report"]): string[] {
    return [
      ...list("$named", policyArns.map(quote)),
      ...block(
        `foreach ($attached in Get-IAMAttachedRolePolicyList ${this.roleName} ${this.region})`,
        when("$named -cnotcontains $attached.PolicyArn", [`"${TEXT.leftAttached} $($attached.PolicyArn)"`]),
      ),
      `(Get-IAMRole ${this.roleName} ${this.region}).Arn`,
    ];
  }

  activate(step: Steps["activate"]): string[] {
    const { iamRole, policyArns, registrationLimit, expiry, description, defaultInstanceName } = step;
    const expires =
      typeof expiry === "number"
        ? `(Get-Date).ToUniversalTime().AddDays(${expiry})`
        : expiry && `[datetimeoffset]::Parse(${quote(expiry)}, [cultureinfo]::InvariantCulture).UtcDateTime`;
    return [
      ...list("$needed", policyArns.map(quote)),
      ...block("for ($try = 1; $true; $try++)", [
        `$policies = Find-Entity { Get-IAMAttachedRolePolicyList ${this.roleName} ${this.region} }`,
        "$attached = @(foreach ($policy in $policies) { $policy.PolicyArn })",
        "if (@($needed | Where-Object { $attached -cnotcontains $_ }).Count -eq 0) { break }",
        ...when("$try -ge 10", [`throw ${quote(TEXT.unready(this.procedure))}`]),
        "Start-Sleep -Seconds 3",
      ]),
      ...tagList(this.procedure.tags),
      ...(expires ? [`$expires = ${expires}`] : []),
      ...broken(
        `$activation = New-SSMActivation -IamRole ${quote(iamRole)}`,
        `-RegistrationLimit ${registrationLimit}`,
        expires && "-ExpirationDate $expires",
        description && `-Description ${quote(description)}`,
        defaultInstanceName && `-DefaultInstanceName ${quote(defaultInstanceName)}`,
        this.tags,
        this.region,
      ),
      '"ActivationId   $($activation.ActivationId)"',
      '"ActivationCode $($activation.ActivationCode)"',
      "",
      TEXT.deletion,
      `# Remove-SSMActivation ${this.region} -ActivationId <ActivationId>`,
    ];
  }

  private changeRole({ arn, maxSessionDuration, permissionsBoundary }: Steps["role"]): string[] {
    const settings = `[string] $role.Description -cne $description -or $role.MaxSessionDuration -ne ${maxSessionDuration}`;
    const boundary = "$($role.PermissionsBoundary.PermissionsBoundaryArn)";
    return [
      ...when(`$role.Arn -cne ${quote(arn)}`, [`throw "${TEXT.elsewhere("$($role.Arn)", arn)}"`]),
      ...when(
        "-not (Test-SameDocument $role.AssumeRolePolicyDocument $trust)",
        this.command(`Update-IAMAssumeRolePolicy ${this.roleName}`, "-PolicyDocument $trust"),
      ),
      ...when(
        settings,
        this.command(
          `Update-IAMRole ${this.roleName}`,
          "-Description $description",
          `-MaxSessionDuration ${maxSessionDuration}`,
        ),
      ),
      ...(permissionsBoundary
        ? this.command(
            `Set-IAMRolePermissionsBoundary ${this.roleName}`,
            `-PermissionsBoundary ${quote(permissionsBoundary)}`,
          )
        : when("$null -ne $role.PermissionsBoundary", [`"${TEXT.leftBoundary} ${boundary}"`])),
      ...this.changeTags(`Add-IAMRoleTag ${this.roleName}`),
    ];
  }

  /** Sets the tags: tagging anew overwrites, and removes none. */
  private changeTags(cmdlet: string): string[] {
    return this.tags ? this.command(cmdlet, this.tags) : [];
  }

  /** A cmdlet that writes, in the account's region, which tells AWS.Tools the partition. */
  private command(cmdlet: string, ...parameters: readonly Part[]): string[] {
    return broken(cmdlet, ...parameters, `${this.region} | Out-Null`);
  }
}

function broken(...parts: readonly Part[]): string[] {
  return breakLine(parts, "`");
}

/** The parameter that says which one of IAM's. */
function parameter({ kind, name }: Named): string {
  return `-${capital(kind)}${kind === "policy" ? "Arn" : "Name"} ${quote(name)}`;
}

/** An assignment of a list, which may be empty. */
function list(variable: string, items: readonly string[]): string[] {
  return items.length > 0 ? [`${variable} = @(`, ...indent(items), ")"] : [`${variable} = @()`];
}

/** A condition and what is done where it holds, and where not. */
function when(condition: string, then: readonly string[], otherwise?: readonly string[]): string[] {
  return [...block(`if (${condition})`, then), ...(otherwise ? block("else", otherwise) : [])];
}

function block(head: string, body: readonly string[]): string[] {
  return [`${head} {`, ...indent(body), "}"];
}

/** An assignment of a JSON document. Its lines begin with a brace or a space, never with the quote that would end it. */
function hereString(variable: string, content: unknown): string[] {
  return [`${variable} = @'`, asciiJson(content, 2), "'@"];
}

/** The tags in a variable, where there are any. */
function tagList(tags: readonly Tag[]): string[] {
  const items = tags.map(({ Key, Value }) => `@{ Key = ${quote(Key)}; Value = ${quote(Value)} }`);
  return items.length > 0 ? list("$tags", items) : [];
}
