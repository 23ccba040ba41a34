/** What a phase of the benchmark is, and what phases share: a load with the CPU time that the proxy spent on it. */
import type { Box } from "../box.ts";
import { type LoadOptions, type LoadResult, runLoad } from "../load.ts";
import { cpuBetween, readCpu } from "../proc.ts";
import { type BodyKind, writeBody } from "../requests.ts";
import type { Running } from "../running.ts";

export interface PhaseContext {
  readonly box: Box;
  readonly proxy: Running;
  /** For request bodies. */
  readonly folder: string;
  /** Short: what a developer waits for. */
  readonly isQuick: boolean;
}

/** Numbers by the key of a metric; one that cannot be had is left out. */
export type Measured = Readonly<Record<string, number>>;

export interface Metric {
  readonly key: string;
  readonly title: string;
  /** How it is compared: as a ratio to nginx's, by what it adds to direct's, or not at all. */
  readonly compare: "ratio" | "added" | "none";
  readonly digits: number;
}

export interface Phase {
  readonly name: string;
  /** What happens in it, in one sentence. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Models that it asks for, by their names on the box. */
  readonly models: readonly string[];
  run(context: PhaseContext): Promise<Measured>;
}

export type Ask = Omit<LoadOptions, "port" | "path" | "body" | "headers" | "model"> & {
  readonly kind: BodyKind;
  /** By its name on the box. */
  readonly model: string;
  readonly path?: string;
};

export function loadOptions({ proxy, folder }: PhaseContext, ask: Ask): LoadOptions {
  const { kind, model: localName, path = "/v1/chat/completions", ...rest } = ask;
  const model = proxy.nameOf(localName);
  const body = writeBody(folder, kind, model);
  return { ...rest, port: proxy.port, path, body, headers: proxy.headers, model };
}

export interface LoadWithCpu extends LoadResult {
  /** NaN where there is no proxy. */
  readonly cpuUs: number;
}

/** Throws where an answer was not what it should be: numbers of wrong answers mean nothing. */
export async function measureLoad(context: PhaseContext, ask: Ask): Promise<LoadWithCpu> {
  const { pid, candidate } = context.proxy;
  const options = loadOptions(context, ask);
  const before = pid === undefined ? undefined : readCpu(pid);
  const result = await runLoad(options);
  const cpuUs =
    pid === undefined || before === undefined ? Number.NaN : cpuBetween(before, readCpu(pid)) * 1_000;
  if (result.wrong > 0) {
    throw new Error(`${candidate.name} gave wrong answers: ${JSON.stringify(result.problems)}`);
  }
  return { ...result, cpuUs };
}

/** A run beforehand, so that what is measured is compiled and connected; its numbers are dropped. */
export async function warmUp(context: PhaseContext, ask: Ask): Promise<void> {
  await measureLoad(context, ask);
}
