import { quote } from "../runbook/powershell";
import { commands } from "../runbook/shell";
import { type Machine, TEXT } from "./script";

/**
 * Returns the registration script for a Windows machine with PowerShell 5.1 or later.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/configure-proxy-ssm-agent-windows.html
 */
export function windowsScript({ preface, region, source, proxy }: Machine): string {
  return commands`
    ${preface.map((line) => `# ${line}`.trimEnd())}
    #
    # Run it as an administrator: powershell -ExecutionPolicy Bypass -File <this file> [file with ID and code]

    #Requires -Version 5.1
    #Requires -RunAsAdministrator
    param([string] $File)
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'

    # Prints the managed node ID, and what Systems Manager shows for it if the AWS CLI and credentials are available.
    $registration = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\\SSM\\InstanceData\\registration'
    function Show-Node {
        $node = Get-Content -Path $registration -Raw | ConvertFrom-Json
        $question = 'ssm', 'describe-instance-information', '--region', ${quote(region)}
        $question += '--filters', "Key=InstanceIds,Values=$($node.ManagedInstanceID)"
        "This machine is registered as $($node.ManagedInstanceID) in $($node.Region)."
        "To see it in Systems Manager, run:"
        "    aws $question"
        if (Get-Command -Name aws -ErrorAction SilentlyContinue) {
            $env:AWS_EC2_METADATA_DISABLED, $env:AWS_PAGER = 'true', ''
            & aws @question
            if ($LASTEXITCODE -ne 0) { 'The AWS CLI could not show it here. Run the command elsewhere.' }
        }
    }

    if (Test-Path -Path $registration) {
        'Nothing was changed. To register this machine again, first run: amazon-ssm-agent.exe -register -clear'
        Show-Node
        return
    }

    # The activation
    $activationId = $env:SSM_ACTIVATION_ID
    $activationCode = $env:SSM_ACTIVATION_CODE
    $env:SSM_ACTIVATION_ID = $env:SSM_ACTIVATION_CODE = $null
    if ($File) {
        # Everyone, guests, anonymous, authenticated, interactive, network, and all users of the machine or domain.
        if ((Get-Acl -LiteralPath $File).Sddl -match '\\((X?A|OA);[^)]*;(WD|BG|AN|AU|IU|NU|BU|DU|S-1-5-21-[0-9-]*-513)\\)') {
            throw "Other users can read or write $File. If nobody did, remove the permission. Otherwise create a new activation."
        }
        $text = Get-Content -LiteralPath $File -Raw
        $activationId = if ($text -match 'ActivationId"?[ :]*"?([^", \\r\\n]*)') { $Matches[1] }
        $activationCode = if ($text -match 'ActivationCode"?[ :]*"?([^", \\r\\n]*)') { $Matches[1] }
    }
    if (-not $activationId) { $activationId = Read-Host -Prompt 'Activation ID' }
    if (-not $activationCode) {
        $secret = Read-Host -Prompt 'Activation code (hidden)' -AsSecureString
        $activationCode = (New-Object -TypeName System.Net.NetworkCredential -ArgumentList '', $secret).Password
    }
    if ($activationId -cnotmatch '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\z') { throw ${quote(TEXT.noId)} }
    if ($activationCode -notmatch '^[!-~]{20,250}\\z') { throw ${quote(TEXT.noCode)} }

    # The proxy, for the setup program and the downloads
    $proxy = ${proxy === undefined ? "$env:https_proxy" : quote(proxy)}
    $web = @{ UseBasicParsing = $true }
    if ($proxy) {
        $noProxy = (@('169.254.169.254') + @($env:no_proxy | Where-Object { $_ })) -join ','
        if ("$proxy $noProxy" -notmatch '^https?://[][A-Za-z0-9:/@._~%+-]+ [][A-Za-z0-9:/@._~%,*+-]+\\z') { throw ${quote(TEXT.noProxy)} }
        $env:http_proxy = $env:https_proxy = $proxy
        $env:no_proxy = $noProxy
        $web.Proxy = $proxy -replace '//.*@', '//'
        $user, $password = ([uri] $proxy).UserInfo -split ':', 2 | ForEach-Object { [uri]::UnescapeDataString($_) }
        if ($user) {
            $secret = New-Object -TypeName System.Security.SecureString
            foreach ($character in ([string] $password).ToCharArray()) { $secret.AppendChar($character) }
            $web.ProxyCredential = New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList $user, $secret
        }
    }

    # AWS's setup program, for this CPU
    $cpu = @{ AMD64 = 'amd64'; ARM64 = 'arm64' }[$env:PROCESSOR_ARCHITECTURE]
    if (-not $cpu) { throw "AWS has no setup program for the CPU $($env:PROCESSOR_ARCHITECTURE), only for AMD64 and ARM64." }
    $folder = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([guid]::NewGuid())
    New-Item -Path $folder -ItemType Directory | Out-Null
    try {
        $program = Join-Path -Path $folder -ChildPath 'ssm-setup-cli.exe'
        [Net.ServicePointManager]::SecurityProtocol = 'Tls12'
        # The progress bar of Windows PowerShell slows down the download.
        $ProgressPreference = 'SilentlyContinue'
        Invoke-WebRequest -Uri "${source}/windows_$cpu/ssm-setup-cli.exe" -OutFile $program @web

        # AWS's signature
        $signature = Get-AuthenticodeSignature -FilePath $program
        if ($signature.Status -ne 'Valid' -or $signature.SignerCertificate.SubjectName.Name -notlike '*Amazon.com Services LLC*') {
            throw 'The setup program is not signed by AWS. It was not run.'
        }

        # The setup program installs, registers and starts SSM Agent.
        & $program -register -activation-id $activationId -activation-code $activationCode -region ${quote(region)}
        if ($LASTEXITCODE -ne 0) { throw 'The setup program failed. See the reason above.' }
    }
    finally {
        Remove-Item -Path $folder -Recurse -Force
    }
    if (-not (Test-Path -Path $registration)) { throw ${quote(TEXT.unregistered)} }

    # The proxy of SSM Agent. The setup program does not configure it. It is a setting of the service, which exists only now.
    if ($proxy) {
        $service = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\AmazonSSMAgent'
        $variables = "http_proxy=$proxy", "https_proxy=$proxy", "no_proxy=$noProxy"
        New-ItemProperty -Path $service -Name Environment -Value $variables -PropertyType MultiString -Force | Out-Null
        Restart-Service -Name AmazonSSMAgent
    }
    Show-Node
  `;
}
