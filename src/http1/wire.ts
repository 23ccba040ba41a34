/** One end of a connection as HTTP/1.1 needs it; a shell makes one of its runtime's sockets. Knows no HTTP. */

/** What bytes are written to. Nothing of it throws, whatever became of the connection. */
export interface Wire {
  /**
   * Takes text, bytes and text again, all as one piece where that is cheap; each character of a text is one byte. False
   * while the other side has yet to take what was written: `drained` tells when it has.
   */
  write(before: string, bytes?: Uint8Array, after?: string): boolean;
  /** Whether any of what was written is still to be handed to the system. */
  readonly hasUnsent: boolean;
  pause(): void;
  resume(): void;
  /** Closes it once everything was sent. */
  end(): void;
  /** Cuts it at once. */
  destroy(): void;
  /** Cuts it so that the other side hears of an error, and takes nothing for whole that is not, where the runtime can. */
  reset(): void;
}

/** Who is told what comes over a wire. */
export interface WireUser {
  /** The bytes are the receiver's own. */
  received(bytes: Uint8Array<ArrayBuffer>): void;
  drained(): void;
  /** The other side sends no more. */
  ended(): void;
  /** Called once, and last; the cause is there where it broke. */
  closed(cause?: Error): void;
}

/** Work that comes up for many connections in one turn of the event loop, done together. */
export interface Turn {
  /** Once all sockets that had something to say have been read. */
  whenAllIsRead(work: () => void): void;
  /** Once all that has just come in was worked on. */
  whenAllIsDone(work: () => void): void;
}
