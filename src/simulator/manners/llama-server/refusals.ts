/** What llama-server says when it refuses: integer codes, and no `param` (recorded: err-*). */
import type { Failure } from "../../failure.ts";
import { Refusal } from "../../refusal.ts";
import type { StreamEvent } from "../../stream-event.ts";

type Kind =
  "invalid_request_error" | "server_error" | "authentication_error" | "not_found_error" | "unavailable_error";

/** The code is the status, as a number; OpenAI has a string there. */
export function refuseWith(code: number, message: string, type: Kind = "invalid_request_error"): Refusal {
  return new Refusal(code, { code, message, type });
}

/** Routes and keys are checked before the handlers, by code that writes the fields in another order. */
export function refuseEarly(code: number, message: string, type: Kind): Refusal {
  return new Refusal(code, { message, type, code });
}

/** Recorded: err-context. */
export function overflow(promptTokens: number, contextLength: number): Refusal {
  return new Refusal(400, {
    code: 400,
    message: `request (${promptTokens} tokens) exceeds the available context size (${contextLength} tokens), try increasing it`,
    type: "exceed_context_size_error",
    n_prompt_tokens: promptTokens,
    n_ctx: contextLength,
  });
}

/** Bodies that are no JSON are the server's fault here: 500, where OpenAI has 400 (recorded: err-bad-json). */
export function malformedBody(text: string): Refusal {
  const fault =
    text === ""
      ? "line 1, column 1: attempting to parse an empty input; check that your input string or stream contains the expected JSON"
      : `line 1, column ${text.length + 1}: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal`;
  return refuseWith(500, `[json.exception.parse_error.101] parse error at ${fault}`, "server_error");
}

const simulatedOverflow = overflow(40_091, 4_096);

/** Each failure in llama-server's words. */
export function refuse(failure: Failure): Refusal {
  switch (failure) {
    case "overflow":
      return simulatedOverflow;
    case "unauthorized":
      return refuseEarly(401, "Invalid API Key", "authentication_error");
    case "unloaded":
      return refuseWith(503, "Loading model", "unavailable_error");
    case "rate-limit":
      return refuseWith(429, "Simulated limit: too many requests.", "unavailable_error");
    case "compute":
      return refuseWith(500, "Compute error.", "server_error");
    case "error-200":
    case "error-object-200": {
      const { error } = refuseWith(500, "Simulated failure under a status of success.", "server_error");
      return new Refusal(200, error);
    }
    case "engine":
      return refuseWith(500, "Simulated failure of the engine.", "server_error");
  }
}

/** As data like any other. */
export function failureEvent(failure: Failure): StreamEvent {
  return { stage: "close", data: JSON.stringify({ error: refuse(failure).error }) };
}
