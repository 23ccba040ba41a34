/** A client's connection: one request after the other, each answered before the next is looked at. RFC 9112. */
import { joinChunks } from "../byte-channel.ts";
import { writeAnswer } from "./answer-writer.ts";
import { findHeadEnd, mayBecomeHead, mostHeadBytes, textOf, withoutEmptyLines } from "./fields.ts";
import { formatStatusLine } from "./format-head.ts";
import { parseRequestHead, type Refusal } from "./request-head.ts";
import { RequestUrls } from "./request-url.ts";
import { type Connection, ServedRequest } from "./served-request.ts";
import { mostAheadBytes, patience, type Service, stayingFields } from "./service.ts";
import type { Turn, Wire, WireUser } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const carriageReturn = 13;

export interface ConnectionOwner {
  /** It is over; told once. */
  closed(connection: ServerConnection): void;
}

export class ServerConnection implements WireUser, Connection {
  readonly turn: Turn;
  readonly #wire: Wire;
  readonly #service: Service;
  readonly #clientAddress: string | undefined;
  readonly #owner: ConnectionOwner;
  /** When its patience ends, in milliseconds; Infinity while it is the proxy that is waited for. */
  deadline: number;
  /** What came in and was not looked at yet. */
  #ahead: Bytes | undefined;
  #current: ServedRequest | undefined;
  readonly #urls = new RequestUrls();
  #isPaused = false;
  /** The client has yet to take what was written. */
  #isBlocked = false;
  #isClosing = false;
  /** What was answered last is whole only where the connection ends in good order. */
  #endsByClosing = false;

  constructor(wire: Wire, service: Service, clientAddress: string | undefined, owner: ConnectionOwner) {
    this.turn = service.turn;
    this.#wire = wire;
    this.#service = service;
    this.#clientAddress = clientAddress;
    this.#owner = owner;
    this.deadline = service.now() + patience.head;
  }

  received(bytes: Bytes): void {
    if (this.#isClosing) return;
    const current = this.#current;
    if (current !== undefined && !current.isRead) this.#readBody(current, bytes, 0);
    else this.#readHead(this.#ahead === undefined ? bytes : joinChunks([this.#ahead, bytes]));
  }

  #readHead(received: Bytes): void {
    const bytes = withoutEmptyLines(received);
    if (this.#current !== undefined || this.#isBlocked) {
      this.#ahead = bytes;
      if (bytes.byteLength > mostAheadBytes) this.pause();
      return;
    }
    const seen = this.#ahead?.byteLength ?? 0;
    const end = findHeadEnd(bytes, 0);
    if (end > mostHeadBytes || (end === -1 && bytes.byteLength > mostHeadBytes)) return this.#refuse(431);
    if (end === -1) {
      // Such as the start of TLS, whose client would wait for an answer until nobody waits for its head any more.
      if (!mayBecomeHead(bytes, Math.max(0, seen - 1))) return this.#refuse(400);
      this.#ahead = bytes.byteLength === 0 ? undefined : bytes;
      // Half of an empty line is not the start of one.
      if (seen === 0 && bytes.byteLength > 0 && bytes[0] !== carriageReturn)
        this.deadline = this.#service.now() + patience.head;
      return;
    }
    this.#ahead = undefined;
    const head = parseRequestHead(textOf(bytes.subarray(0, end - 2)));
    if (typeof head === "number") return this.#refuse(head);
    const url = this.#urls.of(head);
    if (url === undefined) return this.#refuse(400);
    const current = new ServedRequest(head, url, this, this.#service.isStopping);
    this.#current = current;
    this.deadline = current.isRead ? Infinity : this.#service.now() + patience.request;
    if (head.expectsContinue && !current.isRead) this.write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!current.isRead) this.#readBody(current, bytes, end);
    else if (end < bytes.byteLength) this.#readHead(bytes.subarray(end));
    this.turn.whenAllIsRead(() => void this.#handle(current));
  }

  #readBody(current: ServedRequest, bytes: Bytes, start: number): void {
    // A piece that was copied is gone afterwards.
    const { byteLength } = bytes;
    let end: number;
    try {
      end = current.take(bytes, start);
    } catch (thrown) {
      // What follows cannot be told from the body.
      this.#isClosing = true;
      return current.breakOff(thrown);
    }
    if (end === -1) return;
    // It was told that this answer is the last.
    if (current.isAnswered) return this.#close();
    this.#renewDeadline(current);
    if (end < byteLength) this.#readHead(bytes.subarray(end));
    // Whoever has yet to read the body holds nothing back any more, and a client that leaves has to be heard.
    this.resume();
  }

