/** Values in a machine's script. The operator enters the activation's ID and code on the machine. */
export interface Machine {
  /** Comments at the top of the script. */
  readonly preface: readonly string[];
  readonly region: string;
  /** URL of the folder with AWS's setup program for each system and CPU. */
  readonly source: string;
  /** URL of the proxy, without credentials. `undefined` for the proxy in the machine's environment, if there is one. */
  readonly proxy: string | undefined;
}

/** Messages that the scripts for all systems share. */
export const TEXT = {
  noId: "The activation ID must be 32 hexadecimal digits in groups of 8-4-4-4-12.",
  noCode: "The activation code must have 20 to 250 characters and no spaces. It is not shown here.",
  noProxy:
    "https_proxy must be http://host:port or http://user:password@host:port, and no_proxy must be names separated by commas. " +
    "Percent-encode all characters except letters, digits and . _ ~ + -",
  unregistered:
    "The setup program ended without an error, but this machine is not registered. See the log of SSM Agent.",
} as const;
