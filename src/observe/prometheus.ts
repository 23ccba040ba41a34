/** Counts by prom-client, for Prometheus. Loaded by the shells that can; knows no pipeline. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics, RequestSample, Standing } from "./metrics.ts";
import { createTallies, type Tallies } from "./tally.ts";

/** From a cached answer to a long generation. */
const secondsBuckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
/** From a small model on a large box to a large one on a small box. */
const tokenBuckets = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1];

const served = ["backend", "alias", "endpoint"] as const;

export function createPrometheusMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  if (registry === undefined) throw new Error("unreachable");
  collectDefaultMetrics({ register: registry, prefix: "proxy_" });
  const record = createRequestRecord(registers);
  const stand = createStandingGauges(registers);
  return {
    requestEnded: record,
    async expose(standing) {
      stand(standing);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function createRequestRecord(registers: Registry[]): (sample: RequestSample) => void {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, labelNames: served, registers });

  const tallies = createTallies();
  createTalliedCounters(tallies, registers);
  const variants = counter("proxy_variant_requests_total", "Requests of shared aliases, by their model.", [
    "alias",
    "variant",
    "status",
  ]);
  const retries = counter("proxy_retries_total", "Tries in vain before the answer.", served);
  const durations = histogram(
    "proxy_request_seconds",
    "From the request to the answer's end.",
    secondsBuckets,
  );
  const firstBytes = histogram(
    "proxy_ttft_seconds",
    "From the request to a stream's first byte.",
    secondsBuckets,
  );
  const waits = histogram(
    "proxy_queue_wait_seconds",
    "Waits for a place on a backend, of those who had to.",
    secondsBuckets,
  );
  const pauses = histogram("proxy_inter_token_seconds", "A stream's mean time between tokens.", tokenBuckets);

  return (sample) => {
    const { backend, alias, endpoint, status, variant } = sample;
    const labels = { backend, alias, endpoint };
    tallies.count(sample);
    if (variant !== undefined) variants.inc({ alias, variant, status });
    durations.observe(labels, sample.seconds);
    if (sample.ttftSeconds !== undefined) firstBytes.observe(labels, sample.ttftSeconds);
    if (sample.waitedSeconds > 0) waits.observe(labels, sample.waitedSeconds);
    if (sample.interTokenSeconds !== undefined) pauses.observe(labels, sample.interTokenSeconds);
    if (sample.retries > 0) retries.inc(labels, sample.retries);
  };
}

/** Filled from the tallies whenever a scraper asks. */
function createTalliedCounters(tallies: Tallies, registers: Registry[]): void {
  const requests = new Counter({
    name: "proxy_requests_total",
    help: "Requests that ended.",
    labelNames: [...served, "status"] as const,
    registers,
    collect() {
      requests.reset();
      for (const { labels, byStatus } of tallies.all()) {
        for (const [status, count] of byStatus) requests.inc({ ...labels, status }, count);
      }
    },
  });
  const tokens = new Counter({
    name: "proxy_tokens_total",
    help: "Tokens as the backends counted them.",
    labelNames: [...served, "kind"] as const,
    registers,
    collect() {
      tokens.reset();
      for (const { labels, promptTokens, completionTokens } of tallies.all()) {
        if (promptTokens !== undefined) tokens.inc({ ...labels, kind: "prompt" }, promptTokens);
        if (completionTokens !== undefined) tokens.inc({ ...labels, kind: "completion" }, completionTokens);
      }
    },
  });
}

function createStandingGauges(registers: Registry[]): (standing: Standing) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers });

  const depth = gauge("proxy_queue_depth", "Requests that wait for a place on a backend.");
  const running = gauge("proxy_requests_running", "Requests that have a place on a backend.");
  const shared = gauge("proxy_state_shared", "1 where limits are meant to be held with other replicas.");
  const degraded = gauge("proxy_state_degraded", "1 while what replicas share cannot be reached.");
  const up = gauge("proxy_backend_up", "1 while the backend answers.", ["backend"]);
  const drained = gauge("proxy_backend_drained", "1 while the backend is drained.", ["backend"]);
  const inFlight = gauge("proxy_backend_in_flight", "Requests that the backend works on.", ["backend"]);

  return (standing) => {
    depth.set(standing.waiting);
    running.set(standing.running);
    shared.set(Number(standing.isStateShared));
    degraded.set(Number(standing.isStateDegraded));
    // A reload may have taken one away.
    for (const one of [up, drained, inFlight]) one.reset();
    for (const { name: backend, ...of } of standing.backends) {
      up.set({ backend }, Number(of.isUp));
      drained.set({ backend }, Number(of.isDrained));
      inFlight.set({ backend }, of.inFlight);
    }
  };
}
