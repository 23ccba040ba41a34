/** The answer of --check: what the configuration comes to. Pure; asks no backend, shows no secret. */
import { createPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { describeAuthentication, describeMapping, describeUnknown, showName } from "./describe-plan.ts";
import { formatOrigin } from "./address.ts";
import type { LoadedConfig } from "./config-file.ts";
import { formatRows, type Row } from "./rows.ts";

/** Ends with a line break. */
export function formatCheck({ config, file }: LoadedConfig): string {
  const plan = createPlan(config);
  const mapping = describeMapping(plan, undefined);
  const title =
    file === undefined
      ? "There is no configuration file; the defaults and flags are valid"
      : `${file.name} is valid`;
  const rows: Row[] = [
    ["listens", [`${formatOrigin(config.server.host, config.server.port)}/v1`]],
    ["backends", plan.backends.map((backend) => `${showName(backend.name)}: ${labelOf(backend)}`)],
    ["mapping", mapping.length === 0 ? ["none"] : mapping],
    [mapping.length === 0 ? "any name" : "any other", describeUnknown(plan, undefined)],
    ["keys", [describeAuthentication(plan)]],
  ];
  return `${title}\n${formatRows(rows)}\n`;
}
