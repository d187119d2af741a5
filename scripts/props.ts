import { generator } from "./support/generated";
import { interfaces } from "./support/interfaces";

generator("props", "Writes the TypeScript interfaces of the props from the zod schemas.", () => ({
  "lib/props.ts": interfaces(),
}));
