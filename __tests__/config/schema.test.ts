import { z } from "zod";
import { accountSchema, defaultsSchema, fleetSchema } from "../../lib/config/schema";
import { FEATURES } from "../../lib/features/features";

const ACCOUNT = { id: "111111111111", region: "eu-central-1" };

test("every feature is a field of an account, off when it is left out", () => {
  const account = accountSchema.parse(ACCOUNT);
  for (const { name, description } of FEATURES) {
    expect(account[name]).toEqual({});
    expect(z.globalRegistry.get(accountSchema.shape[name])?.description).toBe(description);
  }
});

test("defaults hold the fields of an account but its id", () => {
  expect([...Object.keys(defaultsSchema.shape), "id"].sort()).toEqual(Object.keys(accountSchema.shape).sort());
});

test("a file holds accounts, and perhaps defaults", () => {
  expect(fleetSchema.safeParse({ accounts: { a: ACCOUNT } }).success).toBe(true);
  expect(fleetSchema.safeParse({ accounts: { a: ACCOUNT }, defaults: { region: "us-east-1" } }).success).toBe(true);
  expect(fleetSchema.safeParse({ defaults: {} }).success).toBe(false);
  expect(fleetSchema.safeParse({ accounts: {}, other: 1 }).success).toBe(false);
});
