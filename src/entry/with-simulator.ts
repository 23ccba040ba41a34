/** Lets `simulator:` stand for a backend: such URLs are answered in this process. Knows nothing of what they ask for. */
import { simulatorUrl } from "../config/schema.ts";
import { portableFetchInit, type Runtime, type UpstreamInit } from "../runtime.ts";
import { toAbortSignal } from "../stop-signal.ts";
import { createSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";

/** Slow enough for a person to see that the answer streams. */
const defaultPace: SimulatorOptions = { tokenDelayMs: 20 };

/** The same runtime, whose `fetch` sends `simulator:…` to a simulator that is made when it is first needed. */
export function withSimulator(runtime: Runtime, options: SimulatorOptions = defaultPace): Runtime {
  let simulator: Simulator | undefined;
  return {
    ...runtime,
    fetch(url, init) {
      if (!url.startsWith(simulatorUrl)) return runtime.fetch(url, init);
      simulator ??= createSimulator(options);
      return fetchFrom(simulator, url.slice(simulatorUrl.length), init);
    },
  };
}

/** Rejects and breaks off as `fetch` over a network does: with the signal's reason, else with a TypeError. */
async function fetchFrom(simulator: Simulator, path: string, init: UpstreamInit): Promise<Response> {
  const signal = toAbortSignal(init.signal);
  signal.throwIfAborted();
  const request = new Request(`http://simulator.invalid${path}`, portableFetchInit(init));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    const response = await Promise.race([simulator.fetch(request), aborted]);
    const { status, statusText, headers } = response;
    const body = response.body === null ? null : carry(response.body, signal);
    return new Response(body, { status, statusText, headers });
  } catch (thrown) {
    throw signal.aborted ? signal.reason : new TypeError("fetch failed", { cause: thrown });
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** The body at the reader's pace; the signal ends it on both sides, as a closed connection would. */
function carry(source: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let leave = () => {};
  const forget = () => signal.removeEventListener("abort", leave);
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        leave = () => {
          controller.error(signal.reason);
          reader.cancel(signal.reason).catch(() => {});
        };
        if (signal.aborted) leave();
        else signal.addEventListener("abort", leave, { once: true });
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (signal.aborted) return;
          if (!done) {
            controller.enqueue(value);
            return;
          }
          forget();
          controller.close();
        } catch (thrown) {
          forget();
          // The simulator's own words are no error of a network.
          if (!signal.aborted) controller.error(new TypeError("terminated", { cause: thrown }));
        }
      },
      cancel(reason) {
        forget();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
