/** Turns steps into a body at the reader's pace, and stops all of it when the client leaves. */
import type { BodyStep } from "./faults-within.ts";
import type { Timing } from "./timing.ts";
import type { Work } from "./work.ts";

/** A body that makes a step only when it is read; `tokenDelayMs` is the pause between two pieces. */
export function createBody(
  steps: Iterator<BodyStep>,
  tokenDelayMs: number,
  work: Work,
  timing: Timing,
): ReadableStream<Uint8Array> {
  work.hold();
  let isFirstPiece = true;

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const next = steps.next();
    if (next.done === true) {
      work.finish();
      controller.close();
      return;
    }
    const step = next.value;
    switch (step.kind) {
      case "frame":
        if (step.isPiece && !isFirstPiece && tokenDelayMs > 0) await timing.pause(tokenDelayMs, work.signal);
        if (step.isPiece) isFirstPiece = false;
        controller.enqueue(step.frame);
        return;
      case "break":
        work.finish();
        controller.error(new Error("The simulator cut the connection, as ordered."));
        return;
      case "silence":
        await timing.pause(Infinity, work.signal);
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Also while nobody reads, when no pull is there to notice. Does nothing to a cancelled stream.
        work.signal.addEventListener("abort", () => controller.error(work.signal.reason), { once: true });
      },
      pull,
      cancel: (reason) => work.cancel(reason),
    },
    // Nothing is made ahead of the reader.
    { highWaterMark: 0 },
  );
}
