/** The simulator as a process of its own, which can be killed or frozen: prints its port, then serves until it is ended. */
import { serve } from "@hono/node-server";
import { createSimulator } from "../../src/simulator/simulator.ts";

const tokenDelayMs = Number(process.argv[2] ?? 0);
const { fetch } = createSimulator({ tokenDelayMs });
serve({ fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => void process.stdout.write(`${port}\n`));
