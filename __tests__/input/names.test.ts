import { z } from "zod";
import { camelName, toCamel, toSnake } from "../../lib/input/names";

const schema = z.strictObject({
  long_name: z.string().optional(),
  s3_buckets: z.record(z.string(), z.strictObject({ kms_key_arn: z.string().optional() })).prefault({}),
  some_tags: z.record(z.string(), z.string()).default({}),
  some_list: z.array(z.string()).optional(),
  state: z
    .discriminatedUnion("backend", [
      z.strictObject({ backend: z.literal("s3"), use_lockfile: z.boolean() }),
      z.strictObject({ backend: z.literal("http"), lock_address: z.string() }),
    ])
    .optional(),
});

const SNAKE = {
  long_name: "a_b",
  s3_buckets: { run_command: { kms_key_arn: "x_y" } },
  some_tags: { Cost_Center: "c_d", "my-key": "e" },
  some_list: ["f_g"],
  state: { backend: "http" as const, lock_address: "h_i" },
};
const CAMEL = {
  longName: "a_b",
  s3Buckets: { run_command: { kmsKeyArn: "x_y" } },
  someTags: { Cost_Center: "c_d", "my-key": "e" },
  someList: ["f_g"],
  state: { backend: "http" as const, lockAddress: "h_i" },
};

test.each([
  ["id", "accountId"],
  ["deploy_role_arn", "deployRoleArn"],
  ["s3_managed_buckets", "s3ManagedBuckets"],
  ["use_2_locks", "use2Locks"],
])("%s becomes %s", (snake, camel) => {
  expect(camelName(snake)).toBe(camel);
});

test("attributes are renamed, keys of maps and values are not", () => {
  expect(toCamel(schema, SNAKE)).toEqual(CAMEL);
  expect(toSnake(schema, CAMEL)).toEqual(SNAKE);
});

test("an attribute that the schema does not know is kept, so that the schema rejects it", () => {
  const value = { unknownName: 1 } as never;
  expect(toSnake(schema, value)).toEqual({ unknownName: 1 });
});

test("the given value is not modified", () => {
  const value = structuredClone(CAMEL);
  toSnake(schema, value);
  expect(value).toEqual(CAMEL);
});
