/** Writes the interfaces of a program's props from the schemas; with --check, only says whether the file is current. */
import { generated } from "./support/generated";
import { interfaces } from "./support/interfaces";

generated("lib/props.ts", interfaces(), "props");
