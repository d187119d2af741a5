import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Access, clientSettings, lackOfCredentials, neededActions } from "../../scripts/support/access";

/** Returns the hosts that SDK clients with these settings call. */
async function hosts(access: Access): Promise<string[]> {
  const called: string[] = [];
  const requestHandler = {
    handle: (request: { readonly hostname: string }) => {
      called.push(request.hostname);
      return Promise.reject(new Error("not sent"));
    },
  };
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  const settings = { ...clientSettings(access), credentials, requestHandler, maxAttempts: 1 } as object;
  const notSent = () => undefined;
  await new STSClient(settings).send(new GetCallerIdentityCommand({})).catch(notSent);
  await new S3Client(settings).send(new ListObjectsV2Command({ Bucket: "example" })).catch(notSent);
  await new IAMClient(settings).send(new GetRoleCommand({ RoleName: "x" })).catch(notSent);
  return called;
}

// https://docs.aws.amazon.com/general/latest/gr/sts.html, s3.html and iam-service.html
test.each<[Omit<Access, "region">, string[]]>([
  [{}, ["sts.us-west-2.amazonaws.com", "example.s3.us-west-2.amazonaws.com", "iam.amazonaws.com"]],
  [
    { use_fips_endpoint: true, use_dualstack_endpoint: false },
    ["sts-fips.us-west-2.amazonaws.com", "example.s3-fips.us-west-2.amazonaws.com", "iam-fips.amazonaws.com"],
  ],
  [
    { use_dualstack_endpoint: true },
    ["sts.us-west-2.api.aws", "example.s3.dualstack.us-west-2.amazonaws.com", "iam.global.api.aws"],
  ],
])("requests with the settings %j go to the right hosts", async (access, expected) => {
  expect(await hosts({ region: "us-west-2", ...access })).toEqual(expected);
});

const named = (name: string) => Object.assign(new Error("AWS's words"), { name });

test.each([
  [undefined, "CredentialsProviderError", /^There are no AWS credentials.*Sign in \(aws sso login\)/],
  [
    "plant",
    "CredentialsProviderError",
    /^The profile plant of state.profile .*aws sso login --profile plant, or correct state.profile/,
  ],
  ["plant", "ExpiredToken", /^The profile plant .* \(AWS says: ExpiredToken: AWS's words\)$/],
])("the error for the profile %s and %s says what to do", (profile, name, told) => {
  expect(lackOfCredentials(named(name), profile, "state.profile")).toMatch(told);
});

test("other errors do not count as missing credentials", () => {
  expect(lackOfCredentials(named("AccessDenied"), "plant", "profile")).toBeUndefined();
});

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
test("a session with tags and a source identity needs more than sts:AssumeRole", () => {
  expect(neededActions({ session_name: "x", tags: {} })).toBe("sts:AssumeRole");
  expect(neededActions({ tags: { a: "b" }, source_identity: "jo" })).toBe(
    "sts:AssumeRole and sts:TagSession and sts:SetSourceIdentity",
  );
});
