/** Keeps the machine's cores from sleeping while it is measured, where the system lets it. */
import { openSync, writeSync } from "node:fs";

/** Linux: how many microseconds a core may take to wake up, for as long as the file is open. */
const latencyFile = "/dev/cpu_dma_latency";

/**
 * To be called once; it lasts until the process ends. False where cores may sleep: then whoever wakes one pays for that, on
 * a virtual machine more than nginx does for a whole request.
 */
export function keepCoresAwake(): boolean {
  try {
    writeSync(openSync(latencyFile, "w"), new Uint8Array(4));
    return true;
  } catch {
    return false;
  }
}
