/** Checks what the proxy answered against OpenAI's own schema, and against what a schema cannot say. */
import { isJsonObject, type JsonObject } from "../../src/protocol/openai/fields.ts";
import type { Recorded } from "../clients/places.ts";
import { checkAgainstSchema } from "./against-schema.ts";
import { type Asked, readAsked } from "./asked.ts";
import { checkChunks, type ChunkAt } from "./choice-stream.ts";
import { type EventStream, readEventStream } from "./event-stream.ts";
import type { Checked } from "./known-deviations.ts";
import { type Endpoint, endpointOf } from "./openai-path.ts";
import type { Deviation } from "./openai-schema.ts";
import { checkEvents, type EventAt } from "./response-stream.ts";
import { checkChoices, checkEmbeddings, checkModelList } from "./whole-answer.ts";

/** One line a deviation: where, and what the schema wants there. */
export function findDeviations(recorded: Recorded): readonly string[] {
  const { method, path, status, answer } = recorded;
  if (method === "OPTIONS" || method === "HEAD") return [];
  const endpoint = endpointOf(path);
  if (endpoint === "elsewhere") return [];
  // OpenAI's schema tells nothing of the answer to a deletion.
  if (method === "DELETE" && status === 200) return [];
  const found =
    status >= 400
      ? checkJson(recorded, "error", () => [])
      : recorded.contentType.startsWith("text/event-stream")
        ? checkStream(endpoint, answer, readAsked(recorded.request))
        : checkAnswer(endpoint, recorded);
  return found.map(({ at, what }) => `${method} ${path} ${status}: ${at} ${what}`);
}

type Rule = (body: JsonObject, asked: Asked) => readonly Deviation[];

const none: Rule = () => [];
const answers: Partial<Record<Endpoint, readonly [Checked, Rule]>> = {
  chat: ["chat answer", checkChoices],
  completions: ["completion", checkChoices],
  embeddings: ["embeddings", checkEmbeddings],
  models: ["model list", checkModelList],
  model: ["model", none],
  responses: ["response", none],
  "input items": ["input items", none],
};

function checkAnswer(endpoint: Endpoint, recorded: Recorded): readonly Deviation[] {
  const [checked, rule] = answers[endpoint] ?? [];
  if (checked === undefined || rule === undefined)
    return [{ at: "answer", what: "has no schema to be checked by" }];
  const asked = readAsked(recorded.request);
  const found = checkJson(recorded, checked, (body) => rule(body, asked));
  return asked.isStream ? [{ at: "answer", what: "is no stream though asked for" }, ...found] : found;
}

function checkJson(
  { contentType, answer }: Recorded,
  checked: Checked,
  rule: (body: JsonObject) => readonly Deviation[],
): readonly Deviation[] {
  const found: Deviation[] = [];
  if (!/^application\/json($|;)/.test(contentType))
    found.push({ at: "content-type", what: `is ${contentType}` });
  const body = parse(answer);
  if (body === undefined) return [...found, { at: "answer", what: `is no JSON: ${answer.slice(0, 60)}` }];
  const against = checkAgainstSchema(checked, body);
  return [...found, ...against, ...(isJsonObject(body) ? rule(body) : [])];
}

function checkStream(endpoint: Endpoint, text: string, asked: Asked): readonly Deviation[] {
  const wrong = asked.isStream ? [] : [{ at: "answer", what: "is a stream though not asked for" }];
  if (endpoint === "responses") return [...wrong, ...checkResponseStream(readEventStream(text, true))];
  if (endpoint !== "chat" && endpoint !== "completions") {
    return [...wrong, { at: "stream", what: "has no schema to be checked by" }];
  }
  const checked = endpoint === "chat" ? "chat chunk" : "completion chunk";
  return [...wrong, ...checkChoiceStream(checked, readEventStream(text, false), asked)];
}

function checkChoiceStream(checked: Checked, stream: EventStream, asked: Asked): readonly Deviation[] {
  const found = [...stream.deviations];
  const chunks: ChunkAt[] = [];
  let end: "missing" | "done" | "error" = "missing";
  for (const { index, data } of stream.frames) {
    const at = `frame ${index}`;
    if (end !== "missing") found.push({ at, what: `comes after ${end === "done" ? "[DONE]" : "the error"}` });
    if (data === "[DONE]") {
      end = "done";
      continue;
    }
    const chunk = parse(data);
    const isError = isJsonObject(chunk) && "error" in chunk;
    found.push(
      ...checkAgainstSchema(isError ? "error" : checked, chunk).map((one) => ({ ...one, at: at + one.at })),
    );
    if (isError) end = "error";
    else if (isJsonObject(chunk)) chunks.push({ at, chunk });
  }
  if (end === "missing") found.push({ at: "stream", what: "ends without [DONE] and without an error" });
  return [...found, ...checkChunks(chunks, asked, end === "done")];
}

function checkResponseStream(stream: EventStream): readonly Deviation[] {
  const found = [...stream.deviations];
  const events: EventAt[] = [];
  for (const { index, event, data } of stream.frames) {
    const at = `frame ${index}`;
    const parsed = parse(data);
    found.push(...checkAgainstSchema("response event", parsed).map((one) => ({ ...one, at: at + one.at })));
    if (isJsonObject(parsed)) events.push({ at, named: event, data: parsed });
  }
  return [...found, ...checkEvents(events)];
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
