import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** A program, and how to install it. */
export class MissingTools extends Error {
  override readonly name = "MissingTools";
  constructor(readonly missing: readonly string[]) {
    super(missing.map((line) => `- ${line}`).join("\n"));
  }
}

interface Tool {
  /** Environment variable with the path of the program. It has precedence. */
  readonly variable: string;
  readonly commands: readonly string[];
  readonly install: string;
}

const TOOLS = {
  terraform: {
    variable: "TERRAFORM_BINARY_NAME",
    commands: ["terraform", "tofu"],
    install: "Terraform 1.10 or later: https://developer.hashicorp.com/terraform/install",
  },
  moto: {
    variable: "MOTO_SERVER",
    commands: ["moto_server"],
    install:
      "the AWS emulator moto, with Python 3: pip install 'moto[server]' (or set AWS_ENDPOINT_URL to another emulator)",
  },
  aws: {
    variable: "AWS_CLI",
    commands: ["aws"],
    install: "the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  },
  "cfn-lint": {
    variable: "CFN_LINT",
    commands: ["cfn-lint"],
    install: "cfn-lint, with Python 3: pip install cfn-lint",
  },
  chromium: {
    variable: "CHROMIUM_BINARY",
    commands: ["chromium", "chromium-browser", "google-chrome"],
    install:
      "Chromium or Chrome: apt-get install chromium, brew install --cask chromium, or https://www.google.com/chrome",
  },
  dotnet: {
    variable: "DOTNET",
    commands: ["dotnet"],
    install: "the .NET SDK 10, which runs PowerShell: https://dotnet.microsoft.com/download",
  },
  curl: { variable: "CURL", commands: ["curl"], install: "curl: apt-get install curl" },
  gpg: { variable: "GPG", commands: ["gpg"], install: "GnuPG: apt-get install gnupg, or brew install gnupg" },
  shellcheck: {
    variable: "SHELLCHECK",
    commands: ["shellcheck"],
    install: "ShellCheck: apt-get install shellcheck, or brew install shellcheck",
  },
  script: {
    variable: "SCRIPT_BINARY",
    commands: ["script"],
    install: "script of util-linux, which runs a program in a terminal: apt-get install bsdutils",
  },
} as const satisfies Record<string, Tool>;

/** A program that the demo or the tests need. */
export type ToolName = keyof typeof TOOLS;

const USUAL_PLACES = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", join(homedir(), ".local/bin")];

/**
 * Finds programs in their environment variable, in PATH, and in the usual folders.
 * @throws MissingTools that lists the missing programs and how to install them
 */
export function findTools<Name extends ToolName>(...names: readonly Name[]): Record<Name, string> {
  const found = names.map((name) => [name, findTool(TOOLS[name])] as const);
  const missing = found
    .filter(([, path]) => path === undefined)
    .map(([name]) => {
      const { install, variable } = TOOLS[name];
      return `${install}; then add it to PATH, or set ${variable} to its path`;
    });
  if (missing.length > 0) throw new MissingTools(missing);
  return Object.fromEntries(found) as Record<Name, string>;
}

function findTool({ variable, commands }: Tool): string | undefined {
  const named = process.env[variable];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...USUAL_PLACES];
  const candidates = (named ? [named] : commands).flatMap((command) =>
    command.includes("/") ? [command] : folders.map((folder) => join(folder, command)),
  );
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Host names of the registries of Terraform and OpenTofu, which are folders in a mirror. */
export const REGISTRIES = ["registry.terraform.io", "registry.opentofu.org"] as const;

/**
 * Finds a filesystem mirror of providers, a folder that contains a folder of {@link REGISTRIES}: TF_PROVIDER_MIRROR, the implied mirrors of
 * the engines, or a folder in /opt. `undefined` if there is none: the engine then uses its registry.
 * @see https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 * @see https://opentofu.org/docs/cli/config/config-file/#implied-local-mirror-directories
 */
export function findProviderMirror(): string | undefined {
  const implied = [
    join(homedir(), ".terraform.d/plugins"),
    join(homedir(), ".local/share/terraform/plugins"),
    join(homedir(), ".local/share/opentofu/plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/usr/local/share/opentofu/plugins",
    "/usr/share/opentofu/plugins",
  ];
  const optional = existsSync("/opt") ? readdirSync("/opt").map((name) => join("/opt", name)) : [];
  const named = process.env.TF_PROVIDER_MIRROR;
  return (named ? [named] : [...implied, ...optional]).find((folder) =>
    REGISTRIES.some((host) => existsSync(join(folder, host, "hashicorp/aws"))),
  );
}
