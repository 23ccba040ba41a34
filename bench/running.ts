/** A candidate that runs: its port, its process, and how long it took to its first answer. */
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Candidate, Place } from "./candidates/candidate.ts";
import { endProcess, proxyCore, spawnPinned } from "./pinned.ts";
import { aliasOf, bodyKinds } from "./requests.ts";

export interface Running {
  readonly candidate: Candidate;
  readonly port: number;
  readonly headers: readonly string[];
  /** Undefined where the box is asked directly. */
  readonly pid: number | undefined;
  /** From its start to its first answer, in milliseconds. */
  readonly startMs: number;
  /** What clients call a model of the box. */
  nameOf(localName: string): string;
  stop(): Promise<void>;
}

const startLimitMs = 30_000;

export async function startCandidate(candidate: Candidate, place: Omit<Place, "port">): Promise<Running> {
  const port = await freePort();
  const command = await candidate.prepare({ ...place, port });
  const headers = candidate.headers({ ...place, port });
  const nameOf = candidate.mapsNames ? aliasOf : (name: string) => name;
  if (command === undefined) {
    const stop = () => Promise.resolve();
    return { candidate, port: place.boxPort, headers, pid: undefined, startMs: 0, nameOf, stop };
  }
  const logFile = join(place.folder, `${candidate.name}-${port}.log`);
  const log = openSync(logFile, "w");
  const begun = performance.now();
  const child = spawnPinned(proxyCore, command, ["ignore", log, log]);
  const ask = () => isAnswered(port, headers, nameOf("local/plain"));
  while (!(await ask())) {
    const isLate = performance.now() - begun > startLimitMs;
    if (!isLate && child.exitCode === null) continue;
    await endProcess(child);
    const told = readFileSync(logFile, "utf8").slice(-2_000);
    throw new Error(`${candidate.name} gave no answer after its start:\n${told}`);
  }
  const startMs = performance.now() - begun;
  return { candidate, port, headers, pid: child.pid, startMs, nameOf, stop: () => endProcess(child) };
}

async function isAnswered(port: number, headers: readonly string[], model: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: [["content-type", "application/json"], ...headers.map(splitHeader)],
      body: JSON.stringify(bodyKinds.plain(model)),
    });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // Nobody listens yet; a short pause leaves the other core's time to those who start.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return false;
  }
}

/** For `fetch`. */
export function splitHeader(header: string): [string, string] {
  const colon = header.indexOf(":");
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
}

/** Below the ports that outgoing connections get: one of those could take it before the candidate listens. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
