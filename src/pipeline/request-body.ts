/** A model request in its two forms, as fields and as bytes. Knows no backend. */
import { badRequest } from "../errors.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { ModelRequest } from "../protocol/openai/endpoint.ts";

export interface ModelRequestBody {
  /** The request as the client sent it. */
  readonly fields: ModelRequest;
  /** The same in bytes, but for the model's name, which is the target's. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** Both forms of fields that are not, or no longer, as a client sent them; under their own model's name without a `target`. */
export function toRequestBody(fields: ModelRequest, target: string | undefined): ModelRequestBody {
  return { fields, bytes: encodeRequest({ ...fields, model: target ?? fields.model }) };
}

/** Throws 400 for what is nested too deeply to be written: engines read more levels than they write. */
export function encodeRequest(body: JsonObject): Uint8Array<ArrayBuffer> {
  try {
    return encoder.encode(JSON.stringify(body));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw badRequest("The request's body is nested too deeply: send fewer levels of lists and objects.");
  }
}
