import { fleetJsonSchema } from "../lib/config/json-schema";
import { generator } from "./support/generated";

generator("schema", "Writes the JSON Schema of accounts.yaml from the zod schema.", () => ({
  "accounts.schema.json": `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`,
}));
