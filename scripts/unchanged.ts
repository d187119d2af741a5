/**
 * Writes everything that users see for a fixed set of inputs into a folder: roots, module, schema, runbooks, reports, errors.
 * Run it before and after a change and compare the folders. Goes when issue 12 is done.
 * `node --import tsx scripts/unchanged.ts <folder>`
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Fn, TerraformStack, TerraformVariable } from "cdktf";
import {
  AccountStack,
  activationRunbook,
  HybridServiceRole,
  InvalidInputError,
  loadFleet,
  ModuleStack,
  parseFleet,
  RUNBOOK_SHELLS,
  remoteServiceRole,
  runbook,
} from "../lib";
import { parseAccounts } from "../lib/config/fleet";

const out = process.argv[2] as string;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const write = (name: string, text: string) => {
  mkdirSync(join(out, name, ".."), { recursive: true });
  writeFileSync(join(out, name), text);
};

const newApp = (outdir: string) => {
  mkdirSync(outdir, { recursive: true });
  return new App({ outdir, stackTraces: false, skipValidation: true });
};

const PARTITIONS = [
  ["aws", "eu-central-1", "us-west-2"],
  ["aws-cn", "cn-north-1", "cn-northwest-1"],
  ["aws-us-gov", "us-gov-west-1", "us-gov-east-1"],
] as const;

function everything(partition: string, region: string, other: string, id = "111111111111"): Record<string, unknown> {
  return {
    id,
    region,
    deploy_role_arn: "arn:{partition}:iam::{account_id}:role/TerraformDeploy",
    external_id: "an-external-id",
    role: {
      name: "SSM+Role",
      path: "/hybrid/ssm/",
      description: 'Ümläut "quoted" \\ {account_name} & <b>',
      max_session_duration: 7200,
      permissions_boundary: "arn:{partition}:iam::{account_id}:policy/boundary",
      force_detach_policies: true,
      exclusive_policies: true,
      managed_policy_quota: 20,
      core_policy_arn: "arn:{partition}:iam::{account_id}:policy/narrower-core",
    },
    trust: {
      regions: [region, other],
      service_principal: partition === "aws-cn" ? "ssm.amazonaws.com.cn" : "ssm.amazonaws.com",
    },
    tags: { Owner: "plat form", "a:b/c": "x=y+z@w", Account: "{account_name}" },
    state: {
      backend: "s3",
      bucket: "example-{account_id}",
      key: "k/{account_name}.tfstate",
      region: other,
      kms_key_id: `arn:${partition}:kms:${other}:{account_id}:key/abc`,
      allowed_account_ids: ["{account_id}"],
      assume_role: { role_arn: "arn:{partition}:iam::{account_id}:role/State", external_id: "xy" },
    },
    directory_service: { default: {}, own: { policy_arn: "arn:{partition}:iam::{account_id}:policy/ad" } },
    cloudwatch_agent: { default: {}, "a.b-c": { policy_arn: "arn:{partition}:iam::{account_id}:policy/x/cw" } },
    s3_managed_buckets: { [region]: { legacy_agent: true }, [other]: { patch_manager_bucket: "my-patch-bucket" } },
    s3_buckets: {
      run: { bucket: "run-{account_id}", prefix: "a/b", purpose: "run_command", put_object_acl: true },
      logs: {
        bucket: "logs",
        purpose: "session_manager",
        kms_key_arn: `arn:${partition}:kms:${other}:{account_id}:key/abc`,
      },
      state: { bucket: "state", purpose: "state_manager" },
      inv: { bucket: "inv", purpose: "inventory" },
      patch: { bucket: "patch", purpose: "patch_baseline", prefix: "p" },
      scripts: {
        bucket: "scripts",
        purpose: "scripts",
        kms_key_arn: `arn:${partition}:kms:${region}:{account_id}:key/abc`,
      },
    },
    log_groups: {
      s: {
        log_group_arn: `arn:${partition}:logs:${region}:{account_id}:log-group:/s`,
        purpose: "session_manager",
        kms_key_arn: `arn:${partition}:kms:${region}:{account_id}:key/def`,
      },
      r: { log_group_arn: `arn:${partition}:logs:${other}:{account_id}:log-group:/r`, purpose: "run_command" },
    },
    policies: {
      one: { policy_arn: "arn:{partition}:iam::{account_id}:policy/my-bucket-policy-name" },
      two: { policy_arn: "arn:{partition}:iam::aws:policy/AmazonSSMReadOnlyAccess" },
    },
    user_access: {
      readers: { level: "read_only", groups: ["g1", "g2"], users: ["u@x"] },
      operators: {
        level: "operator",
        roles: ["r1"],
        node_tags: { Env: "prod", "a b": "c" },
        kms_key_arn: `arn:${partition}:kms:${region}:{account_id}:key/def`,
      },
      everyone: { level: "operator", groups: ["g3"] },
      admins: { level: "administrator", kms_key_arn: `arn:${partition}:kms:${region}:{account_id}:key/def` },
    },
    activations: {
      one: {
        registration_limit: 10,
        expires_in_days: 30,
        default_instance_name: "n",
        description: "d 'x' $",
        tags: { Line: "1" },
      },
      two: { expiration_date: "2026-12-24T18:00:00Z", by_runbook: true },
      three: {},
    },
  };
}

const bare = (id: string, region: string, more: object = {}) => ({ id, region, ...more });
const fleets: Record<string, object> = {};
for (const [partition, region, other] of PARTITIONS) {
  fleets[partition] = {
    defaults: { tags: { Owner: "x" }, role: { description: "default" }, s3_managed_buckets: { [other]: {} } },
    accounts: {
      all: everything(partition, region, other),
      bare: bare("222222222222", region),
      adopted: bare("333333333333", other, {
        role: { adopt: true, name: "Old" },
        trust: { conditions: false },
        cloudwatch_agent: { default: {} },
        policies: { p: { policy_arn: "arn:{partition}:iam::{account_id}:policy/p" } },
        s3_managed_buckets: null,
      }),
      cloud: bare("444444444444", region, { state: { backend: "cloud", organization: "org" } }),
      tfe: bare("444444444445", region, {
        state: { backend: "cloud", organization: "org", hostname: "tfe.example.com:8443", workspace: "w-{account_id}" },
      }),
      http: bare("555555555555", region, {
        state: { backend: "http", address: "https://gitlab.example.com/{account_name}" },
      }),
      http2: bare("555555555556", region, {
        state: {
          backend: "http",
          address: "https://s.example.com/a",
          lock_address: "https://s.example.com/l",
          unlock_address: "https://s.example.com/u",
          lock_method: "LOCK",
          unlock_method: "UNLOCK",
        },
      }),
      s3: bare("666666666666", region, {
        state: { backend: "s3", bucket: "shared-bucket", use_lockfile: false, encrypt: false, use_path_style: true },
      }),
      local: bare("777777777777", region, { state: { backend: "local", path: "../x.tfstate" } }),
      open: bare("888888888888", region, {
        user_access: { a: { level: "operator" } },
        trust: { regions: [] },
        tags: null,
      }),
    },
  };
}
fleets.mixed = {
  defaults: { deploy_role_arn: "arn:{partition}:iam::{account_id}:role/TerraformDeploy" },
  accounts: Object.fromEntries(
    PARTITIONS.map(([partition, region, other], index) => [
      `in-${partition}`,
      { ...everything(partition, region, other, `10000000000${index}`), deploy_role_arn: undefined },
    ]),
  ),
};

const node = (script: string, args: readonly string[], env: Record<string, string>) =>
  execFileSync(process.execPath, ["--import", "tsx", script, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
const undated = (page: string) => page.replace(/20\d\d-\d\d-\d\d[T ]\d\d:\d\d(Z| UTC)/g, (_, end) => `DATE${end}`);

for (const [name, fleet] of Object.entries(fleets)) {
  write(`${name}/accounts.yaml`, JSON.stringify(fleet, null, 1));
  const file = join(out, name, "accounts.yaml");
  const env = { ACCOUNTS_FILE: file, CDKTF_OUTDIR: join(out, name, "cdktf.out") };
  node("main.ts", [], env);
  const page = join(out, name, "report.html");
  node("scripts/report.ts", ["--output", page], env);
  const changed = JSON.parse(JSON.stringify(fleet));
  for (const account of Object.values(changed.accounts) as Record<string, unknown>[]) {
    account.tags = { New: "tag" };
    delete account.policies;
    account.cloudwatch_agent = { added: {} };
    account.role = { ...(account.role as object), path: "/other/" };
    if (account.user_access) account.user_access = { admins: { level: "operator" } };
  }
  write(`${name}/changed.yaml`, JSON.stringify(changed, null, 1));
  node("scripts/report.ts", ["--output", `${page}.changed.html`, "--since", page], {
    ...env,
    ACCOUNTS_FILE: join(out, name, "changed.yaml"),
  });
  node("scripts/report.ts", ["--output", `${page}.from.html`, "--from", env.CDKTF_OUTDIR], env);
  for (const one of [page, `${page}.changed.html`, `${page}.from.html`])
    writeFileSync(one, undated(readFileSync(one, "utf8")));
  const loaded = loadFleet(file);
  write(`${name}/fleet.json`, JSON.stringify([...loaded], null, 1));
  for (const [account, props] of loaded) {
    for (const shell of RUNBOOK_SHELLS) {
      write(`${name}/runbook/${account}.${shell}`, runbook(account, props, shell));
      for (const label of Object.keys(props.activations))
        write(`${name}/runbook/${account}.${label}.${shell}`, activationRunbook(account, props, label, shell));
    }
  }
  // What a program makes of the accounts, and of props that it writes itself.
  const app = newApp(join(out, name, "program.out"));
  for (const [account, props] of loaded) new AccountStack(app, account, { ...props });
  const reader = new TerraformStack(app, "reader");
  for (const props of loaded.values()) {
    const read = remoteServiceRole(reader, props);
    reader.addOverride(`locals.of_${props.id}`, [
      read.roleName,
      read.roleArn,
      read.roleUniqueId,
      read.attachedPolicyArns,
    ]);
  }
  app.synth();
  cpSync(join(out, name, "cdktf.out/manifest.json"), join(out, name, "manifest.json"));
}

for (const script of ["schema", "module"])
  if (existsSync(`scripts/${script}.ts`)) write(`${script}.check`, node(`scripts/${script}.ts`, ["--check"], {}));
{
  const app = newApp(join(out, "module.out"));
  const module = new ModuleStack(app, "module");
  for (const [name, json] of Object.entries(module.files())) write(`module/${name}`, JSON.stringify(json, null, 2));
  app.synth();
}

// A role in a program's own stack: literals, expressions and tokens.
const ROLES: Record<string, (stack: TerraformStack) => object> = {
  literal: () => ({ accountId: "111111111111", region: "eu-central-1" }),
  tags: () => ({
    accountId: "111111111111",
    region: "eu-central-1",
    tags: { A: "b", "c d": "e" },
    cloudwatchAgent: { x: {} },
    activations: { a: {} },
  }),
  expressions: () => ({
    accountId: '${local.ids["a"]}',
    region: "${var.region}",
    partition: '${local.partitions["x"]}',
    role: {
      name: "${var.name}",
      path: "/x/",
      maxSessionDuration: "${var.n}" as unknown as number,
      permissionsBoundary: "${var.b}",
    },
    trust: { regions: ["${var.region}", "eu-central-1"] },
    s3Buckets: { a: { bucket: "bucket", purpose: "run_command" } },
    tags: { A: "${var.a}" },
  }),
  tokens: (stack) => {
    const variable = new TerraformVariable(stack, "name", { type: "string" });
    return {
      accountId: variable.stringValue,
      region: "eu-central-1",
      role: { name: variable.stringValue, description: Fn.join("-", ["a", variable.stringValue]) },
      tags: { A: variable.stringValue },
      userAccess: { a: { level: "administrator", nodeTags: {} } },
      activations: { a: { expiresInDays: 3 } },
    };
  },
};
for (const [name, make] of Object.entries(ROLES)) {
  const app = newApp(join(out, "roles", name));
  const stack = new TerraformStack(app, "s");
  const role = new HybridServiceRole(stack, "role", make(stack) as never);
  write(
    `roles/${name}.json`,
    JSON.stringify(
      [role.roleName, role.roleArn, role.roleUniqueId, role.attachedPolicyArns, role.attachments, role.outputs],
      null,
      1,
    ),
  );
  app.synth();
}

// Errors: each field of a full account spoilt in several ways, in the file and in a program.
const SPOILT: readonly unknown[] = [
  null,
  7,
  true,
  "",
  "${x}",
  "zz zz",
  [],
  ["x", "x"],
  {},
  { x: 1 },
  "arn:aws:iam::999999999999:policy/x",
  "{account_id}",
];
function paths(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...paths(inner, [...at, key])]);
}
function edited(
  value: unknown,
  [key, ...rest]: readonly string[],
  change: (k: string, v: unknown) => [string, unknown][],
): unknown {
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] =>
    name !== key ? [[name, inner]] : rest.length === 0 ? change(name, inner) : [[name, edited(inner, rest, change)]],
  );
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
const said = (make: () => unknown): string => {
  try {
    make();
    return "fine";
  } catch (error) {
    if (!(error instanceof InvalidInputError)) return `crash ${(error as Error).message}`;
    return `${error.message}\n${JSON.stringify(error.faults)}`;
  }
};
const changes: Record<string, (k: string, v: unknown) => [string, unknown][]> = {
  gone: () => [],
  renamed: (k, v) => [[`${k}x`, v]],
  twice: (k, v) => [
    [k, v],
    [`${k.toUpperCase()}`, v],
  ],
  ...Object.fromEntries(SPOILT.map((to) => [JSON.stringify(to), (k: string) => [[k, to]]])),
};
function spoil(name: string, value: unknown, use: (value: unknown) => unknown): void {
  const lines: string[] = [];
  for (const path of paths(value)) {
    for (const [how, change] of Object.entries(changes)) {
      const one = edited(value, path, change as never);
      lines.push(
        `## ${path.join(" / ")}: ${how}`,
        said(() => use(one)),
      );
    }
  }
  write(`errors/${name}.txt`, lines.join("\n"));
}
const small = {
  defaults: { tags: { a: "b" } },
  accounts: { all: everything("aws", "eu-central-1", "us-west-2"), b: bare("222222222222", "us-east-1") },
};
spoil("file", small, (value) => parseFleet(JSON.stringify(value, null, 1)));
spoil(
  "defaults",
  {
    defaults: { ...everything("aws", "eu-central-1", "us-west-2"), id: undefined, state: { backend: "local" } },
    accounts: { b: bare("222222222222", "eu-central-1"), c: bare("333333333333", "eu-central-1") },
  },
  (value) => parseFleet(JSON.stringify(value, null, 1)),
);
const props = parseFleet(JSON.stringify(small)).get("all") as Record<string, unknown> & { id: string };
spoil("account-stack", props, (value) => new AccountStack(newApp(join(out, "none")), "n", value as never));
const { id, deployRoleArn: _, externalId: __, state: ___, ...roleProps } = props;
spoil(
  "role",
  { accountId: id, ...roleProps },
  (value) => new HybridServiceRole(new TerraformStack(newApp(join(out, "none")), "s"), "role", value as never),
);
spoil("runbook", props, (value) => runbook("n", value as never));

const TEXTS = [
  "",
  "a",
  "- a",
  "accounts: [",
  "accounts:\n\ta: b",
  "accounts: {}\naccount: {}",
  "accounts:\n  a: &x\n    id: *x",
  "accounts:\n  a: *y",
  "a: b\n---\nc: d",
  "accounts:\n  a:\n    id: 012345678901\n    region: eu-central-1",
  "accounts:\n  a:\n    id: 12345678901\n    region: eu-central-1",
  'accounts:\n  a: {id: "111111111111", region: eu-central-1}\n  A: {id: "111111111112", region: eu-central-1}\n  a: {id: "111111111112", region: eu-central-1}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1}\n  b: {id: "111111111111", region: us-east-1}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1, role: !Ref x}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1, tags: {x: "\\u0007"}}',
  'accounts:\n  __proto__: {id: "111111111111", region: eu-central-1}',
  'accounts:\n  a b: {id: "111111111111", region: eu-central-1}',
  'defaults: [x]\naccounts:\n  a: {id: "111111111111", region: eu-central-1, tags: {x: yes, y: 0x10, z: 1.10}}',
  'defaults:\n  state: {backend: s3, bucket: b1b, key: same}\naccounts:\n  a: {id: "111111111111", region: eu-central-1}\n  b: {id: "111111111112", region: us-east-1}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1, state: {backend: s4}}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1, state: s3}',
  'accounts:\n  a: {id: "111111111111", region: eu-central-1, TfToken[x: 1}',
];
write("errors/texts.txt", TEXTS.map((text, index) => `## ${index}\n${said(() => parseFleet(text))}`).join("\n"));
write(
  "errors/missing-file.txt",
  said(() => loadFleet("/nowhere/accounts.yaml")),
);

// State buckets.
void (async () => {
  const at = async (...names: string[]) => {
    for (const name of names) if (existsSync(`${name}.ts`)) return import(join(process.cwd(), name));
  };
  const { stateBuckets } = await at("lib/config/state-buckets");
  const { StateBucketStack } = await at("lib/stacks/state-bucket-stack");
  for (const [partition, region, other] of PARTITIONS) {
    const file = {
      defaults: { deploy_role_arn: "arn:{partition}:iam::{account_id}:role/D", external_id: "xy" },
      accounts: {
        a: bare("111111111111", region, {
          state: {
            backend: "s3",
            bucket: "bkt",
            region: other,
            assume_role: { role_arn: `arn:${partition}:iam::111111111111:role/S` },
          },
        }),
        b: bare("222222222222", region, {
          state: {
            backend: "s3",
            bucket: "bkt",
            region: other,
            assume_role: { role_arn: `arn:${partition}:iam::111111111111:role/D` },
          },
        }),
        c: bare("333333333333", region, {
          state: {
            backend: "s3",
            bucket: "ccc",
            kms_key_id: "alias/x",
            assume_role: { role_arn: `arn:${partition}:iam::333333333333:role/S` },
          },
        }),
      },
    };
    const fleet = parseAccounts(JSON.stringify(file));
    const app = newApp(join(out, "state-buckets", partition));
    for (const bucket of stateBuckets(fleet, [...fleet.keys()], "f")) {
      new StateBucketStack(app, bucket.name, { bucket });
      new StateBucketStack(app, `${bucket.name}-local`, { bucket, localState: "x.tfstate", adopt: true });
    }
    app.synth();
    spoil(`state-buckets-${partition}`, file, (value) => {
      const spoilt = parseAccounts(JSON.stringify(value, null, 1));
      stateBuckets(
        spoilt,
        [...spoilt].filter(([, { fields }]) => fields.state.backend === "s3").map(([name]) => name),
        "f",
      );
    });
  }
})();
