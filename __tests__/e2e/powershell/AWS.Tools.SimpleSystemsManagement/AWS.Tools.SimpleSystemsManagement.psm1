# Stand-in for AWS.Tools.SimpleSystemsManagement, with the cmdlets that a runbook uses.
. "$PSScriptRoot/../Request.ps1"

class Tag {
    [string] $Key
    [string] $Value
}

class DescribeActivationsFilter {
    [string] $FilterKey
    [System.Collections.Generic.List[string]] $FilterValues
}

function Get-SSMActivation {
    [CmdletBinding()]
    param([DescribeActivationsFilter[]] $Filter, [string] $Region)
    $filters = @(foreach ($one in $Filter) { @{ FilterKey = $one.FilterKey; FilterValues = @($one.FilterValues) } })
    $answer = Invoke-AwsJson $env:AWS_ENDPOINT_URL_SSM ssm AmazonSSM.DescribeActivations $Region @{ Filters = $filters }
    foreach ($one in $answer.ActivationList) {
        [pscustomobject] @{
            ActivationId = $one.ActivationId
            ExpirationDate = [DateTimeOffset]::FromUnixTimeMilliseconds([long] ($one.ExpirationDate * 1000)).LocalDateTime
            Expired = $one.Expired
            RegistrationLimit = $one.RegistrationLimit
            RegistrationsCount = $one.RegistrationsCount
        }
    }
}

function New-SSMActivation {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string] $DefaultInstanceName,
        [string] $Description,
        [datetime] $ExpirationDate,
        [Parameter(Mandatory)] [string] $IamRole,
        [int] $RegistrationLimit,
        [Tag[]] $Tag,
        [switch] $Force,
        [string] $Region
    )
    $content = @{}
    foreach ($name in 'DefaultInstanceName', 'Description', 'IamRole', 'RegistrationLimit') {
        if ($PSBoundParameters.ContainsKey($name)) { $content[$name] = $PSBoundParameters[$name] }
    }
    if ($PSBoundParameters.ContainsKey('ExpirationDate')) {
        $content.ExpirationDate = [DateTimeOffset]::new($ExpirationDate.ToUniversalTime()).ToUnixTimeSeconds()
    }
    if ($Tag) { $content.Tags = @(foreach ($one in $Tag) { @{ Key = $one.Key; Value = $one.Value } }) }
    $answer = Invoke-AwsJson $env:AWS_ENDPOINT_URL_SSM ssm AmazonSSM.CreateActivation $Region $content
    [pscustomobject] @{ ActivationId = $answer.ActivationId; ActivationCode = $answer.ActivationCode }
}

Export-ModuleMember -Function '*-SSM*'
