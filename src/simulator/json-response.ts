/** A JSON response with LM Studio's headers, which are Express's. Knows nothing of what the JSON says. */
import { hashText } from "./seeded.ts";

/** `body` as it stands, or a stream in its place; `text` is what the ETag is made from. */
export function jsonResponse(
  text: string,
  status = 200,
  body: string | ReadableStream<Uint8Array> = text,
): Response {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    etag: `W/"${text.length.toString(16)}-${hashText(text).toString(36)}"`,
  };
  return new Response(body, { status, headers });
}

/** A body of the form `{"error": …}`, as a string or as an object. */
export function errorResponse(status: number, error: unknown): Response {
  return jsonResponse(JSON.stringify({ error }), status);
}
