/** What is wrong between the sections of a configuration, which no section's own schema can see. Data only. */
import type { ConfigPath } from "./config-path.ts";

export interface SectionProblem {
  readonly path: ConfigPath;
  readonly expected: string;
  readonly hint: string;
}
