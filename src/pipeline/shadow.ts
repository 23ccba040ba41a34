/** Sends a copy of a request to a model on trial and drops what it answers. The client neither waits for it nor learns of it. */
import type { ChunkReader } from "../byte-channel.ts";
import { createCancellation } from "../http/cancel.ts";
import { encodeModelName, setModel } from "../protocol/openai/splice.ts";
import type { Opener } from "./fallbacks.ts";
import type { ModelRequestBody } from "./request-body.ts";
import type { Journey, OpenAnswer } from "./open-answer.ts";

/** Nobody waits for it, so nobody would notice one that never ends. */
const longestMs = 600_000;

/** Below all that a key can be given, and of what JSON can hold: a copy waits behind everybody. */
const lowestPriority = Number.MIN_SAFE_INTEGER;

/**
 * Begins once `first`, the client's own answer, has begun or failed. Resolves when the copy was answered and read to its end,
 * for whoever has to keep the request alive; never rejects.
 */
export async function runShadow(
  first: Promise<unknown>,
  open: Opener,
  clientHeaders: Headers,
  { fields, bytes }: ModelRequestBody,
  journey: Journey,
): Promise<void> {
  const { services } = journey;
  const { runtime } = services;
  const model = journey.exchange.target?.shadow;
  if (model === undefined) return;
  await first.catch(() => {});
  const work = createCancellation(new AbortController().signal, "parent");
  const stopTimer = runtime.setTimer(() => work.cancel("idle-timeout"), longestMs);
  const exchange = {
    ...journey.exchange,
    id: `${journey.exchange.id}-shadow`,
    startedAt: runtime.now(),
    target: { model, via: "alias" as const },
    priority: lowestPriority,
    tokens: { prompt: undefined, completion: undefined },
    mends: new Set<string>(),
    fallback: undefined,
    backend: undefined,
    attempts: 0,
    waitedMs: 0,
    waitingFor: undefined,
    firstByteAt: undefined,
  };
  let opened: OpenAnswer | undefined;
  let problem: string | undefined;
  try {
    const copy = { fields, bytes: setModel(bytes, encodeModelName(model)) };
    opened = await open(clientHeaders, copy, { ...journey, exchange, work });
    if (opened.answer.kind === "stream") await readToEnd(opened.answer.source.reader);
  } catch (thrown) {
    problem = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    stopTimer();
    opened?.attempt.release(problem === undefined ? "success" : "neutral");
    work.finish();
  }
  const ms = runtime.now() - exchange.startedAt;
  runtime.log.info("shadow-end", { request: exchange.id, model, backend: exchange.backend, ms, problem });
}

async function readToEnd(reader: ChunkReader): Promise<void> {
  for (;;) {
    const { done } = await reader.read();
    if (done) return;
  }
}
