/** What a machine's script has to know. The activation's ID and code are not part of it: the operator gives them on the machine. */
export interface Machine {
  /** Comments at the top of the script. */
  readonly preface: readonly string[];
  readonly region: string;
  /** URL of the folder that has AWS's setup program for each system and CPU. */
  readonly source: string;
  /** URL of the proxy, without credentials. `undefined` for that of the machine's environment, if it has one. */
  readonly proxy: string | undefined;
}

/** What the scripts of all systems say in the same words. */
export const TEXT = {
  noId: "This is no activation ID: 32 hexadecimal digits in groups of 8-4-4-4-12.",
  noCode: "This is no activation code: it has 20 to 250 characters and no space. It is not shown here.",
  noProxy:
    "https_proxy must be http://host:port or http://user:password@host:port, and no_proxy names with commas between them; " +
    "percent-encode all but letters, digits and . _ ~ + -",
  unregistered:
    "The setup program ended without an error, but this machine is not registered: see the log of SSM Agent.",
} as const;
