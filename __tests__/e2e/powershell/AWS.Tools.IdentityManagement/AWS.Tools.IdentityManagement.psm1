# Stand-in for AWS.Tools.IdentityManagement 5, with the cmdlets that a runbook uses. Each cmdlet has the parameter names, types and
# confirmation of the real one (https://docs.aws.amazon.com/powershell/latest/reference/items/<cmdlet>.html) and calls the emulator.
# As in the AWS SDK for .NET 4, an empty list is $null, and a policy document is URL-encoded.
. "$PSScriptRoot/../Request.ps1"

class Tag {
    [string] $Key
    [string] $Value
}

# Calls IAM with a cmdlet's parameters. They have the API's names, except -Tag, which is plural in the API.
function Invoke-Iam([string] $Action, $Bound, [hashtable] $More = @{}) {
    $parameters = $More.Clone()
    foreach ($name in $Bound.Keys) {
        $value = $Bound[$name]
        if ($name -ceq 'Tag') {
            for ($index = 0; $index -lt $value.Count; $index++) {
                $parameters["Tags.member.$($index + 1).Key"] = $value[$index].Key
                $parameters["Tags.member.$($index + 1).Value"] = $value[$index].Value
            }
        }
        elseif ($value -is [bool]) { $parameters[$name] = "$value".ToLowerInvariant() }
        elseif ($name -cin 'RoleName', 'GroupName', 'UserName', 'PolicyName', 'PolicyArn', 'Path', 'Description', 'VersionId', 'PolicyDocument',
            'AssumeRolePolicyDocument', 'PermissionsBoundary', 'MaxSessionDuration', 'PolicyUsageFilter') {
            $parameters[$name] = "$value"
        }
    }
    Invoke-AwsQuery iam '2010-05-08' $Action $Bound['Region'] $parameters
}

# Returns all pages of a call.
function Invoke-IamPages([string] $Action, $Bound) {
    $more = @{}
    do {
        $page = Invoke-Iam $Action $Bound $more
        $page
        $marker = Get-Text $page 'Marker'
        $more = @{ Marker = $marker }
    } while ($marker)
}

# Returns a list like AWS.Tools 5: $null if it is empty.
function Get-List($Items) {
    $list = @(foreach ($item in $Items) { $item })
    if ($list.Count -gt 0) { return , $list }
}

function Get-Tags($Node) {
    Get-List (Get-Members $Node 'Tags' | ForEach-Object { [Tag] @{ Key = Get-Text $_ 'Key'; Value = Get-Text $_ 'Value' } })
}

function Get-Moment($Node, [string] $Name) {
    $text = Get-Text $Node $Name
    if ($text) { [datetimeoffset]::Parse($text, [cultureinfo]::InvariantCulture).UtcDateTime }
}

function Get-Role($Node) {
    $boundary = Get-Child $Node 'PermissionsBoundary'
    [pscustomobject] @{
        Arn = Get-Text $Node 'Arn'
        AssumeRolePolicyDocument = Get-Text $Node 'AssumeRolePolicyDocument'
        CreateDate = Get-Moment $Node 'CreateDate'
        Description = Get-Text $Node 'Description'
        MaxSessionDuration = [int] (Get-Text $Node 'MaxSessionDuration')
        Path = Get-Text $Node 'Path'
        PermissionsBoundary = if ($null -ne $boundary) {
            [pscustomobject] @{
                PermissionsBoundaryArn = Get-Text $boundary 'PermissionsBoundaryArn'
                PermissionsBoundaryType = Get-Text $boundary 'PermissionsBoundaryType'
            }
        }
        RoleId = Get-Text $Node 'RoleId'
        RoleName = Get-Text $Node 'RoleName'
        Tags = Get-Tags $Node
    }
}

function Get-ManagedPolicy($Node) {
    [pscustomobject] @{
        Arn = Get-Text $Node 'Arn'
        DefaultVersionId = Get-Text $Node 'DefaultVersionId'
        Description = Get-Text $Node 'Description'
        Path = Get-Text $Node 'Path'
        PolicyName = Get-Text $Node 'PolicyName'
        Tags = Get-Tags $Node
    }
}

function Get-PolicyVersion($Node) {
    [pscustomobject] @{
        CreateDate = Get-Moment $Node 'CreateDate'
        Document = Get-Text $Node 'Document'
        IsDefaultVersion = (Get-Text $Node 'IsDefaultVersion') -ceq 'true'
        VersionId = Get-Text $Node 'VersionId'
    }
}

function Get-Entities($Page, [string] $Kind) {
    Get-List (Get-Members $Page "Policy${Kind}s" | ForEach-Object { [pscustomobject] @{ "${Kind}Name" = Get-Text $_ "${Kind}Name" } })
}

function Get-IAMRole {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $RoleName, [string] $Region)
    Get-Role (Get-Child (Invoke-Iam GetRole $PSBoundParameters) 'Role')
}

function Get-IAMGroup {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $GroupName, [string] $Region)
    $group = Get-Child (Invoke-Iam GetGroup $PSBoundParameters) 'Group'
    [pscustomobject] @{ Group = [pscustomobject] @{ GroupName = Get-Text $group 'GroupName' }; Users = $null }
}

function Get-IAMUser {
    [CmdletBinding()]
    param([string] $UserName, [string] $Region)
    $user = Get-Child (Invoke-Iam GetUser $PSBoundParameters) 'User'
    [pscustomobject] @{ UserName = Get-Text $user 'UserName' }
}

function Get-IAMPolicy {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $PolicyArn, [string] $Region)
    Get-ManagedPolicy (Get-Child (Invoke-Iam GetPolicy $PSBoundParameters) 'Policy')
}

