/**
 * Writes events and comments as the bytes of an event stream.
 * It must not know what the data means.
 */

/** An event to be written. */
export interface EventText {
  readonly event?: string | undefined;
  readonly data: string;
}

// Without state between calls.
const encoder = new TextEncoder();
const lineEnds = /\r\n|\r|\n/g;

/** The frame of one event; data that holds line ends becomes several `data:` lines. */
export function formatEvent({ event, data }: EventText): Uint8Array {
  // A line end within the name would begin a field of its own.
  const name = event === undefined ? "" : `event: ${event.replace(lineEnds, " ")}\n`;
  return encoder.encode(`${name}data: ${data.replace(lineEnds, "\ndata: ")}\n\n`);
}

/** A comment, which readers pass over: it keeps a quiet connection alive. */
export function formatComment(text: string): Uint8Array {
  return encoder.encode(`: ${text.replace(lineEnds, "\n: ")}\n\n`);
}
