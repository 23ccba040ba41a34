/** The body of a message that is coming in: collected where it is wanted whole, else handed on at its reader's pace. */
import { type ChunkReader, inOne } from "../byte-channel.ts";
import type { BodySource } from "./light-response.ts";
import { mostShortBytes, ShortPieces } from "./short-pieces.ts";
import type { Turn } from "./wire.ts";

/** Bytes that may wait for somebody to ask for them. */
const mostWaiting = 64 * 1024;

/** No more than that is handed to a reader at a time: what is made of it is as large again, several times over. */
const mostReadBytes = 64 * 1024;

/** Smaller bodies are joined once they are there. */
const leastCopied = 64 * 1024;

/** Longer ones are not believed before they are there. */
const mostCopied = 256 * 1024 * 1024;

/** Smaller pieces may share their memory with others. */
const leastOwnBytes = 16 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;
type Piece = ReadableStreamReadResult<Bytes>;

const ended: Piece = { done: true, value: undefined };

/** What a body may ask of the connection that it comes over. */
export interface Inflow {
  pause(): void;
  resume(): void;
  /** Its reader left before the end. */
  leave(reason: unknown): void;
}

export class MessageBody implements BodySource, ChunkReader {
  readonly #inflow: Inflow;
  readonly #turn: Turn;
  readonly #announced: number | undefined;
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #state: "open" | "ended" | Error = "open";
  /** Who wants it whole, and waits for its end. */
  #whole: { ended(): void; reject(cause: unknown): void } | undefined;
  /** Where a long body is wanted in one: what came of it. */
  #copy: Bytes | undefined;
  /** It is wanted whole and in pieces. */
  #isKept = false;
  #shortPieces: ShortPieces | undefined;
  #stream: ReadableStreamDefaultController<Bytes> | undefined;
  /** Who reads piece by piece and waits for the next one. */
  #pending: PromiseWithResolvers<Piece> | undefined;
  #isPaused = false;

  /** `announced` is its length in bytes, where that was told. */
  constructor(inflow: Inflow, turn: Turn, announced: number | undefined) {
    this.#inflow = inflow;
    this.#turn = turn;
    this.#announced = announced;
  }

  push(piece: Bytes): void {
    if (piece.byteLength === 0 || this.#state !== "open") return;
    if (this.#stream !== undefined) {
      this.#stream.enqueue(piece);
      if ((this.#stream.desiredSize ?? 0) <= 0) this.#pause();
      return;
    }
    if (this.#pending !== undefined) {
      const { resolve } = this.#pending;
      this.#pending = undefined;
      this.#turn.whenAllIsRead(() => resolve({ done: false, value: piece.subarray(0, mostReadBytes) }));
      if (piece.byteLength > mostReadBytes) this.#wait(piece.subarray(mostReadBytes));
      return;
    }
    if (this.#copy !== undefined) {
      this.#copy.set(piece, this.#waitingBytes);
      this.#waitingBytes += piece.byteLength;
      letGo(piece);
      return;
    }
    this.#wait(piece);
  }

  #wait(piece: Bytes): void {
    // Most bodies are one piece.
    const isMoved = this.#isKept && this.#waiting.length > 0 && piece.byteLength <= mostShortBytes;
    const due = this.#announced === undefined ? undefined : this.#announced - this.#waitingBytes;
    if (isMoved) (this.#shortPieces ??= new ShortPieces()).add(piece, this.#waiting, due);
    else this.#waiting.push(piece);
    this.#waitingBytes += piece.byteLength;
    if (this.#whole === undefined && this.#waitingBytes > mostWaiting) this.#pause();
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#stream?.close();
    const [whole, pending] = [this.#whole, this.#pending];
    // What it resolves with is not to be held for as long as the answer takes.
    this.#whole = undefined;
    if (whole !== undefined) this.#turn.whenAllIsRead(() => whole.ended());
    if (pending !== undefined) this.#turn.whenAllIsRead(() => pending.resolve(ended));
  }

  fail(error: Error): void {
    if (this.#state !== "open") return;
    this.#state = error;
    this.#waiting = [];
    this.#shortPieces = undefined;
    this.#copy = undefined;
    this.#stream?.error(error);
    this.#whole?.reject(error);
    this.#pending?.reject(error);
  }

  /** Nobody wants the rest; what comes is passed over. */
  discard(): void {
    this.fail(new Error("The rest of the body is not wanted."));
    this.#resume();
  }

  bytes(): Promise<Bytes> {
    const announced = this.#announced ?? 0;
    const isCopied = this.#state === "open" && announced >= leastCopied && announced <= mostCopied;
    if (isCopied) this.#copyFromNowOn(announced);
    return this.#untilEnded(() => this.#join());
  }

  /** The same in the pieces that it came in; short ones are moved together. */
  whole(): Promise<readonly Bytes[]> {
    const early = this.#takeWaiting();
    this.#isKept = true;
    for (const piece of early) this.#wait(piece);
    return this.#untilEnded(() => {
      this.#shortPieces = undefined;
      return this.#takeWaiting();
    });
  }

  #takeWaiting(): Bytes[] {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return pieces;
  }

  #untilEnded<T>(take: () => T): Promise<T> {
    if (this.#state === "ended") return Promise.resolve(take());
    if (this.#state !== "open") return Promise.reject(this.#state);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#whole = { ended: () => resolve(take()), reject };
    this.#resume();
    return promise;
  }

  /** Into one array of the announced length, so that nothing of a long body is held twice. */
  #copyFromNowOn(length: number): void {
    const copy = new Uint8Array(length);
    let offset = 0;
    for (const piece of this.#waiting) {
      copy.set(piece, offset);
      offset += piece.byteLength;
    }
    this.#waiting = [];
    this.#copy = copy;
  }

  /** For one reader at its own pace, without a stream between. */
  pieces(): ChunkReader {
    return this;
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#leave(reason);
    this.#pending?.resolve(ended);
  }

  read(): Promise<Piece> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      const piece = first.subarray(0, mostReadBytes);
      if (first.byteLength > mostReadBytes) this.#waiting.unshift(first.subarray(mostReadBytes));
      this.#waitingBytes -= piece.byteLength;
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#state === "ended") return Promise.resolve(ended);
    if (this.#state !== "open") return Promise.reject(this.#state);
    const pending = Promise.withResolvers<Piece>();
    this.#pending = pending;
    this.#resume();
    return pending.promise;
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#inflow.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    // May bring the next piece at once.
    this.#inflow.resume();
  }

  #leave(reason: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#waiting = [];
    this.#inflow.leave(reason);
  }

  stream(): ReadableStream<Bytes> {
    return new ReadableStream<Bytes>({
      start: (stream) => {
        this.#stream = stream;
        for (const piece of this.#waiting) stream.enqueue(piece);
        this.#waiting = [];
        if (this.#state === "ended") stream.close();
        else if (this.#state !== "open") stream.error(this.#state);
      },
      pull: () => this.#resume(),
      cancel: (reason) => this.#leave(reason),
    });
  }

  #join(): Bytes {
    const [pieces, copy] = [this.#waiting, this.#copy];
    this.#waiting = [];
    this.#copy = undefined;
    return copy ?? inOne(pieces);
  }
}

/** Frees a large piece's memory now: until a collection finds it, pieces would come to as much as the body again. */
function letGo({ buffer, byteLength }: Bytes): void {
  if (byteLength >= leastOwnBytes && byteLength === buffer.byteLength) buffer.transfer(0);
}
