import { generator } from "./support/generated";
import { interfaces } from "./support/interfaces";

generator("props", "Writes the interfaces of a program's props from the zod schemas.", () => ({
  "lib/props.ts": interfaces(),
}));
