/** A chat stream as the events of a Responses stream, numbered and in OpenAI's order. Knows no bytes and no clock. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { createOutput } from "./output.ts";
import {
  formatResponse,
  formatResponseError,
  notEnded,
  type ResponseEnd,
  type ResponseFacts,
} from "../../protocol/openai/response-object.ts";

/** The events of one response. After `end` or `fail` there are no more. */
export interface ResponseEvents {
  /** The events that one chat chunk leads to. */
  chunk(chunk: JsonObject): readonly JsonObject[];
  /** The events after the last chunk. */
  end(): readonly JsonObject[];
  /** The events of an answer that broke off, for an OpenAI error body. */
  fail(error: unknown): readonly JsonObject[];
}

const cutShort = {
  error: { type: "server_error", message: "The backend's answer broke off before its end." },
};

/** State for one stream; `asked` is the Responses request. */
export function createResponseEvents(asked: JsonObject, facts: ResponseFacts): ResponseEvents {
  let events: JsonObject[] = [];
  let sequenceNumber = 0;
  let isEnded = false;
  let finishReason: string | undefined;
  let usage: unknown;

  const emit = (type: string, fields: JsonObject) => {
    events.push({ type, sequence_number: sequenceNumber, ...fields });
    sequenceNumber += 1;
  };
  const { reasoning } = asked;
  const summarises = isJsonObject(reasoning) && typeof reasoning["summary"] === "string";
  const output = createOutput(facts.id.replace(/^resp_/, ""), emit, summarises);
  const take = (step: () => void): readonly JsonObject[] => {
    if (isEnded) return [];
    if (sequenceNumber === 0) {
      emit("response.created", { response: formatResponse(asked, facts, notEnded) });
      emit("response.in_progress", { response: formatResponse(asked, facts, notEnded) });
    }
    step();
    const taken = events;
    events = [];
    return taken;
  };
  const finish = (end: Partial<ResponseEnd> & { readonly status: string }) => {
    isEnded = true;
    const whole = { ...notEnded, usage, output: output.format(), ...end };
    emit(`response.${end.status}`, { response: formatResponse(asked, facts, whole) });
  };
  const fail = (error: unknown) => finish({ status: "failed", error: formatResponseError(error) });

  return {
    chunk: (chunk) =>
      take(() => {
        usage = isJsonObject(chunk["usage"]) ? chunk["usage"] : usage;
        // A response is one choice.
        const choice = objectsIn(chunk["choices"]).find(({ index = 0 }) => index === 0);
        if (choice === undefined) return;
        const { delta, logprobs, finish_reason: reason } = choice;
        const tokens =
          isJsonObject(logprobs) && Array.isArray(logprobs["content"]) ? logprobs["content"] : [];
        if (isJsonObject(delta)) output.add(delta, tokens);
        if (typeof reason === "string") finishReason = reason;
      }),
    end: () =>
      take(() => {
        // Without a reason the backend did not finish, whatever its stream says.
        if (finishReason === undefined) return fail(cutShort);
        const incompleteReason = incompleteReasonOf(finishReason);
        const status = incompleteReason === null ? "completed" : "incomplete";
        output.close(status);
        return finish({ status, incompleteReason });
      }),
    fail: (error) => take(() => fail(error)),
  };
}

function incompleteReasonOf(finishReason: string): ResponseEnd["incompleteReason"] {
  if (finishReason === "length") return "max_output_tokens";
  return finishReason === "content_filter" ? "content_filter" : null;
}
