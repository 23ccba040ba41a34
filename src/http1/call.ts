/** One request to a box as its connection sees it, and how it may fail. */
import type { UpstreamInit } from "../runtime.ts";
import type { MessageBody } from "./message-body.ts";
import type { ResponseHead } from "./response-head.ts";

/** What goes to the box. */
export interface CallRequest {
  /** With the empty line. */
  readonly head: string;
  readonly body: UpstreamInit["body"];
  /** The length in bytes that the body, where it is a stream, announces; undefined where it goes in chunks. */
  readonly streamLength: number | undefined;
}

/** One request, from the moment it has a connection. */
export interface Call {
  readonly method: string;
  /** Nobody holds it any more once it was sent: an answer may take long. */
  request: CallRequest | undefined;
  /** The answer's head is there; its body may still be on its way. */
  answered(head: ResponseHead, body: MessageBody): void;
  /** There will be no answer. */
  failed(cause: Error): void;
  /** Neither head nor body can fail any more. */
  over(): void;
}

/** The other side closed before the answer was whole, as Node's own errors call it. */
export class ClosedError extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("other side closed");
  }
}

/** What came is no answer that can be told from the next one. */
export class MalformedAnswer extends Error {
  readonly code = "HPE_INVALID";
}
