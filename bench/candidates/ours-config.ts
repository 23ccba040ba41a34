/** The steps of the ladder: the configuration of this proxy with more and more switched on. Pure. */
import type { ConfigInput } from "../../src/config/schema.ts";
import { aliasOf } from "../requests.ts";
import type { Place } from "./candidate.ts";

export const steps = ["mapping", "keys", "mends", "logs", "all"] as const;
export type Step = (typeof steps)[number];

/** What clients send where a key is asked for. */
export const benchKey = "sk-bench-0123456789abcdef";

/** Limits that are counted but never met. */
const wideLimits = {
  requests_per_minute: 1_000_000_000,
  requests_per_day: 1_000_000_000,
  tokens_per_minute: 1_000_000_000_000,
  tokens_per_day: 1_000_000_000_000,
  concurrency: 1_000_000,
};

/** What a soak breaks on purpose must not be mended by another model. */
const canFallBack = (model: string) => model !== "local/fault" && model !== "local/plain";

export type BoxFacts = Pick<Place, "boxPort" | "models" | "places">;

/** Each step has what the steps before it have. */
export function configOf(step: Step, { boxPort, models, places = 100_000 }: BoxFacts): ConfigInput {
  const level = steps.indexOf(step);
  const has = (other: Step) => level >= steps.indexOf(other);
  return {
    backends: {
      box: {
        url: `http://127.0.0.1:${boxPort}`,
        type: has("mends") ? "lmstudio" : "openai",
        // The queue stays in the way, but nothing waits in it: what is measured is the proxy, not the box's places.
        max_concurrency: places,
      },
    },
    model_mapping: Object.fromEntries(models.map((model) => [aliasOf(model), model])),
    ...(has("keys") ? { keys: [{ name: "bench", secret: benchKey, limits: wideLimits }] } : {}),
    logging: has("logs") ? { level: "info", format: "json" } : { level: "error" },
    queue: { max_size: 100_000 },
    health: { interval: has("all") ? 10 : 0 },
    ...(has("all")
      ? {
          limits: { messages: 100_000, stream_seconds: 3_600, stream_bytes: 1_000_000_000 },
          fallbacks: Object.fromEntries(
            models.filter(canFallBack).map((model) => [aliasOf(model), [aliasOf("local/plain")]]),
          ),
          model_options: { "local/*": { reasoning: "separate", merge_system: true } },
        }
      : {}),
  };
}
