/** A response by way of chat completions. Knows no backend's own responses. */
import type { ChunkTranslation } from "../normalise/event-output.ts";
import { chatEndpoint } from "../protocol/openai/chat.ts";
import type { ModelRequest } from "../protocol/openai/endpoint.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { ResponseFacts } from "../protocol/openai/response-object.ts";
import { toResponse } from "../translate/responses/answer.ts";
import { createResponseEvents } from "../translate/responses/events.ts";
import { toChatRequest } from "../translate/responses/request.ts";
import { openWithImages } from "./images.ts";
import type { KeepResponse } from "./kept-responses.ts";
import { goOn, parseAnswer } from "./answer-body.ts";
import type { Journey, OpenAnswer } from "./open-answer.ts";
import { toRequestBody } from "./request-body.ts";

interface Before {
  /** The chat messages of the responses before it. */
  readonly history: readonly JsonObject[];
  readonly previousId: string | null;
  readonly keep: KeepResponse;
}

export async function openTranslated(
  clientHeaders: Headers,
  fields: ModelRequest,
  { history, previousId, keep }: Before,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange } = journey;
  const facts: ResponseFacts = {
    id: `resp_${crypto.randomUUID().replaceAll("-", "")}`,
    createdAt: Math.floor(exchange.startedAt / 1000),
    model: fields.model,
    previousResponseId: previousId,
  };
  const chat = { ...toChatRequest(fields, history), model: fields.model };
  const request = toRequestBody(chat, exchange.target?.model);
  const translate = () => keepAtEnd(createResponseEvents(fields, facts), keep);
  const open = await openWithImages(clientHeaders, request, {
    ...journey,
    endpoint: chatEndpoint,
    translate,
  });
  const { answer } = open;
  if (answer.kind === "stream") return open;
  return goOn(open, () => {
    const response = toResponse(parseAnswer(answer, open.attempt.backend), fields, facts);
    keep(response);
    return { ...open, answer: { ...answer, bytes: encode(response) } };
  });
}

/** The same translation, which hands over the whole response when its last event is made. */
function keepAtEnd(translation: ChunkTranslation, keep: KeepResponse): ChunkTranslation {
  return {
    ...translation,
    end() {
      const events = translation.end();
      keep(events.at(-1)?.["response"]);
      return events;
    },
  };
}

function encode(body: JsonObject): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(body));
}