  async #handle(served: ServedRequest): Promise<void> {
    const [request, outgoing] = [served.takeRequest(), served.outgoing];
    if (request === undefined) return;
    try {
      const writing = writeAnswer(await this.#service.handle(request, this.#clientAddress), outgoing);
      if (writing !== undefined) await writing;
    } catch {
      outgoing.breakOff();
    }
  }

  write(before: string, bytes?: Uint8Array, after?: string): boolean {
    const isTaken = this.#wire.write(before, bytes, after);
    const isNewlyBlocked = !isTaken && !this.#isBlocked;
    this.#isBlocked = !isTaken;
    if (isNewlyBlocked && this.#current !== undefined) this.#renewDeadline(this.#current);
    return isTaken;
  }

  /** While there is a request: for its body as it was set, for the proxy without an end, for who takes the answer not. */
  #renewDeadline({ isRead, isAnswered }: ServedRequest): void {
    const { now } = this.#service;
    if (this.#isBlocked && (isRead || isAnswered)) this.deadline = now() + patience.request;
    else if (isAnswered) this.deadline = now() + patience.linger;
    else if (isRead) this.deadline = Infinity;
  }

  connectionFields(isLast: boolean): string {
    return this.#service.dateField() + (isLast ? "connection: close\r\n" : stayingFields);
  }

  answered(isLast: boolean): void {
    const current = this.#current;
    if (current === undefined) return;
    current.isAnswered = true;
    this.#endsByClosing = current.outgoing.endsByClosing;
    if (!current.isRead && !this.#isClosing) {
      // The client is still sending what nobody wants: cut now, it would not read its answer.
      this.#renewDeadline(current);
      current.discard();
      return;
    }
    this.#current = undefined;
    if (isLast || this.#isClosing || this.#service.isStopping()) return this.#close();
    this.deadline = this.#service.now() + patience.idle;
    // Or answers would pile up that nobody takes.
    if (!this.#isBlocked) this.#readAhead();
  }

  #readAhead(): void {
    this.resume();
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) this.#readHead(ahead);
  }

  #refuse(status: Refusal): void {
    const body = this.#service.explain(status);
    const fields = `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
    this.write(`${formatStatusLine(status)}${fields}${this.connectionFields(true)}\r\n${body}`);
    this.#close();
  }

  #close(): void {
    this.#isClosing = true;
    // A client that has its answer closes as well.
    const { now, isStopping } = this.#service;
    this.deadline =
      now() + (this.#isBlocked ? patience.request : isStopping() ? patience.stop : patience.idle);
    this.#wire.end();
    // So that it is heard of; what else comes is passed over.
    this.resume();
  }

  /** Its patience has ended. */
  expire(): void {
    if (this.#isClosing || this.#current !== undefined) this.cut();
    else if (this.#ahead === undefined || this.#isBlocked) this.#close();
    else this.#refuse(408);
  }

  /** Takes no further request; what is running may end. */
  stop(): void {
    if (this.#current === undefined) this.#close();
  }

  /** Ends it now, whatever is on its way. */
  cut(): void {
    const current = this.#current;
    if (current?.isAnswered === false) current.outgoing.cut();
    else if (this.#endsByClosing && this.#wire.hasUnsent) this.#wire.reset();
    else this.#wire.destroy();
  }

  destroy(): void {
    this.#wire.destroy();
  }

  reset(): void {
    this.#wire.reset();
  }

  drained(): void {
    this.#isBlocked = false;
    const current = this.#current;
    if (current !== undefined) {
      this.#renewDeadline(current);
      current.outgoing.drained();
    } else if (!this.#isClosing) this.#readAhead();
  }

  ended(): void {
    // As with Node's own server, a client that sends no more is taken to have left.
    if (this.#current === undefined) this.#close();
    else this.cut();
  }

  closed(): void {
    this.#isClosing = true;
    const current = this.#current;
    this.#current = undefined;
    this.#owner.closed(this);
    current?.leave();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#wire.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#wire.resume();
  }

  /** A reader that wants no more of a body gets no more; the answer may still come. */
  leave(): void {
    this.#current?.discard();
  }
}
