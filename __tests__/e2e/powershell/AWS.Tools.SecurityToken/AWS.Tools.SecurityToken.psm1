# Stand-in for AWS.Tools.SecurityToken, with the only cmdlet that a runbook uses.
. "$PSScriptRoot/../Request.ps1"

function Get-STSCallerIdentity {
    [CmdletBinding()]
    param([string] $Region)
    $answer = Invoke-AwsQuery sts '2011-06-15' GetCallerIdentity $Region @{}
    [pscustomobject] @{ Account = Get-Text $answer 'Account'; Arn = Get-Text $answer 'Arn'; UserId = Get-Text $answer 'UserId' }
}

Export-ModuleMember -Function '*-STS*'
