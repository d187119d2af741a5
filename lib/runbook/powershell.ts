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
  type Tag,
  writeSteps,
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
  const preface = procedure.preface.map((line) => `# ${line}`.trimEnd());
  return [...preface, script.head(), writeSteps(procedure.steps, (step) => script.step(step)), ""].join("\n");
}

const SAME_DOCUMENT = `
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
  /** Of what makes the role and its policies. */
  private readonly tags: readonly string[];

  constructor(private readonly procedure: Procedure) {
    this.region = `-Region ${quote(procedure.region)}`;
    this.role = `-RoleName ${quote(procedure.roleName)}`;
    this.tags = procedure.tags.length > 0 ? ["-Tag $tags"] : [];
  }

  /** What all steps use. */
  head(): string {
    const edits = this.procedure.steps.some(({ kind }) => kind === "role");
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

  private check({ named }: CheckStep): string[] {
    const { account, accountId } = this.procedure;
    const wrong = `These are credentials of account $caller, not of ${account} (${accountId}): nothing was written.`;
    return [
      `$caller = (Get-STSCallerIdentity ${this.region}).Account`,
      ...when(`$caller -cne ${quote(accountId)}`, [`throw "${wrong}"`]),
      ...named.flatMap((entity) =>
        when(`$null -eq (Find-Entity { Get-IAM${capital(entity.kind)} ${parameter(entity)} ${this.region} })`, [
          `throw ${quote(`There is no ${entity.kind} ${entity.name}: nothing was written.`)}`,
        ]),
      ),
    ];
  }

  private makeRole(step: RoleStep): string[] {
    const { tags } = this.procedure;
    return [
      ...hereString("$trust", step.trust),
      `$description = ${quote(step.description)}`,
      ...(tags.length > 0 ? tagList(tags) : []),
      `$role = Find-Entity { Get-IAMRole ${this.role} ${this.region} }`,
      ...when(
        "$null -eq $role",
        this.command(
          `New-IAMRole ${this.role} -Path ${quote(step.path)}`,
          "-AssumeRolePolicyDocument $trust",
          `-MaxSessionDuration ${step.maxSessionDuration}`,
          ...(step.description ? ["-Description $description"] : []),
          ...(step.permissionsBoundary ? [`-PermissionsBoundary ${quote(step.permissionsBoundary)}`] : []),
          ...this.tags,
        ),
        this.changeRole(step),
      ),
    ];
  }

  private changeRole({ arn, maxSessionDuration, permissionsBoundary }: RoleStep): string[] {
    const elsewhere = `The role $($role.Arn) is there already, and IAM cannot move it to ${arn}: nothing was written.`;
    const settings = `[string] $role.Description -cne $description -or $role.MaxSessionDuration -ne ${maxSessionDuration}`;
    const boundary = "$role.PermissionsBoundary.PermissionsBoundaryArn";
    return [
      ...when(`$role.Arn -cne ${quote(arn)}`, [`throw "${elsewhere}"`]),
      ...when(
        "-not (Test-SameDocument $role.AssumeRolePolicyDocument $trust)",
        this.command(`Update-IAMAssumeRolePolicy ${this.role}`, "-PolicyDocument $trust"),
      ),
      ...when(
        settings,
        this.command(
          `Update-IAMRole ${this.role}`,
          "-Description $description",
          `-MaxSessionDuration ${maxSessionDuration}`,
        ),
      ),
      ...(permissionsBoundary
        ? this.command(
            `Set-IAMRolePermissionsBoundary ${this.role}`,
            `-PermissionsBoundary ${quote(permissionsBoundary)}`,
          )
        : when("$null -ne $role.PermissionsBoundary", [`"Left as it is: the permissions boundary $(${boundary})"`])),
      ...this.changeTags(`Add-IAMRoleTag ${this.role}`),
    ];
  }

  private makePolicy({ file, arn, name, path, description, document }: PolicyStep): string[] {
    const policyArn = `-PolicyArn ${quote(arn)}`;
    const variable = `$${file}`;
    return [
      ...hereString(variable, document),
      `$policy = Find-Entity { Get-IAMPolicy ${policyArn} ${this.region} }`,
      ...when(
        "$null -eq $policy",
        this.command(
          `New-IAMPolicy -PolicyName ${quote(name)} -Path ${quote(path)}`,
          `-PolicyDocument ${variable}`,
          ...(description ? [`-Description ${quote(description)}`] : []),
          ...this.tags,
        ),
        [
          `$version = Get-IAMPolicyVersion ${policyArn} -VersionId $policy.DefaultVersionId ${this.region}`,
          ...when(`-not (Test-SameDocument $version.Document ${variable})`, [
            "# IAM keeps five versions of a policy: the oldest that is out of force makes room for a new one.",
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

  private attach({ arn, to }: AttachStep): string[] {
    return this.command(`Register-IAM${capital(to.kind)}Policy ${parameter(to)}`, `-PolicyArn ${quote(arn)}`);
  }

  private tellHolders({ arn, named }: HoldersStep): string[] {
    const kinds = ["group", "role", "user"].map((kind) => {
      const Kind = capital(kind);
      return `foreach ($one in $entities.Policy${Kind}s) { "${kind}/$($one.${Kind}Name)" }`;
    });
    return [
      ...list("$named", named.map(entityKey).map(quote)),
      // Without the filter IAM also names those whom the policy only bounds.
      ...broken(
        `$entities = Get-IAMEntitiesForPolicy -PolicyArn ${quote(arn)}`,
        "-PolicyUsageFilter PermissionsPolicy",
        this.region,
      ),
      ...list("$holders", kinds),
      "foreach ($holder in $holders) {",
      ...indent(
        when("$named -cnotcontains $holder", [
          `"Left with a policy, though the file does not name it: $holder has " + ${quote(arn)}`,
        ]),
      ),
      "}",
    ];
  }

  private report({ policyArns }: ReportStep): string[] {
    return [
      ...list("$named", policyArns.map(quote)),
      `foreach ($attached in Get-IAMAttachedRolePolicyList ${this.role} ${this.region}) {`,
      ...indent(
        when("$named -cnotcontains $attached.PolicyArn", [
          '"Left attached, though the file does not name it: $($attached.PolicyArn)"',
        ]),
      ),
      "}",
      `(Get-IAMRole ${this.role} ${this.region}).Arn`,
    ];
  }

  private activate({ iamRole, policyArns, registrationLimit, expiry, ...texts }: ActivateStep): string[] {
    const { roleName, region, tags } = this.procedure;
    const { description, defaultInstanceName } = texts;
    const unready = `The role ${roleName} does not have all of its policies: run its runbook first. No activation was made.`;
    const expires =
      typeof expiry === "number"
        ? `(Get-Date).ToUniversalTime().AddDays(${expiry})`
        : `[datetimeoffset]::Parse(${quote(expiry ?? "")}, [cultureinfo]::InvariantCulture).UtcDateTime`;
    return [
      ...list("$needed", policyArns.map(quote)),
      "for ($try = 1; $true; $try++) {",
      ...indent([
        `$policies = Find-Entity { Get-IAMAttachedRolePolicyList ${this.role} ${this.region} }`,
        "$attached = @(foreach ($policy in $policies) { $policy.PolicyArn })",
        "if (@($needed | Where-Object { $attached -cnotcontains $_ }).Count -eq 0) { break }",
        ...when("$try -ge 10", [`throw ${quote(unready)}`]),
        "Start-Sleep -Seconds 3",
      ]),
      "}",
      ...(tags.length > 0 ? tagList(tags) : []),
      ...(expiry === undefined ? [] : [`$expires = ${expires}`]),
      ...broken(
        `$activation = New-SSMActivation -IamRole ${quote(iamRole)}`,
        `-RegistrationLimit ${registrationLimit}`,
        ...(expiry === undefined ? [] : ["-ExpirationDate $expires"]),
        ...(description ? [`-Description ${quote(description)}`] : []),
        ...(defaultInstanceName ? [`-DefaultInstanceName ${quote(defaultInstanceName)}`] : []),
        ...this.tags,
        this.region,
      ),
      '"ActivationId   $($activation.ActivationId)"',
      '"ActivationCode $($activation.ActivationCode)"',
      "",
      "# When it is needed no more; machines that have registered stay registered:",
      `# Remove-SSMActivation -Region ${quote(region)} -ActivationId <ActivationId>`,
    ];
  }

  /** Sets the tags: tagging anew overwrites, and removes none. */
  private changeTags(cmdlet: string): string[] {
    return this.tags.length > 0 ? this.command(cmdlet, ...this.tags) : [];
  }

  /** A cmdlet that writes, in the account's region, which tells AWS.Tools the partition. */
  private command(cmdlet: string, ...parameters: readonly string[]): string[] {
    return broken(cmdlet, ...parameters, `${this.region} | Out-Null`);
  }
}

