/** What Ollama says when it refuses: OpenAI's object, the code always null. */
import type { Failure } from "../../failure.ts";
import { Refusal } from "../../refusal.ts";
import type { StreamEvent } from "../../stream-event.ts";

const types: Readonly<Record<number, string>> = { 400: "invalid_request_error", 404: "not_found_error" };

/** What is neither of the two is the server's own fault, whatever the status says (its source). */
export function refuseWith(status: number, message: string): Refusal {
  const type = types[status] ?? "api_error";
  return new Refusal(status, { message, type, param: null, code: null });
}

/** Go's own words for a value of another type. */
export function wrongType(found: unknown, field: string, wanted: string): Refusal {
  const kind = Array.isArray(found)
    ? "array"
    : found !== null && typeof found === "object"
      ? "object"
      : typeof found;
  return refuseWith(400, `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${wanted}`);
}

/** In Go's words. */
export function malformedBody(text: string): Refusal {
  return refuseWith(400, text === "" ? "EOF" : "unexpected EOF");
}

/** Each failure in Ollama's words. */
export function refuse(failure: Failure): Refusal {
  switch (failure) {
    case "overflow":
      // Most models cut the prompt without a word; some refuse it (ollama#17889).
      return refuseWith(400, "input length exceeds maximum context length");
    case "unauthorized":
      return refuseWith(401, "unauthorized");
    case "rate-limit":
      return refuseWith(429, "Simulated limit: too many requests.");
    case "unloaded":
      return refuseWith(500, "llama runner process no longer running");
    case "error-200":
      // The native endpoints' form.
      return new Refusal(200, "Simulated failure under a status of success.");
    case "error-object-200": {
      const { error } = refuseWith(500, "Simulated failure under a status of success.");
      return new Refusal(200, error);
    }
    case "compute":
      return refuseWith(500, "llama runner process has terminated: Compute error.");
    case "engine":
      return refuseWith(500, "Simulated failure of the engine.");
  }
}

/** A text where an object was to be expected, and nothing that ends the stream (its document on errors). */
export function failureEvent(failure: Failure): StreamEvent {
  const { error } = refuse(failure);
  const told = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return { stage: "close", data: JSON.stringify({ error: told }) };
}
