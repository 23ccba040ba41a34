/** What the metrics get of a request that ended: a few labels that no client can make many of, and seconds. Pure. */
import type { Exchange } from "../exchange.ts";
import type { RequestSample } from "../observe/metrics.ts";

/** The routes that a label names; what is only passed on has any path. */
const endpoints: ReadonlySet<string> = new Set([
  "/chat/completions",
  "/completions",
  "/embeddings",
  "/responses",
  "/messages",
  "/messages/count_tokens",
  "/models",
]);

const other = "other";

/** `now` is in milliseconds since the epoch; `outcome` is as `settle` has it. */
export function toSample(
  exchange: Exchange,
  { status, outcome }: { readonly status: number; readonly outcome: "ended" | "faulted" | "cancelled" },
  now: number,
): RequestSample {
  const { startedAt, firstByteAt, tokens, target } = exchange;
  const hasTokens = exchange.streamed && firstByteAt !== undefined && (tokens.completion ?? 0) > 1;
  return {
    endpoint: endpoints.has(exchange.route) ? exchange.route : other,
    alias: aliasOf(exchange),
    backend: exchange.backend ?? "",
    status: outcome === "faulted" ? "cut" : String(status),
    variant: target?.variant,
    seconds: (now - startedAt) / 1000,
    ttftSeconds:
      firstByteAt === undefined || !exchange.streamed ? undefined : (firstByteAt - startedAt) / 1000,
    interTokenSeconds: hasTokens ? (now - firstByteAt) / 1000 / ((tokens.completion ?? 2) - 1) : undefined,
    waitedSeconds: exchange.waitedMs / 1000,
    promptTokens: tokens.prompt,
    completionTokens: tokens.completion,
    retries: Math.max(0, exchange.attempts - 1),
  };
}

/** The asked name only where it stands in the configuration, else the model that serves it: names are a client's to make up. */
function aliasOf({ alias, target }: Exchange): string {
  if (target === undefined || target.via === "asked") return other;
  return target.via === "alias" ? (alias ?? other) : target.model;
}
