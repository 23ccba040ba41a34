/** The end: running answers finish, nothing new begins, then the process leaves. Knows no server and no signal by itself. */
import type { Log } from "../runtime.ts";
import type { Listener } from "./shell.ts";

export interface DrainParts {
  readonly listener: Pick<Listener, "stop">;
  /** Asked when it begins, since a reload may have changed it. */
  limitMs(): number;
  /** Gives back what this process holds, once nothing runs any more; never rejects. */
  close?(): Promise<void>;
  readonly log: Log;
  exit(code: number): void;
}

/** 128 plus the signal's number, as a shell counts. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export type EndSignal = keyof typeof exitCodes;
export const endSignals = ["SIGTERM", "SIGINT"] as const satisfies readonly EndSignal[];

/** To be called for each signal: the first begins the drain and ends with 0, a second one leaves at once. */
export function createDrain({
  listener,
  limitMs,
  close,
  log,
  exit,
}: DrainParts): (signal: EndSignal) => void {
  let isDraining = false;

  async function drain(signal: EndSignal): Promise<void> {
    const limit = limitMs();
    log.info("drain-start", { signal, seconds: limit / 1000 });
    try {
      if (await listener.stop(limit)) log.info("drain-end");
      else log.warn("drain-end", { problem: "answers that took longer than server.drain_timeout were cut" });
      await close?.();
      exit(0);
    } catch (thrown) {
      log.error("drain-failed", { error: thrown });
      exit(1);
    }
  }

  return (signal) => {
    if (isDraining) {
      exit(exitCodes[signal]);
      return;
    }
    isDraining = true;
    void drain(signal);
  };
}
