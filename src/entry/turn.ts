/**
 * Work that comes up for many requests in one turn of the event loop, done together at its end. What touches a socket
 * enters the kernel and wakes another process, and leaves the processor's caches and its predictions cold: between them
 * each request would find the app's code cold again.
 */
import process from "node:process";
import { setImmediate } from "node:timers";
import type { Turn } from "../http1/wire.ts";

type Work = () => void;

/** Does in a row what was added until `schedule` calls back. Work must not throw. */
function createBatch(schedule: (run: Work) => unknown): (work: Work) => void {
  let due: Work[] = [];

  function run(): void {
    const works = due;
    due = [];
    for (const work of works) work();
  }

  return (work) => {
    if (due.length === 0) schedule(run);
    due.push(work);
  };
}

/** For what came in: once all sockets that had something to say have been read. */
export const whenAllIsRead = createBatch(setImmediate);

/** For what goes out: once all that has just come in was worked on. */
export const whenAllIsDone = createBatch((run) => process.nextTick(run));

export const turn: Turn = { whenAllIsRead, whenAllIsDone };
