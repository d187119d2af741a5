type Parameters = Readonly<Record<string, string>>;

const POLICY_ARN = { PolicyArn: "string" };
const PAGES = { Marker: "string", MaxItem: "int", NoAutoIteration: "switch" };
const FORCE = { Force: "switch" };

/**
 * Cmdlets of AWS.Tools that a runbook can use, with the names and types of their parameters from AWS's reference. The
 * page of each is https://docs.aws.amazon.com/powershell/latest/reference/items/<cmdlet>.html
 */
export const DOCUMENTED: Readonly<Record<string, Parameters>> = {
  "Get-STSCallerIdentity": {},
  "Get-IAMRole": { RoleName: "string" },
  "New-IAMRole": {
    AssumeRolePolicyDocument: "string",
    Description: "string",
    MaxSessionDuration: "int",
    Path: "string",
    PermissionsBoundary: "string",
    RoleName: "string",
    Tag: "Tag[]",
    ...FORCE,
  },
  "Update-IAMAssumeRolePolicy": { PolicyDocument: "string", RoleName: "string", ...FORCE },
  "Update-IAMRole": { Description: "string", MaxSessionDuration: "int", RoleName: "string", ...FORCE },
  "Set-IAMRolePermissionsBoundary": { PermissionsBoundary: "string", RoleName: "string", ...FORCE },
  "Add-IAMRoleTag": { RoleName: "string", Tag: "Tag[]", ...FORCE },
  "Register-IAMRolePolicy": { ...POLICY_ARN, RoleName: "string", ...FORCE },
  "Get-IAMAttachedRolePolicyList": { PathPrefix: "string", RoleName: "string", ...PAGES },
  "Get-IAMPolicy": POLICY_ARN,
  "New-IAMPolicy": {
    Description: "string",
    Path: "string",
    PolicyDocument: "string",
    PolicyName: "string",
    Tag: "Tag[]",
    ...FORCE,
  },
  "Get-IAMPolicyVersion": { ...POLICY_ARN, VersionId: "string" },
  "Get-IAMPolicyVersionList": { ...POLICY_ARN, ...PAGES },
  "New-IAMPolicyVersion": { ...POLICY_ARN, PolicyDocument: "string", SetAsDefault: "bool", ...FORCE },
  "Remove-IAMPolicyVersion": { ...POLICY_ARN, VersionId: "string", ...FORCE },
  "Add-IAMPolicyTag": { ...POLICY_ARN, Tag: "Tag[]", ...FORCE },
  "Get-IAMGroup": { GroupName: "string", ...PAGES },
  "Get-IAMUser": { UserName: "string" },
  "Register-IAMGroupPolicy": { GroupName: "string", ...POLICY_ARN, ...FORCE },
  "Register-IAMUserPolicy": { ...POLICY_ARN, UserName: "string", ...FORCE },
  "Get-IAMEntitiesForPolicy": {
    EntityFilter: "string",
    PathPrefix: "string",
    ...POLICY_ARN,
    PolicyUsageFilter: "string",
    ...PAGES,
  },
  "Get-SSMActivation": {
    Filter: "DescribeActivationsFilter[]",
    MaxResult: "int",
    NextToken: "string",
    NoAutoIteration: "switch",
  },
  "Get-SECSecret": { SecretId: "string" },
  "New-SECSecret": {
    AddReplicaRegion: "ReplicaRegionType[]",
    ClientRequestToken: "string",
    Description: "string",
    ForceOverwriteReplicaSecret: "bool",
    KmsKeyId: "string",
    Name: "string",
    SecretString: "string",
    Tag: "Tag[]",
    ...FORCE,
  },
  "Write-SECSecretValue": {
    ClientRequestToken: "string",
    SecretId: "string",
    SecretString: "string",
    VersionStage: "string[]",
    ...FORCE,
  },
  "New-SSMActivation": {
    DefaultInstanceName: "string",
    Description: "string",
    ExpirationDate: "datetime",
    IamRole: "string",
    RegistrationLimit: "int",
    RegistrationMetadata: "RegistrationMetadataItem[]",
    Tag: "Tag[]",
    ...FORCE,
  },
};

/** PowerShell's own cmdlets, https://learn.microsoft.com/powershell/module/microsoft.powershell.utility and .core. */
export const OWN: Readonly<Record<string, readonly string[]>> = {
  "Add-Type": ["AssemblyName"],
  "New-Object": ["TypeName"],
  "Set-StrictMode": ["Version"],
  "ConvertFrom-Json": ["InputObject"],
  "ConvertTo-Json": ["InputObject", "Compress"],
  "Get-Date": [],
  "Out-Null": [],
  "Start-Sleep": ["Seconds"],
  "Where-Object": [],
  "Sort-Object": ["Property"],
  "Select-Object": ["First"],
};
