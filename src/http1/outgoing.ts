/** The answer to one request on its way to the socket: its head, its framing, what waits to be written. Knows no Response. */
import { joinChunks } from "../byte-channel.ts";
import { parseLength } from "./fields.ts";
import { type FieldSource, formatFields, formatStatusLine } from "./format-head.ts";
import type { Turn, Wire } from "./wire.ts";

/** The connection that an answer goes over. */
export interface Outflow {
  readonly turn: Turn;
  /** As a wire takes it. */
  readonly write: Wire["write"];
  /** Cuts the connection. */
  destroy(): void;
  /** The same as an error that the client hears of. */
  reset(): void;
  /** The fields that are the connection's business; `isLast` where it is closed after this answer. */
  connectionFields(isLast: boolean): string;
  /** The last byte was handed on; `isLast` as the head said. */
  answered(isLast: boolean): void;
}

/** What an answer has to know of the request. */
export interface Asked {
  readonly isHead: boolean;
  /** Whether chunks can be sent to the client. */
  readonly takesChunks: boolean;
  /** Whether the connection is closed after an answer that begins now. */
  isLast(): boolean;
}

type Body = string | Uint8Array | null;

/** Bytes that may come up in one turn before whoever writes has to wait for its end. */
const mostDueBytes = 64 * 1024;

const encoder = new TextEncoder();
const nothing = new Uint8Array();
const noFields: FieldSource = new Map<string, string>();

export class Outgoing {
  readonly #outflow: Outflow;
  readonly #asked: Asked;
  #state: "new" | "begun" | "ended" | "gone" = "new";
  /** The head, until the first bytes go with it. */
  #lead = "";
  #due: Uint8Array[] = [];
  #dueBytes = 0;
  #isFlushDue = false;
  #framing: "none" | "plain" | "chunks" = "none";
  #isLast = false;
  /** How many bytes were announced and not written yet, where a length was announced. */
  #owed: number | undefined;
  #taken: PromiseWithResolvers<void> | undefined;
  #leaver: { leave(): void } | undefined;

  constructor(outflow: Outflow, asked: Asked) {
    this.#outflow = outflow;
    this.#asked = asked;
  }

  get turn(): Turn {
    return this.#outflow.turn;
  }

  /** The client left, or the connection broke, before the answer was whole. */
  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** False while the client has yet to take earlier bytes. */
  get isReady(): boolean {
    return this.#taken === undefined && !this.#isFlushDue;
  }

  /** Its `leave` is called once if the client leaves before the end. */
  tellLeaving(leaver: { leave(): void }): void {
    this.#leaver = leaver;
  }

