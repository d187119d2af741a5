import type { AccountProps, ActivationRenewal } from "../../lib";
import { fileOf, fullAccount } from "../accounts";
import { accountOf } from "../support";

/** Characters that shells, PowerShell and the AWS CLI interpret if they are not quoted. */
export const TRICKY =
  "file://x 'it''s' \"$HOME\" `id` $(id) ${x}; & | < > \\ \\\\ # * ! %PATH% @( ) {} é\t‘’‚‛“”\u{1f600}";

/** The same without what a file must not contain. */
export const HOSTILE = TRICKY.replace("${x}", "$x");

const full = fullAccount();
const { sessions } = full.log_groups;

/** An account that uses every field, with strings that a shell would interpret. */
export const FULL: AccountProps = accountOf(
  fileOf({
    a: {
      ...full,
      external_id: "secret-external-id",
      role: { ...full.role, description: "It's $HOME; `id` é" },
      tags: { Owner: "platform", Straße: "é" },
      s3_buckets: { output: { ...full.s3_buckets.run_command, prefix: "it's" } },
      log_groups: { sessions: { ...sessions, log_group_arn: `${sessions.log_group_arn}#1` } },
      user_access: {
        "1.readers": { level: "read_only" },
        operators: { ...full.user_access.operators, groups: ["ops", "o=1,@+"], node_tags: { Straße: "é" } },
        admins: { level: "administrator", roles: ["Night"] },
      },
      activations: {
        "1.fleet": {
          ...full.activations.week,
          description: HOSTILE,
          default_instance_name: "file://x",
          tags: { Owner: "another", Site: "file://x" },
        },
        dated: { expiration_date: "2026-12-24T18:00:00Z" },
        plain: {},
      },
    },
  }),
);

/** {@link FULL} with an activation that can be renewed. */
export const RENEWED: AccountProps = {
  ...FULL,
  activations: { ...FULL.activations, "1.fleet": { ...FULL.activations?.["1.fleet"], byRunbook: true } },
};
export const RENEWAL: ActivationRenewal = { renewIf: "expired,full,6d", deliver: "secretsmanager:hybrid/line-1" };

/** An account in another partition with only the required fields. */
export const CHINA: AccountProps = { accountId: "222222222222", region: "cn-north-1" };
