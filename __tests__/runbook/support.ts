import type { AccountProps } from "../../lib";
import { accountOf } from "../support";

/** What shells, PowerShell and the AWS CLI would act on if it were not quoted. */
export const TRICKY =
  "file://x 'it''s' \"$HOME\" `id` $(id) ${x}; & | < > \\ \\\\ # * ! %PATH% @( ) {} é\t‘’‚‛“”\u{1f600}";

/** An account that uses everything there is. */
export const FULL: AccountProps = accountOf(`
accounts:
  a:
    id: "111111111111"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::111111111111:role/TerraformDeploy
    external_id: not-to-be-told
    role:
      name: Role
      path: /hybrid/
      description: "It's $HOME; \`id\` é"
      max_session_duration: 7200
      permissions_boundary: arn:aws:iam::111111111111:policy/boundary
    tags: { Owner: platform, Straße: é }
    directory_service: { default: {} }
    cloudwatch_agent: { narrow: { policy_arn: "arn:aws:iam::111111111111:policy/narrow" } }
    s3_managed_buckets: { us-east-1: {} }
    s3_buckets: { output: { bucket: example-output, prefix: "it's" } }
    policies: { mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" } }
`);

/** An account in another partition with nothing but what must be there. */
export const CHINA: AccountProps = { id: "222222222222", region: "cn-north-1" };
