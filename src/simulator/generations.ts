/** Counts generations, so that a test can see what reached the box. Knows nothing of their content. */
import { createWork, type Work } from "./work.ts";

export interface GenerationCounts {
  readonly started: number;
  readonly finished: number;
  readonly cancelled: number;
  readonly active: number;
}

export interface Generations {
  begin(requestSignal: AbortSignal): Work;
  counts(): GenerationCounts;
}

/** Makes the counters of one simulator. Work that a fault ended counts as finished: the client did not leave. */
export function createGenerations(): Generations {
  let started = 0;
  const ended = { finished: 0, cancelled: 0 };
  const listening = new Set<AbortSignal>();
  return {
    begin(requestSignal) {
      started += 1;
      // A signal that nothing else holds is collected as garbage, and nobody hears it any more.
      listening.add(requestSignal);
      return createWork(requestSignal, (outcome) => {
        listening.delete(requestSignal);
        ended[outcome] += 1;
      });
    },
    counts: () => ({ started, ...ended, active: started - ended.finished - ended.cancelled }),
  };
}