function Get-IAMPolicyVersion {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $PolicyArn, [Parameter(Mandatory)] [string] $VersionId, [string] $Region)
    Get-PolicyVersion (Get-Child (Invoke-Iam GetPolicyVersion $PSBoundParameters) 'PolicyVersion')
}

function Get-IAMPolicyVersionList {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $PolicyArn, [string] $Region)
    foreach ($page in Invoke-IamPages ListPolicyVersions $PSBoundParameters) {
        Get-Members $page 'Versions' | ForEach-Object { Get-PolicyVersion $_ }
    }
}

function Get-IAMAttachedRolePolicyList {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $RoleName, [string] $Region)
    foreach ($page in Invoke-IamPages ListAttachedRolePolicies $PSBoundParameters) {
        Get-Members $page 'AttachedPolicies' | ForEach-Object {
            [pscustomobject] @{ PolicyArn = Get-Text $_ 'PolicyArn'; PolicyName = Get-Text $_ 'PolicyName' }
        }
    }
}

function Get-IAMEntitiesForPolicy {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $PolicyArn,
        [ValidateSet('PermissionsPolicy', 'PermissionsBoundary')] [string] $PolicyUsageFilter,
        [string] $Region
    )
    foreach ($page in Invoke-IamPages ListEntitiesForPolicy $PSBoundParameters) {
        [pscustomobject] @{
            IsTruncated = (Get-Text $page 'IsTruncated') -ceq 'true'
            Marker = Get-Text $page 'Marker'
            PolicyGroups = Get-Entities $page 'Group'
            PolicyRoles = Get-Entities $page 'Role'
            PolicyUsers = Get-Entities $page 'User'
        }
    }
}

function New-IAMRole {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory)] [string] $AssumeRolePolicyDocument,
        [string] $Description,
        [int] $MaxSessionDuration,
        [string] $Path,
        [string] $PermissionsBoundary,
        [Parameter(Mandatory)] [string] $RoleName,
        [Tag[]] $Tag,
        [switch] $Force,
        [string] $Region
    )
    Get-Role (Get-Child (Invoke-Iam CreateRole $PSBoundParameters) 'Role')
}

function Update-IAMAssumeRolePolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory)] [string] $PolicyDocument,
        [Parameter(Mandatory)] [string] $RoleName,
        [switch] $Force,
        [string] $Region
    )
    Invoke-Iam UpdateAssumeRolePolicy $PSBoundParameters | Out-Null
}

function Update-IAMRole {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string] $Description,
        [int] $MaxSessionDuration,
        [Parameter(Mandatory)] [string] $RoleName,
        [switch] $Force,
        [string] $Region
    )
    Invoke-Iam UpdateRole $PSBoundParameters | Out-Null
}

function Set-IAMRolePermissionsBoundary {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory)] [string] $PermissionsBoundary,
        [Parameter(Mandatory)] [string] $RoleName,
        [switch] $Force,
        [string] $Region
    )
    Invoke-Iam PutRolePermissionsBoundary $PSBoundParameters | Out-Null
}

function Add-IAMRoleTag {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([Parameter(Mandatory)] [string] $RoleName, [Parameter(Mandatory)] [Tag[]] $Tag, [switch] $Force, [string] $Region)
    Invoke-Iam TagRole $PSBoundParameters | Out-Null
}

function New-IAMPolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string] $Description,
        [string] $Path,
        [Parameter(Mandatory)] [string] $PolicyDocument,
        [Parameter(Mandatory)] [string] $PolicyName,
        [Tag[]] $Tag,
        [switch] $Force,
        [string] $Region
    )
    Get-ManagedPolicy (Get-Child (Invoke-Iam CreatePolicy $PSBoundParameters) 'Policy')
}

function New-IAMPolicyVersion {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory)] [string] $PolicyArn,
        [Parameter(Mandatory)] [string] $PolicyDocument,
        [bool] $SetAsDefault,
        [switch] $Force,
        [string] $Region
    )
    Get-PolicyVersion (Get-Child (Invoke-Iam CreatePolicyVersion $PSBoundParameters) 'PolicyVersion')
}

function Remove-IAMPolicyVersion {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory)] [string] $PolicyArn, [Parameter(Mandatory)] [string] $VersionId, [switch] $Force, [string] $Region)
    if ($Force -or $PSCmdlet.ShouldProcess($VersionId)) { Invoke-Iam DeletePolicyVersion $PSBoundParameters | Out-Null }
}

function Add-IAMPolicyTag {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([Parameter(Mandatory)] [string] $PolicyArn, [Parameter(Mandatory)] [Tag[]] $Tag, [switch] $Force, [string] $Region)
    Invoke-Iam TagPolicy $PSBoundParameters | Out-Null
}

function Register-IAMRolePolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([Parameter(Mandatory)] [string] $PolicyArn, [Parameter(Mandatory)] [string] $RoleName, [switch] $Force, [string] $Region)
    Invoke-Iam AttachRolePolicy $PSBoundParameters | Out-Null
}

function Register-IAMGroupPolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([Parameter(Mandatory)] [string] $GroupName, [Parameter(Mandatory)] [string] $PolicyArn, [switch] $Force, [string] $Region)
    Invoke-Iam AttachGroupPolicy $PSBoundParameters | Out-Null
}

function Register-IAMUserPolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([Parameter(Mandatory)] [string] $PolicyArn, [Parameter(Mandatory)] [string] $UserName, [switch] $Force, [string] $Region)
    Invoke-Iam AttachUserPolicy $PSBoundParameters | Out-Null
}

Export-ModuleMember -Function '*-IAM*'
