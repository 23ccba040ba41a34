/** What a request waits for on a backend before it is sent: that the box is awake and the model in its memory. */
import type { Exchange } from "../exchange.ts";
import { formatLoadProgress } from "../route/load-progress.ts";
import type { LoadTicket } from "../route/model-loads.ts";
import type { BackendSnapshot } from "../route/pool.ts";
import { toWakePlan } from "../upstream/wake.ts";
import type { Services } from "./services.ts";
import type { StopSignal } from "../stop-signal.ts";

/** Undefined where there is nothing to wait for. Rejects with a ProxyError where it comes to nothing, or at once when the client leaves. */
export function awaitReady(
  snapshot: BackendSnapshot,
  exchange: Exchange,
  model: string | undefined,
  signal: StopSignal,
  services: Pick<Services, "waker" | "loadWaits" | "pool" | "plan">,
): Promise<void> | undefined {
  const { backend, status } = snapshot;
  if (status === "down" && backend.wake !== undefined) {
    const woken = services.waker.wake(backend, toWakePlan(backend.wake), signal);
    return awaitWoken(woken, snapshot, exchange, model, signal, services);
  }
  return awaitLoaded(snapshot, exchange, model, signal, services);
}

async function awaitWoken(
  woken: LoadTicket,
  { backend: { name } }: BackendSnapshot,
  exchange: Exchange,
  model: string | undefined,
  signal: StopSignal,
  services: Pick<Services, "loadWaits" | "pool" | "plan">,
): Promise<void> {
  await tell(exchange, woken);
  const current = services.pool.snapshot(services.plan).find(({ backend }) => backend.name === name);
  if (current !== undefined) await awaitLoaded(current, exchange, model, signal, services);
}

function awaitLoaded(
  snapshot: BackendSnapshot,
  exchange: Exchange,
  model: string | undefined,
  signal: StopSignal,
  { loadWaits }: Pick<Services, "loadWaits">,
): Promise<void> | undefined {
  const load = loadWaits.waitFor(snapshot, model, signal);
  return load === undefined ? undefined : tell(exchange, load);
}

/** The heartbeats of a stream say what it waits for. */
async function tell(exchange: Exchange, { ready, progress }: LoadTicket): Promise<void> {
  exchange.waitingFor = () => {
    const found = progress();
    return found && formatLoadProgress(found);
  };
  try {
    await ready;
  } finally {
    exchange.waitingFor = undefined;
  }
}
