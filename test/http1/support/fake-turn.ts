/** The turns of an event loop, done when the test says so. */
import { setImmediate } from "node:timers/promises";
import type { Turn } from "../../../src/http1/wire.ts";

export class FakeTurn implements Turn {
  #read: (() => void)[] = [];
  #done: (() => void)[] = [];

  whenAllIsRead = (work: () => void): void => void this.#read.push(work);
  whenAllIsDone = (work: () => void): void => void this.#done.push(work);

  /** Does all that is due, and all that comes of it, until nothing more does. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await setImmediate();
      const [done, read] = [this.#done, this.#read];
      // What goes out is sent before the next round of what came in.
      if (done.length > 0) this.#done = [];
      else this.#read = [];
      for (const work of done.length > 0 ? done : read) work();
      if (done.length + read.length > 0) quiet = -1;
    }
  }
}
