/** One event of a simulated stream and its place in it. */

export interface StreamEvent {
  /** `piece` is what a model produces bit by bit; `open` stands before all pieces, `close` after them. */
  readonly stage: "open" | "piece" | "close";
  /** The SSE event's name, on endpoints that have one. */
  readonly name?: string;
  readonly data: string;
  /** Whether it goes on the wire together with the next one, in one read. */
  readonly joinsNext?: boolean;
}