  /** The whole answer. Throws for a status or a header that cannot be written, and has written nothing then. */
  sendWhole(status: number, fields: FieldSource, body: Body): void {
    if (this.#state !== "new") return;
    const bytes = typeof body === "string" ? encoder.encode(body) : (body ?? nothing);
    // What a GET would get is not known from what nobody made for HEAD: RFC 9110 8.6.
    this.#begin(status, fields, body === null && this.#asked.isHead ? undefined : bytes.byteLength);
    if (this.#framing !== "none") this.#due.push(bytes);
    this.#state = "ended";
    this.#flushSoon();
  }

  /** The head of an answer that comes in pieces; it is on its way at the turn's end, with bytes or without. */
  begin(status: number, fields: FieldSource): void {
    if (this.#state !== "new") return;
    this.#begin(status, fields, undefined);
    this.#state = "begun";
    // With the first bytes where they are there, else at once: a client may wait for the headers alone.
    this.#outflow.turn.whenAllIsRead(() => {
      // What has ended by then is flushed by its end, and once.
      if (this.#state === "begun") this.#flush();
    });
  }

  #begin(status: number, fields: FieldSource, length: number | undefined): void {
    const mayHaveBody = status !== 204 && status !== 304;
    this.#isLast = this.#asked.isLast();
    this.#framing = mayHaveBody && !this.#asked.isHead ? "plain" : "none";
    const text = formatFields(fields, connectionFields);
    const told = parseLength(fields.get("content-length") ?? "");
    // What a HEAD is told is the length of what a GET would get.
    const announced = this.#framing === "none" ? (told ?? length) : (length ?? told);
    let framing = "";
    if (mayHaveBody && announced !== undefined) framing = `content-length: ${announced}\r\n`;
    else if (this.#framing === "plain" && this.#asked.takesChunks) {
      framing = "transfer-encoding: chunked\r\n";
      this.#framing = "chunks";
    } else if (this.#framing === "plain") this.#isLast = true;
    this.#owed = this.#framing === "plain" ? announced : undefined;
    const connection = this.#outflow.connectionFields(this.#isLast);
    this.#lead = `${formatStatusLine(status)}${text}${framing}${connection}\r\n`;
  }

  /** The promise, where there is one, resolves when more may be written, and never rejects. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#state !== "begun" || bytes.byteLength === 0) return this.#taken?.promise;
    if (this.#owed !== undefined) {
      this.#owed -= bytes.byteLength;
      // What is too much would be taken for the start of the next answer.
      if (this.#owed < 0) {
        this.#outflow.destroy();
        return undefined;
      }
    }
    if (this.#framing !== "none") this.#due.push(bytes);
    this.#dueBytes += bytes.byteLength;
    if (this.#dueBytes > mostDueBytes) this.#taken ??= Promise.withResolvers();
    this.#flushSoon();
    return this.#taken?.promise;
  }

  end(): void {
    if (this.#state !== "begun") return;
    // Otherwise the next answer would be taken for a part of this one, or the other way round.
    if (this.#owed !== undefined && this.#owed !== 0) return this.#outflow.destroy();
    this.#state = "ended";
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#outflow.turn.whenAllIsDone(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    if (this.#state === "gone") return;
    const isOver = this.#state === "ended";
    const [lead, pieces] = [this.#lead, this.#due];
    if (lead === "" && pieces.length === 0 && !isOver) return;
    this.#lead = "";
    this.#due = [];
    this.#dueBytes = 0;
    const bytes = pieces.length > 1 ? joinChunks(pieces) : pieces[0];
    const isTaken = this.#send(lead, bytes, isOver);
    if (isTaken || isOver) this.drained();
    else this.#taken ??= Promise.withResolvers();
    if (isOver) this.#outflow.answered(this.#isLast);
  }

  #send(lead: string, bytes: Uint8Array | undefined, isOver: boolean): boolean {
    const outflow = this.#outflow;
    const hasBytes = bytes !== undefined && bytes.byteLength > 0;
    if (this.#framing !== "chunks") return lead === "" && !hasBytes ? true : outflow.write(lead, bytes);
    const last = isOver ? "0\r\n\r\n" : "";
    if (!hasBytes) return outflow.write(lead + last);
    return outflow.write(`${lead}${bytes.byteLength.toString(16)}\r\n`, bytes, `\r\n${last}`);
  }

  /** The client takes bytes again. */
  drained(): void {
    this.#taken?.resolve();
    this.#taken = undefined;
  }

  /** The connection is gone. */
  leave(): void {
    if (this.#state === "gone") return;
    const wasOver = this.#state === "ended";
    this.#state = "gone";
    this.#due = [];
    this.drained();
    if (!wasOver) this.#leaver?.leave();
    this.#leaver = undefined;
  }

  /** For what broke on the way to the socket, since the app answers its own errors. */
  breakOff(): void {
    if (this.#state === "new") this.sendWhole(500, noFields, null);
    else if (this.#state !== "ended") this.cut();
  }

  /**
   * Ends the connection now. Where nothing but that tells the end of a body, an end in good order would make it whole.
   * Elsewhere the client sees what is missing, and an error could cost it what was sent before.
   */
  cut(): void {
    if (this.endsByClosing) this.#outflow.reset();
    else this.#outflow.destroy();
  }

  /** Whether nothing but the connection's end tells the end of its body. */
  get endsByClosing(): boolean {
    return this.#framing === "plain" && this.#owed === undefined;
  }
}

/** They are about one connection, and this one has its own. */
const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);
