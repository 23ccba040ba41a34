/** What LM Studio says when it refuses, in its two forms of `error`: mostly a string, at times an object. */
import { Refusal } from "../../refusal.ts";

/** 400 with `error` as a string: LM Studio's way with nearly every wrong field. */
export function badField(message: string): Refusal {
  return new Refusal(400, message);
}

/** 404 in the object form: the name is unknown and more than one model could be meant (gitbutler#8706). */
export function modelNotFound(requested: string, known: readonly string[]): Refusal {
  const message = `Model "${requested}" not found in the simulator. It has: ${known.join(", ")}.`;
  return new Refusal(404, {
    message,
    type: "invalid_request_error",
    param: "model",
    code: "model_not_found",
  });
}

/** 400 in the object form: the name is unknown and nothing is loaded that could serve it (BT#1730). */
export function noModelsLoaded(): Refusal {
  const message = "No models loaded. Name one of the simulator's models, or load one.";
  return new Refusal(400, { message, type: "invalid_request_error", param: "model", code: null });
}
