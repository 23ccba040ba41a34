/** Sends a request whose body is a stream to a box: framed as announced, at the box's pace. Knows no connection. */
import type { CallRequest } from "./call.ts";
import type { Turn, Wire } from "./wire.ts";

/** The connection that a request goes over. */
export interface StreamOutlet {
  readonly turn: Turn;
  /** As a wire takes it. */
  readonly write: Wire["write"];
  /** False once nobody wants the rest. */
  isWanted(): boolean;
  /** Resolves when the box takes bytes again, or is gone. */
  drained(): Promise<void>;
}

/** Whether all of it was written; it is not where nobody wants the rest any more. Rejects where the stream breaks. */
export async function sendStream(
  { head, streamLength }: CallRequest,
  body: ReadableStream<Uint8Array>,
  outlet: StreamOutlet,
): Promise<boolean> {
  const reader = body.getReader();
  const inChunks = streamLength === undefined;
  let owed = streamLength ?? 0;
  let lead = head;
  // With the first bytes where they are there, else at once: a box closes a connection over which it has heard nothing.
  outlet.turn.whenAllIsRead(() => {
    if (lead === "" || !outlet.isWanted()) return;
    outlet.write(lead);
    lead = "";
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (!outlet.isWanted()) {
        void reader.cancel().catch(() => {});
        return false;
      }
      if (done) break;
      if (value.byteLength === 0) continue;
      if (!inChunks && (owed -= value.byteLength) < 0) break;
      const before = inChunks ? `${lead}${value.byteLength.toString(16)}\r\n` : lead;
      lead = "";
      if (!outlet.write(before, value, inChunks ? "\r\n" : "")) await outlet.drained();
    }
    // The box would take the rest for another request, or the next request for the rest.
    if (owed !== 0) throw new TypeError("The body of the request is not as long as it was announced.");
  } catch (thrown) {
    void reader.cancel(thrown).catch(() => {});
    throw thrown;
  }
  const rest = inChunks ? `${lead}0\r\n\r\n` : lead;
  lead = "";
  if (rest !== "") outlet.write(rest);
  return true;
}
