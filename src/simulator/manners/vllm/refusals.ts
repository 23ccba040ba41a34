/** What vLLM says when it refuses: OpenAI's object with an integer code (vllm#12886). */
import type { Failure } from "../../failure.ts";
import { Refusal } from "../../refusal.ts";
import type { StreamEvent } from "../../stream-event.ts";

const types: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  404: "NotFoundError",
  429: "TooManyRequestsError",
};

/** The type is the name of an exception, the code the status as a number. */
export function refuseWith(code: number, message: string): Refusal {
  const type = types[code] ?? "InternalServerError";
  return new Refusal(code, { message, type, param: null, code });
}

/** Pydantic's own words: a list of dictionaries as Python prints it. */
export function refuseField(type: string, field: string, message: string): Refusal {
  return refuseWith(400, `[{'type': '${type}', 'loc': ('body', '${field}'), 'msg': '${message}'}]`);
}

/** In Pydantic's words. */
export function malformedBody(text: string): Refusal {
  return refuseWith(
    400,
    `[{'type': 'json_invalid', 'loc': ('body', ${text.length}), 'msg': 'JSON decode error'}]`,
  );
}

/** A prompt, or what is to follow it, that does not fit. */
export function overflow(promptTokens: number, maxTokens: number, contextLength: number): Refusal {
  const wanted = Number.isFinite(maxTokens) ? maxTokens : 0;
  return refuseWith(
    400,
    `This model's maximum context length is ${contextLength} tokens. However, you requested ${promptTokens + wanted} tokens (${promptTokens} in the messages, ${wanted} in the completion). Please reduce the length of the messages or completion.`,
  );
}

const simulatedOverflow = overflow(40_091, Infinity, 4_096);

/** Each failure in vLLM's words. */
export function refuse(failure: Failure): Refusal {
  switch (failure) {
    case "overflow":
      return simulatedOverflow;
    case "unauthorized":
      return new Refusal(401, "Unauthorized");
    case "rate-limit":
      return refuseWith(429, "Simulated limit: too many requests.");
    case "compute":
    case "unloaded":
      return refuseWith(500, "EngineCore encountered an issue. See stack trace (above) for the root cause.");
    case "error-200":
      return new Refusal(200, "Simulated failure under a status of success.");
    case "error-object-200": {
      const { error } = refuseWith(500, "Simulated failure under a status of success.");
      return new Refusal(200, error);
    }
    case "engine":
      return refuseWith(500, "Simulated failure of the engine.");
  }
}

/** As data like any other (goose#8021). */
export function failureEvent(failure: Failure): StreamEvent {
  return { stage: "close", data: JSON.stringify({ error: refuse(failure).error }) };
}
