# Functions for the stand-ins of AWS.Tools modules: requests to the emulator in AWS_ENDPOINT_URL, and AWS's errors.

# The emulator identifies accounts by the access key, and does not check signatures.
function Send-AwsRequest([string] $Endpoint, [string] $Service, [string] $Region, [hashtable] $Headers, [string] $ContentType, $Body) {
    if (-not $Region) { throw "$Service was called without a region." }
    $scope = "$env:AWS_ACCESS_KEY_ID/20260101/$Region/$Service/aws4_request"
    $request = @{
        Uri = $Endpoint
        Method = 'Post'
        Headers = $Headers + @{ Authorization = "AWS4-HMAC-SHA256 Credential=$scope, SignedHeaders=host, Signature=0" }
        ContentType = $ContentType
        Body = $Body
    }
    Invoke-WebRequest @request -SkipHeaderValidation -SkipHttpErrorCheck
}

# Errors of AWS, in the form that AWS.Tools throws: an InvalidOperationException that wraps the service's exception.
# https://github.com/aws/aws-tools-for-powershell, modules/AWSPowerShell/Common/BaseCmdlets.cs, ThrowExecutionError
class AmazonServiceException : Exception {
    AmazonServiceException([string] $message) : base($message) {}
}
class NoSuchEntityException : AmazonServiceException {
    NoSuchEntityException([string] $message) : base($message) {}
}

class ResourceNotFoundException : AmazonServiceException {
    ResourceNotFoundException([string] $message) : base($message) {}
}

function Get-AwsException([string] $Code, [string] $Message) {
    $cause = switch -CaseSensitive ($Code) {
        'NoSuchEntity' { [NoSuchEntityException]::new($Message) }
        'ResourceNotFoundException' { [ResourceNotFoundException]::new($Message) }
        default { [AmazonServiceException]::new("${Code}: $Message") }
    }
    [InvalidOperationException]::new($cause.Message, $cause)
}

# Calls a service with the Query protocol. Returns the element that contains the result.
function Invoke-AwsQuery([string] $Service, [string] $Version, [string] $Action, [string] $Region, [hashtable] $Parameters) {
    $body = @{ Action = $Action; Version = $Version } + $Parameters
    $response = Send-AwsRequest $env:AWS_ENDPOINT_URL $Service $Region @{} 'application/x-www-form-urlencoded; charset=utf-8' $body
    $answer = ([xml] $response.Content).DocumentElement
    $errorNode = $answer.SelectSingleNode("//*[local-name()='Error']")
    if ($errorNode) {
        throw (Get-AwsException (Get-Text $errorNode 'Code') (Get-Text $errorNode 'Message'))
    }
    $answer.SelectSingleNode("*[local-name()='${Action}Result']")
}

# Calls a service with the JSON protocol. Returns the response. The target is, for example, AmazonSSM.CreateActivation.
function Invoke-AwsJson([string] $Endpoint, [string] $Service, [string] $Target, [string] $Region, [hashtable] $Content) {
    $body = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Content -Depth 5 -Compress))
    $response = Send-AwsRequest $Endpoint $Service $Region @{ 'X-Amz-Target' = $Target } 'application/x-amz-json-1.1' $body
    $answer = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray())) -AsHashtable
    if ($response.StatusCode -ne 200) { throw (Get-AwsException $answer['__type'] $answer['message']) }
    $answer
}

# Returns the child element with a name, or nothing.
function Get-Child($Node, [string] $Name) {
    if ($null -ne $Node) { $Node.SelectSingleNode("*[local-name()='$Name']") }
}

# Returns the string in an element, or $null if the response has no such element.
function Get-Text($Node, [string] $Name) {
    $child = Get-Child $Node $Name
    if ($null -ne $child) { $child.InnerText }
}

# Returns the elements of a list.
function Get-Members($Node, [string] $Name) {
    $list = Get-Child $Node $Name
    if ($null -ne $list) { $list.SelectNodes("*[local-name()='member']") }
}
