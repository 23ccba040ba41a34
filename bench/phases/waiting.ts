/** The phase of requests that wait for a place on the box: what each keeps in memory. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { readMemory } from "../proc.ts";
import { writeBody } from "../requests.ts";
import { type Running, splitHeader, startCandidate } from "../running.ts";
import type { Measured, Phase, PhaseContext } from "./phase.ts";

const model = "local/idle";
const wanted = 5_000;
const queueLimitMs = 60_000;

export const waiting: Phase = {
  name: "waiting",
  title:
    "5,000 requests that wait for the one place of a box, each on its own connection, in a process of their own.",
  models: [model],
  metrics: [
    { key: "requests", title: "requests", compare: "none", digits: 0 },
    { key: "memory", title: "KB a request", compare: "none", digits: 1 },
  ],
  run: measureWaiting,
};

/** Nothing for who has no queue. */
async function measureWaiting({ proxy, box, folder, isQuick }: PhaseContext): Promise<Measured> {
  const { candidate } = proxy;
  if (!candidate.hasQueue) return {};
  const place = { boxPort: box.port, folder, models: ["local/plain", model], profileFolder: undefined };
  const narrow = await startCandidate(candidate, { ...place, places: 1 });
  const sockets: Socket[] = [];
  try {
    const requests = isQuick ? 500 : wanted;
    await ask(narrow, requestText(narrow, folder, "stream"), sockets);
    const text = requestText(narrow, folder, "plain");
    // Compiles what the first of them need.
    await waitTogether(narrow, text, 50, sockets);
    const before = readMemory(narrow.pid ?? 0);
    await waitTogether(narrow, text, 50 + requests, sockets);
    return { requests, memory: (readMemory(narrow.pid ?? 0) - before) / requests / 1_000 };
  } finally {
    for (const socket of sockets) socket.destroy();
    await narrow.stop();
  }
}

function requestText({ headers, nameOf }: Running, folder: string, kind: "plain" | "stream"): string {
  const body = readFileSync(writeBody(folder, kind, nameOf(model)), "utf8");
  const head = [
    "POST /v1/chat/completions HTTP/1.1",
    "host: box",
    "content-type: application/json",
    ...headers,
  ];
  return `${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function ask(proxy: Running, text: string, sockets: Socket[]): Promise<void> {
  const socket = connect(proxy.port, "127.0.0.1");
  sockets.push(socket);
  await once(socket, "connect");
  socket.write(text);
}

/** Until `count` connections have asked and all but the one with the place wait. */
async function waitTogether(proxy: Running, text: string, count: number, sockets: Socket[]): Promise<void> {
  while (sockets.length < count) await ask(proxy, text, sockets);
  const limit = performance.now() + queueLimitMs;
  while ((await readDepth(proxy)) < count - 1) {
    if (performance.now() > limit) throw new Error(`fewer than ${count - 1} requests wait after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function readDepth({ port, headers }: Running): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: headers.map(splitHeader) });
  return Number(/^proxy_queue_depth (\d+)$/m.exec(await answer.text())?.[1] ?? 0);
}
