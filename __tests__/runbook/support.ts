import type { AccountProps } from "../../lib";
import { accountOf } from "../support";

/** What shells, PowerShell and the AWS CLI would act on if it were not quoted. */
export const TRICKY =
  "file://x 'it''s' \"$HOME\" `id` $(id) ${x}; & | < > \\ \\\\ # * ! %PATH% @( ) {} é\t‘’‚‛“”\u{1f600}";

/** The same, as far as a file may hold it. */
export const HOSTILE = TRICKY.replace("${x}", "$x");

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
    s3_buckets: { output: { bucket: example-output, prefix: "it's", purpose: run_command } }
    log_groups:
      sessions: { log_group_arn: "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm#1", purpose: session_manager }
    policies: { mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" } }
    user_access:
      1.readers: { level: read_only }
      operators: { level: operator, groups: [ops, "o=1,@+"], roles: [Night], users: [jo], node_tags: { Straße: é } }
      admins: { level: administrator, roles: [Night] }
    activations:
      1.fleet:
        registration_limit: 50
        expires_in_days: 7
        description: ${JSON.stringify(HOSTILE)}
        default_instance_name: file://x
        tags: { Owner: another, Site: file://x }
      dated: { expiration_date: "2026-12-24T18:00:00Z" }
      plain: {}
`);

/** An account in another partition with nothing but what must be there. */
export const CHINA: AccountProps = { id: "222222222222", region: "cn-north-1" };
