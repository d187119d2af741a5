# Stand-ins for the Windows cmdlets that the script of a machine calls. Each records its calls in $ROOT/calls.

function Add-Call([string] $Text) { Add-Content -Path "$env:ROOT/calls" -Value $Text }

function Invoke-WebRequest($Uri, $OutFile, [switch] $UseBasicParsing, $Proxy, [pscredential] $ProxyCredential) {
    $via = if ($Proxy) { " via $Proxy" }
    $as = if ($ProxyCredential) { " as $($ProxyCredential.UserName) $($ProxyCredential.GetNetworkCredential().Password)" }
    Add-Call "download $Uri$via$as"
    Copy-Item -Path "$env:ROOT/ssm-setup-cli.exe" -Destination $OutFile
}

function Get-AuthenticodeSignature($FilePath) {
    $certificate = [pscustomobject] @{ SubjectName = [pscustomobject] @{ Name = $env:SIGNER } }
    [pscustomobject] @{ Status = $env:SIGNATURE; SignerCertificate = $certificate }
}

function Get-Acl($LiteralPath) { [pscustomobject] @{ Sddl = $env:SDDL } }

function Read-Host($Prompt, [switch] $AsSecureString) {
    if ($AsSecureString) { ConvertTo-SecureString -String $env:ANSWER_CODE -AsPlainText -Force } else { $env:ANSWER_ID }
}

function New-ItemProperty($Path, $Name, $Value, $PropertyType, [switch] $Force) { Add-Call "$Path $Name $PropertyType $Value" }

function Restart-Service($Name) { Add-Call "restart $Name" }