/** A cmdlet with its parameters; a long one on several lines. */
function broken(...parts: readonly string[]): string[] {
  const line = parts.join(" ");
  if (line.length <= 100) return [line];
  const [first = "", ...more] = parts;
  return [first, ...indent(more)].map((part, index, all) => (index < all.length - 1 ? `${part} \`` : part));
}

/** The parameter that says which one of IAM's. */
function parameter({ kind, name }: Named): string {
  return `-${capital(kind)}${kind === "policy" ? "Arn" : "Name"} ${quote(name)}`;
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** An assignment of a list, which may be empty. */
function list(variable: string, items: readonly string[]): string[] {
  return items.length > 0 ? [`${variable} = @(`, ...indent(items), ")"] : [`${variable} = @()`];
}

/** A condition and what is done where it holds, and where not. */
function when(condition: string, then: readonly string[], otherwise?: readonly string[]): string[] {
  return [`if (${condition}) {`, ...indent(then), "}", ...(otherwise ? ["else {", ...indent(otherwise), "}"] : [])];
}

/** An assignment of a JSON document. Its lines begin with a brace or a space, never with the quote that would end it. */
function hereString(variable: string, content: unknown): string[] {
  return [`${variable} = @'`, asciiJson(content, 2), "'@"];
}

function tagList(tags: readonly Tag[]): string[] {
  return list(
    "$tags",
    tags.map(({ Key, Value }) => `@{ Key = ${quote(Key)}; Value = ${quote(Value)} }`),
  );
}
