/** A model request in its two forms, as fields and as bytes. Knows no backend. */
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
  const model = target ?? fields.model;
  return { fields, bytes: encoder.encode(JSON.stringify({ ...fields, model })) };
}
