# Stand-in for AWS.Tools.SimpleSystemsManagement, with the one cmdlet that a runbook uses.
. "$PSScriptRoot/../Request.ps1"

class Tag {
    [string] $Key
    [string] $Value
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
    $body = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $content -Depth 5 -Compress))
    $headers = @{ 'X-Amz-Target' = 'AmazonSSM.CreateActivation' }
    $response = Send-AwsRequest $env:AWS_ENDPOINT_URL_SSM ssm $Region $headers 'application/x-amz-json-1.1' $body
    $answer = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray()))
    if ($response.StatusCode -ne 200) { throw (Get-AwsException $answer.__type $answer.message) }
    [pscustomobject] @{ ActivationId = $answer.ActivationId; ActivationCode = $answer.ActivationCode }
}

Export-ModuleMember -Function '*-SSM*'
