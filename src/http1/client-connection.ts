/** A connection to a box: one request after the other, each once the answer before it is whole. RFC 9112. */
import { asError } from "./as-error.ts";
import { joinChunks } from "../byte-channel.ts";
import { isPieces } from "../runtime.ts";
import { BodyFraming } from "./body-framing.ts";
import { type Call, type CallRequest, ClosedError, MalformedAnswer } from "./call.ts";
import { findHeadEnd, mayBecomeHead, mostHeadBytes, textOf } from "./fields.ts";
import { type Inflow, MessageBody } from "./message-body.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";
import { sendStream } from "./send-stream.ts";
import type { Turn, Wire, WireUser } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a connection tells of itself. */
export interface ConnectionOwner {
  /** It may be used again. */
  free(connection: ClientConnection): void;
  closed(connection: ClientConnection): void;
}

/** Waits for less than LM Studio keeps idle connections, which is 5 seconds: it would close right then. */
const longestKeepAliveMs = 4_000;

export class ClientConnection implements WireUser, Inflow {
  readonly #turn: Turn;
  readonly #owner: ConnectionOwner;
  #wire: Wire | undefined;
  #call: Call | undefined;
  #body: MessageBody | undefined;
  #ahead: Bytes | undefined;
  #framing: BodyFraming | undefined;
  #endsByClosing = false;
  #keepAliveMs = 0;
  #isSending = false;
  /** The box has yet to take what was written. */
  #isBlocked = false;
  #taken: PromiseWithResolvers<void> | undefined;
  #isPaused = false;
  #isClosed = false;
  /** Until when it may be used again, in milliseconds. */
  freeUntil = 0;

  constructor(turn: Turn, owner: ConnectionOwner) {
    this.#turn = turn;
    this.#owner = owner;
  }

  connected(wire: Wire): void {
    this.#wire = wire;
    // A box that spoke first was given up before there was anything to close.
    if (this.#isClosed) wire.destroy();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Begins a request. The connection has to be free. */
  send(call: Call): void {
    const { request } = call;
    if (request === undefined) return;
    call.request = undefined;
    this.#call = call;
    const { head, body } = request;
    if (body instanceof ReadableStream) {
      void this.#sendStream(call, request, body);
      return;
    }
    const [first, ...others] = isPieces(body) ? body : body === null ? [] : [body];
    this.#write(head, first);
    for (const piece of others) this.#write("", piece);
  }

  #write(before: string, bytes?: Uint8Array, after?: string): boolean {
    const isTaken = this.#wire?.write(before, bytes, after) !== false;
    this.#isBlocked = !isTaken;
    return isTaken;
  }

  async #sendStream(call: Call, request: CallRequest, body: ReadableStream<Uint8Array>): Promise<void> {
    this.#isSending = true;
    try {
      const isWhole = await sendStream(request, body, {
        turn: this.#turn,
        write: (before, bytes, after) => this.#write(before, bytes, after),
        isWanted: () => this.#call === call && !this.#isClosed,
        drained: () => (this.#taken ??= Promise.withResolvers()).promise,
      });
      if (isWhole) this.#isSending = false;
    } catch (thrown) {
      this.fail(asError(thrown));
    }
  }

  received(bytes: Bytes): void {
    if (this.#call === undefined) {
      // Nobody asked anything: whatever it is, what comes next would be taken for the answer to another request.
      this.destroy();
      return;
    }
    if (this.#body === undefined)
      this.#readHead(this.#ahead === undefined ? bytes : joinChunks([this.#ahead, bytes]));
    else this.#readBody(this.#body, bytes, 0);
  }

  #readHead(received: Bytes): void {
    let bytes = received;
    for (;;) {
      const end = findHeadEnd(bytes, 0);
      if (end > mostHeadBytes || (end === -1 && bytes.byteLength > mostHeadBytes))
        return this.fail(new MalformedAnswer("The head of the answer is too long."));
      if (end === -1) {
        if (!mayBecomeHead(bytes, 0)) return this.fail(new MalformedAnswer("The answer is not HTTP."));
        this.#ahead = bytes;
        return;
      }
      const text = textOf(bytes.subarray(0, end - 2));
      const head = parseResponseHead(text, this.#call?.method ?? "", longestKeepAliveMs);
      if (head === undefined || head.status === 101)
        return this.fail(new MalformedAnswer("The answer is not HTTP."));
      if (head.status >= 200) return this.#begin(head, bytes, end);
      // An interim answer, such as 103, is not the answer.
      bytes = bytes.subarray(end);
    }
  }

  #begin(head: ResponseHead, bytes: Bytes, start: number): void {
    const { bodyLength } = head;
    this.#ahead = undefined;
    this.#framing = new BodyFraming(bodyLength);
    this.#endsByClosing = bodyLength === "close";
    this.#keepAliveMs = head.keepAliveMs;
    const body = new MessageBody(this, this.#turn, typeof bodyLength === "number" ? bodyLength : undefined);
    this.#body = body;
    this.#call?.answered(head, body);
    if (bodyLength === 0) this.#end(body, bytes.byteLength - start);
    else if (start < bytes.byteLength) this.#readBody(body, bytes, start);
  }

  #readBody(body: MessageBody, bytes: Bytes, start: number): void {
    // A piece that was copied is gone afterwards.
    const { byteLength } = bytes;
    let end: number;
    try {
      end = this.#framing?.read(bytes, start, (piece) => body.push(piece)) ?? -1;
    } catch (thrown) {
      return this.fail(asError(thrown));
    }
    if (end === -1) return;
    this.#end(body, byteLength - end);
  }

  /** The answer is whole; `surplus` bytes came after it, which belong to nothing. */
  #end(body: MessageBody, surplus: number): void {
    // A box that answers early would take the next request behind what is left of this one.
    const isSent = !this.#isSending && !this.#isBlocked;
    const mayStay = this.#keepAliveMs > 0 && surplus === 0 && isSent && !this.#isClosed;
    const call = this.#call;
    this.#call = undefined;
    this.#body = undefined;
    this.resume();
    body.end();
    call?.over();
    if (!mayStay) return this.destroy();
    this.freeUntil = Date.now() + this.#keepAliveMs;
    this.#owner.free(this);
  }

  /** Gives up what is running, and the connection with it. */
  fail(cause: Error): void {
    const [call, body] = [this.#call, this.#body];
    this.#call = undefined;
    this.#body = undefined;
    this.destroy();
    if (body === undefined) call?.failed(cause);
    else body.fail(cause);
    call?.over();
  }

  drained(): void {
    this.#isBlocked = false;
    this.#taken?.resolve();
    this.#taken = undefined;
  }

  ended(): void {
    if (this.#endsByClosing && this.#body !== undefined) {
      this.#keepAliveMs = 0;
      this.#end(this.#body, 0);
    } else if (this.#call === undefined) this.destroy();
    else this.fail(new ClosedError());
  }

  closed(cause?: Error): void {
    this.#isClosed = true;
    this.drained();
    this.#owner.closed(this);
    if (this.#call !== undefined) this.fail(cause ?? new ClosedError());
  }

  destroy(): void {
    this.#isClosed = true;
    this.#owner.closed(this);
    this.#wire?.destroy();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#wire?.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#wire?.resume();
  }

  leave(reason: unknown): void {
    this.fail(reason instanceof Error ? reason : new Error("The reader left."));
  }
}
