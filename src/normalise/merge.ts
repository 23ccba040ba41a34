/** Several answers of one choice each as one answer of several choices, whole and streamed. Knows no backend. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { changeChoices } from "../protocol/openai/change-choices.ts";
import { formatEvent } from "../sse/format.ts";
import { createFrameSplitter } from "../sse/frames.ts";
import { isDone, parseFrame, readData } from "../sse/parse.ts";
import type { StreamSource } from "../sse/stream.ts";

const nothing = new Uint8Array();

/**
 * The first answer with the choices of all, by their place. Of `perPrompt` answers in a row the prompt counts once, as
 * OpenAI counts it.
 */
export function mergeAnswers(answers: readonly JsonObject[], perPrompt: number): JsonObject {
  const choices = answers.flatMap((answer, index) => {
    const placed = changeChoices(answer, (choice) => ({ ...choice, index })) ?? answer;
    return Array.isArray(placed["choices"]) ? placed["choices"] : [];
  });
  const usage = mergeUsage(
    answers.map((answer) => answer["usage"]),
    perPrompt,
  );
  return { ...answers[0], choices, ...(usage === undefined ? {} : { usage }) };
}

/** Streams side by side as one: choices by their place, one id, one usage at the end, one [DONE]; an error ends all. */
export function mergeStreams(sources: readonly StreamSource[], perPrompt: number): StreamSource {
  let wake = () => {};
  let isOver = false;
  let isCancelled = false;
  let id: unknown;
  const usages: unknown[] = sources.map(() => undefined);
  let lastUsage: JsonObject | undefined;

  /** The merged form of one stream's frames; `isError` where it is the last that goes out. */
  function place(data: string, index: number): { bytes: Uint8Array; isError: boolean } {
    const parsed: unknown = JSON.parse(data);
    if (!isJsonObject(parsed)) return { bytes: nothing, isError: false };
    if (isJsonObject(parsed["error"])) return { bytes: formatEvent({ data }), isError: true };
    if (isJsonObject(parsed["usage"]) && Array.isArray(parsed["choices"]) && parsed["choices"].length === 0) {
      usages[index] = parsed["usage"];
      lastUsage = parsed;
      return { bytes: nothing, isError: false };
    }
    id ??= parsed["id"];
    const placed = changeChoices(parsed, (choice) => ({ ...choice, index })) ?? parsed;
    return { bytes: formatEvent({ data: JSON.stringify({ ...placed, id }) }), isError: false };
  }

  async function pump(source: StreamSource, index: number, controller: Controller): Promise<void> {
    const splitter = createFrameSplitter();
    const send = (bytes: Uint8Array) => {
      for (const frame of splitter.push(bytes)) {
        const { data } = parseFrame(frame);
        if (isOver || data.length === 0 || isDone(frame, data)) continue;
        const { bytes: placed, isError } = place(new TextDecoder().decode(readData(frame, data)), index);
        if (placed.byteLength > 0) controller.enqueue(placed);
        if (isError) stop();
      }
    };
    send(source.head);
    for (;;) {
      if (isOver) return;
      if ((controller.desiredSize ?? 1) <= 0)
        await new Promise<void>((resolve) => (wake = chain(wake, resolve)));
      const result = await source.reader.read().catch((cause: unknown) => ({ cause }));
      if ("cause" in result) return send(source.stage.fault(result.cause));
      if (result.done) return send(source.stage.end());
      send(source.stage.push(result.value));
    }
  }

  function stop(): void {
    isOver = true;
    wake();
    for (const { reader } of sources) void reader.cancel().catch(() => {});
  }

  async function pumpAll(controller: Controller): Promise<void> {
    await Promise.all(sources.map((source, index) => pump(source, index, controller)));
    if (isCancelled) return;
    const usage = mergeUsage(usages, perPrompt);
    if (!isOver && usage !== undefined) {
      controller.enqueue(formatEvent({ data: JSON.stringify({ ...lastUsage, id, usage }) }));
    }
    if (!isOver) controller.enqueue(formatEvent({ data: "[DONE]" }));
    controller.close();
  }

  const merged = new ReadableStream<Uint8Array>({
    start(controller) {
      // A defect here must reach the reader, which tells it, and not end the process.
      pumpAll(controller).catch((cause: unknown) => controller.error(cause));
    },
    pull() {
      wake();
      wake = () => {};
    },
    cancel() {
      isCancelled = true;
      stop();
    },
  });
  const fault = (cause: unknown) => sources[0]?.stage.fault(cause) ?? nothing;
  return {
    head: nothing,
    reader: merged.getReader(),
    stage: { push: (chunk) => chunk, end: () => nothing, fault },
  };
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

function chain(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}

function mergeUsage(usages: readonly unknown[], perPrompt: number): JsonObject | undefined {
  const known = usages.filter(isJsonObject);
  const [first] = known;
  if (first === undefined) return undefined;
  const prompt = known.reduce(
    (sum, usage, place) => sum + (place % perPrompt === 0 ? countOf(usage, "prompt_tokens") : 0),
    0,
  );
  const completion = known.reduce((sum, usage) => sum + countOf(usage, "completion_tokens"), 0);
  return {
    ...first,
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

function countOf(usage: JsonObject, key: string): number {
  const count = usage[key];
  return typeof count === "number" ? count : 0;
}
