import type { StateFacts } from "./read";

/** Where the state is kept, in sentences. */
export function stateWords({ backend, settings }: StateFacts): string[] {
  const text = (name: string) => String(settings[name] ?? "");
  switch (backend) {
    case "s3": {
      const role = (settings.assume_role as { role_arn?: string } | undefined)?.role_arn;
      const accounts = settings.allowed_account_ids as readonly string[] | undefined;
      return [
        `In S3, bucket ${text("bucket")} in ${text("region")}, object ${text("key")}.`,
        settings.use_lockfile === true ? "Locked while it is written." : "Not locked.",
        settings.encrypt !== true
          ? "Encrypted as the bucket is set."
          : `Encrypted${settings.kms_key_id ? ` with the KMS key ${text("kms_key_id")}` : ""}.`,
        role ? `Reached as ${role}.` : "Reached with the caller's own credentials.",
        ...(accounts ? [`Only with credentials of account ${accounts.join(" or ")}.`] : []),
      ];
    }
    case "cloud": {
      const workspace = (settings.workspaces as { name?: string } | undefined)?.name;
      return [`In HCP Terraform at ${text("hostname")}, organization ${text("organization")}, workspace ${workspace}.`];
    }
    case "http":
      return [`On a state server, ${text("address")}.`, `Locked at ${text("lock_address")}.`];
    case "local":
      return [`In a file, ${text("path")}, on the machine that runs Terraform.`];
    default:
      return [`In the backend ${backend}.`];
  }
}
