/** The text of the start block: where the proxy listens, what it found and what to paste. Pure; shows no secret. */
import type { Plan } from "../config/plan.ts";
import { simulatorUrl } from "../config/schema.ts";
import { labelOf } from "../dialects/label.ts";
import { type BackendSnapshot, listedModels } from "../route/pool.ts";
import { formatOrigin, isLoopback, isWildcard, localOrigin } from "./address.ts";
import { describeAuthentication, describeMapping, describeUnknown, showName } from "./describe-plan.ts";
import { formatRows, type Row } from "./rows.ts";

export interface StartFacts {
  readonly version: string;
  /** Such as `Node 24.1.0`. */
  readonly runtime: string;
  readonly host: string;
  readonly port: number;
  /** This machine's addresses in its networks. */
  readonly addresses: readonly string[];
  readonly configFile: string | undefined;
  readonly plan: Plan;
  /** As they were found after the start. */
  readonly backends: readonly BackendSnapshot[];
}

/** Ends with a line break; the line "Listening on …" is printed before it, as soon as it is true. */
export function formatStartReport(facts: StartFacts): string {
  const { plan, backends } = facts;
  const answering = backends.filter(({ status }) => status === "up");
  const listed = listedModels(answering);
  const mapping = describeMapping(plan, listed);
  const rows: Row[] = [
    ["listens", [`${localOrigin(facts.host, facts.port)}/v1`, ...otherOrigins(facts)]],
    ["config", [facts.configFile === undefined ? "no configuration file" : showName(facts.configFile)]],
    ["backends", backends.map(describeBackend)],
    ["mapping", mapping.length === 0 ? ["none"] : mapping],
    [mapping.length === 0 ? "any name" : "any other", describeUnknown(plan, listed)],
    ["keys", [describeAuthentication(plan)]],
  ];
  return `${[
    `openai-local-proxy ${facts.version} on ${facts.runtime}`,
    formatRows(rows),
    ...warnings(facts, answering.length),
    "",
    "Paste this where the app starts:",
    `  export OPENAI_BASE_URL=${localOrigin(facts.host, facts.port)}/v1 OPENAI_API_KEY=${plan.authenticationEnabled ? "YOUR_KEY" : "local"}`,
  ].join("\n")}\n`;
}

function otherOrigins({ host, port, addresses }: StartFacts): readonly string[] {
  return isWildcard(host) ? addresses.map((address) => `${formatOrigin(address, port)}/v1`) : [];
}

function describeBackend({ backend, status, problem, models }: BackendSnapshot): string {
  const name = showName(backend.name);
  if (status === "down") return `✗ ${name}: ${problem ?? `${labelOf(backend)} does not answer.`}`;
  if (status === "unknown") return `? ${name}: ${labelOf(backend)} has not answered yet`;
  const all = models ?? [];
  const loaded = all.filter(({ isLoaded }) => isLoaded === true).map(({ id }) => showName(id));
  const tellsLoaded = all.some(({ isLoaded }) => isLoaded !== undefined);
  const memory = loaded.length > 0 ? `; loaded: ${loaded.join(", ")}` : tellsLoaded ? "; none is loaded" : "";
  return `✓ ${name}: ${labelOf(backend)} answers, ${countModels(all.length)}${memory}`;
}

function countModels(count: number): string {
  if (count === 0) return "but has no model";
  return count === 1 ? "1 model" : `${count} models`;
}

function warnings({ plan, backends, host }: StartFacts, answering: number): readonly string[] {
  const found: string[] = [];
  const simulated = backends.filter(({ backend }) => backend.baseUrl === simulatorUrl).length;
  if (simulated > 0) {
    const extent = simulated === backends.length ? "every answer is" : "some answers are";
    found.push(`SIMULATED: ${extent} made up by the built-in simulator. No model runs behind it.`);
  }
  if (answering === 0) {
    found.push("No backend answers yet. The proxy serves on, and uses one as soon as it is there.");
  }
  if (!plan.authenticationEnabled && !isLoopback(host)) {
    found.push(
      `WARNING: whoever reaches ${host} may use it without a key. Turn authentication on, or listen on 127.0.0.1.`,
    );
  }
  return found.length === 0 ? [] : ["", ...found];
}
