/** A response that the backend makes itself, kept by the proxy as well: so that it can be read, and gone on from by any way. */
import type { ChunkTranslation } from "../normalise/event-output.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { goOn, parseAnswer } from "./answer-body.ts";
import type { ModelRequestBody } from "./request-body.ts";
import { type Journey, openAnswer, type OpenAnswer } from "./open-answer.ts";

/** Takes a response when it is whole; whatever else it is given it passes over. */
export type KeepResponse = (response: unknown) => void;

export async function keepNative(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
  keep: KeepResponse,
): Promise<OpenAnswer> {
  const model = request.fields.model;
  const open = await openAnswer(clientHeaders, request, { ...journey, translate: () => watch(model, keep) });
  const { answer, attempt } = open;
  if (answer.kind === "json") goOn(open, () => keep(parseAnswer(answer, attempt.backend)));
  return open;
}

/** The events as they are, but for the model's name. */
function watch(model: string, keep: KeepResponse): ChunkTranslation {
  let lastNumber = -1;
  return {
    chunk(event) {
      const { response, sequence_number: number } = event;
      if (typeof number === "number") lastNumber = number;
      if (!isJsonObject(response)) return [event];
      const named: JsonObject = { ...response, model };
      keep(named);
      return [{ ...event, response: named }];
    },
    end: () => [],
    fail: ({ error }) => {
      const { code, message, param } = error;
      return [{ type: "error", code, message, param, sequence_number: lastNumber + 1, error }];
    },
  };
}
