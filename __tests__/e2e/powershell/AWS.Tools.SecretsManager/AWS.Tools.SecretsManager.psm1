# Stand-in for AWS.Tools.SecretsManager 5, with the cmdlets that a runbook uses. As in the AWS SDK for .NET 4, an empty list is $null.
. "$PSScriptRoot/../Request.ps1"

class Tag {
    [string] $Key
    [string] $Value
}

# Calls Secrets Manager with the parameters of a cmdlet that the API has.
function Invoke-Sec([string] $Action, $Bound) {
    $content = @{}
    foreach ($name in 'Name', 'SecretId', 'SecretString', 'ClientRequestToken') {
        if ($Bound.ContainsKey($name)) { $content[$name] = $Bound[$name] }
    }
    if ($Bound.ContainsKey('Tag')) { $content.Tags = @(foreach ($one in $Bound['Tag']) { @{ Key = $one.Key; Value = $one.Value } }) }
    Invoke-AwsJson $env:AWS_ENDPOINT_URL secretsmanager "secretsmanager.$Action" $Bound['Region'] $content
}

function Get-SECSecret {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $SecretId, [string] $Region)
    $answer = Invoke-Sec DescribeSecret $PSBoundParameters
    $tags = @(foreach ($one in $answer.Tags) { [Tag] @{ Key = $one.Key; Value = $one.Value } })
    $versions = [System.Collections.Generic.Dictionary[string, System.Collections.Generic.List[string]]]::new()
    foreach ($id in $answer.VersionIdsToStages.Keys) { $versions[$id] = [string[]] $answer.VersionIdsToStages[$id] }
    [pscustomobject] @{
        ARN = $answer.ARN
        DeletedDate = if ($answer.DeletedDate) { [DateTimeOffset]::FromUnixTimeSeconds([long] $answer.DeletedDate).LocalDateTime }
        Name = $answer.Name
        Tags = if ($tags.Count -gt 0) { $tags }
        VersionIdsToStages = if ($versions.Count -gt 0) { $versions }
    }
}

function New-SECSecret {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string] $ClientRequestToken,
        [Parameter(Mandatory)] [string] $Name,
        [string] $SecretString,
        [Tag[]] $Tag,
        [switch] $Force,
        [string] $Region
    )
    $answer = Invoke-Sec CreateSecret $PSBoundParameters
    [pscustomobject] @{ ARN = $answer.ARN; Name = $answer.Name; VersionId = $answer.VersionId }
}

function Write-SECSecretValue {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string] $ClientRequestToken,
        [Parameter(Mandatory)] [string] $SecretId,
        [string] $SecretString,
        [switch] $Force,
        [string] $Region
    )
    $answer = Invoke-Sec PutSecretValue $PSBoundParameters
    [pscustomobject] @{ ARN = $answer.ARN; Name = $answer.Name; VersionId = $answer.VersionId }
}

Export-ModuleMember -Function '*-SEC*'
