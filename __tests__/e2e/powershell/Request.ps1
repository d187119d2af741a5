# What the stand-ins for the modules of AWS.Tools share: a request to the emulator in AWS_ENDPOINT_URL, and AWS's errors.

# The emulator tells accounts apart by the access key and checks no signature.
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

# An error of AWS as AWS.Tools throws it: an InvalidOperationException around the exception of the service's own.
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

# A call of a service with the Query protocol; gives the element that holds its result.
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

# A call of a service with the JSON protocol, whose target is such as AmazonSSM.CreateActivation; gives its answer.
function Invoke-AwsJson([string] $Endpoint, [string] $Service, [string] $Target, [string] $Region, [hashtable] $Content) {
    $body = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Content -Depth 5 -Compress))
    $response = Send-AwsRequest $Endpoint $Service $Region @{ 'X-Amz-Target' = $Target } 'application/x-amz-json-1.1' $body
    $answer = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray())) -AsHashtable
    if ($response.StatusCode -ne 200) { throw (Get-AwsException $answer['__type'] $answer['message']) }
    $answer
}

# The element of a name in another one, or nothing.
function Get-Child($Node, [string] $Name) {
    if ($null -ne $Node) { $Node.SelectSingleNode("*[local-name()='$Name']") }
}

# The string in an element; $null where the answer has no such element.
function Get-Text($Node, [string] $Name) {
    $child = Get-Child $Node $Name
    if ($null -ne $child) { $child.InnerText }
}

# The elements of a list.
function Get-Members($Node, [string] $Name) {
    $list = Get-Child $Node $Name
    if ($null -ne $list) { $list.SelectNodes("*[local-name()='member']") }
}
