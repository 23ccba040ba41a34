/** Writes config.schema.json at the project's root, for editors. Holds no rule of the configuration. */
import { writeFile } from "node:fs/promises";
import { configJsonSchema } from "../config/json-schema.ts";

await writeFile(
  new URL("../../config.schema.json", import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
