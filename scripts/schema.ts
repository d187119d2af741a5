/** Writes accounts.schema.json from the zod schema; with --check, only says whether the file is current. */
import { fleetJsonSchema } from "../lib/config/json-schema";
import { generated } from "./support/generated";

generated("accounts.schema.json", `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`, "schema");
