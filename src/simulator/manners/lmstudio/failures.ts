/** LM Studio's words for what goes wrong. */
import type { Failure } from "../../failure.ts";
import { Refusal } from "../../refusal.ts";
import type { StreamEvent } from "../../stream-event.ts";

const refusals: Record<Failure, readonly [status: number, error: unknown]> = {
  engine: [500, "Simulated failure of the engine."],
  compute: [400, "Compute error."],
  overflow: [
    400,
    "The number of tokens to keep from the initial prompt is greater than the context length (simulated).",
  ],
  unloaded: [400, "Model unloaded."],
  // LM Studio answers 200 to what it does not know, so a status alone proves nothing (BT#618).
  "error-200": [200, "Simulated failure under a status that tells of success."],
  "error-object-200": [
    200,
    {
      message: "Simulated failure under a status that tells of success.",
      type: "server_error",
      param: null,
      code: null,
    },
  ],
  "rate-limit": [429, "Simulated limit: too many requests."],
  // Not OpenAI's words: `invalid_request` where OpenAI has `invalid_request_error` (opencode-lmstudio#41).
  unauthorized: [
    401,
    {
      type: "invalid_request",
      code: "invalid_api_key",
      message: "An LM Studio API token is required (simulated).",
    },
  ],
};

/** Each failure in LM Studio's words. */
export function refuse(failure: Failure): Refusal {
  const [status, error] = refusals[failure];
  return new Refusal(status, error);
}

/** The message stands twice and there is neither type nor code (goai#110). */
export function failureEvent(failure: Failure): StreamEvent {
  const message = refuse(failure).error;
  return { stage: "close", name: "error", data: JSON.stringify({ error: { message }, message }) };
}
