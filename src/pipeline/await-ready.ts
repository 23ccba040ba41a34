/** What a request waits for on a backend before it is sent: that the box is awake and the model in its memory. */
import type { Exchange } from "../exchange.ts";
import { formatLoadProgress } from "../route/load-progress.ts";
import type { LoadTicket } from "../route/model-loads.ts";
import type { BackendSnapshot } from "../route/pool.ts";
import { toWakePlan } from "../upstream/wake.ts";
import type { Services } from "./services.ts";
import type { StopSignal } from "../stop-signal.ts";

/** Rejects with a ProxyError where it comes to nothing, or at once when the client leaves. */
export async function awaitReady(
  snapshot: BackendSnapshot,
  exchange: Exchange,
  model: string | undefined,
  signal: StopSignal,
  { waker, loadWaits, pool, plan }: Pick<Services, "waker" | "loadWaits" | "pool" | "plan">,
): Promise<void> {
  const { backend, status } = snapshot;
  let current: BackendSnapshot | undefined = snapshot;
  if (status === "down" && backend.wake !== undefined) {
    await tell(exchange, waker.wake(backend, toWakePlan(backend.wake), signal));
    current = pool.snapshot(plan).find((one) => one.backend.name === backend.name);
  }
  const load = current && loadWaits.waitFor(current, model, signal);
  if (load !== undefined) await tell(exchange, load);
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
