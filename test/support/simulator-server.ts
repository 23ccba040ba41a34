/** The simulator as a real HTTP server, as tests and benchmarks use it. */
import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { createSimulator, type SimulatorOptions } from "../../src/simulator/simulator.ts";

export interface SimulatorServer {
  readonly url: string;
  stats(): Promise<{ started: number; finished: number; cancelled: number; active: number }>;
  stop(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<SimulatorServer> {
  const simulator = createSimulator(options);
  const { promise, resolve } = Promise.withResolvers<AddressInfo>();
  const server = serve({ fetch: simulator.fetch, port: 0, hostname: "127.0.0.1" }, resolve);
  const url = `http://127.0.0.1:${(await promise).port}`;
  return {
    url,
    stats: async () =>
      (await (await fetch(`${url}/simulator/stats`)).json()) as Awaited<ReturnType<SimulatorServer["stats"]>>,
    stop() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
