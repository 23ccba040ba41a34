/** One request of a connection with its answer, and how far both have come. */
import { asError } from "./as-error.ts";
import { BodyFraming } from "./body-framing.ts";
import type { StopSwitch } from "../stop-signal.ts";
import { abortAsLeft, LightRequest } from "./light-request.ts";
import { type Inflow, MessageBody } from "./message-body.ts";
import { type Asked, Outgoing, type Outflow } from "./outgoing.ts";
import type { RequestHead } from "./request-head.ts";

/** The connection that a request came over. */
export type Connection = Outflow & Inflow;

export class ServedRequest implements Asked {
  readonly outgoing: Outgoing;
  /** Until the app has it: an answer may take long, and nobody asks for the head then. */
  #request: LightRequest | undefined;
  readonly #leaving: StopSwitch;
  readonly #body: MessageBody | undefined;
  readonly #framing: BodyFraming;
  readonly #isStopping: () => boolean;
  readonly #keepsAlive: boolean;
  readonly isHead: boolean;
  readonly takesChunks: boolean;
  /** All of its body is there. */
  isRead: boolean;
  /** The last byte of its answer was handed on. */
  isAnswered = false;

  /** `isStopping` tells whether its answer is the last one in any case. */
  constructor(head: RequestHead, url: string, connection: Connection, isStopping: () => boolean) {
    const { bodyLength, method, keepsAlive, takesChunks } = head;
    this.isRead = bodyLength === 0;
    const announced = bodyLength === "chunked" ? undefined : bodyLength;
    this.#body = this.isRead ? undefined : new MessageBody(connection, connection.turn, announced);
    this.#framing = new BodyFraming(bodyLength);
    const request = new LightRequest(head, url, this.#body);
    this.#request = request;
    this.#leaving = request.leaving;
    this.isHead = method === "HEAD";
    this.takesChunks = takesChunks;
    this.#keepsAlive = keepsAlive;
    this.#isStopping = isStopping;
    this.outgoing = new Outgoing(connection, this);
  }

  isLast(): boolean {
    // A body that is not wanted cannot be told from the next request by the client.
    return !this.#keepsAlive || !this.isRead || this.#isStopping();
  }

  /** For the app, once. */
  takeRequest(): LightRequest | undefined {
    const request = this.#request;
    this.#request = undefined;
    return request;
  }

  /** Takes what belongs to its body; the index behind it, or -1 while it goes on. Throws where it is malformed. */
  take(bytes: Uint8Array<ArrayBuffer>, start: number): number {
    const body = this.#body;
    const end = this.#framing.read(bytes, start, (piece) => body?.push(piece));
    if (end === -1) return -1;
    this.isRead = true;
    body?.end();
    return end;
  }

  /** The rest of its body is not wanted. */
  discard(): void {
    this.#body?.discard();
  }

  /** Its body cannot be read any further. */
  breakOff(cause: unknown): void {
    this.#body?.fail(asError(cause));
  }

  /** Its client has left. */
  leave(): void {
    this.breakOff(new Error("The request broke off."));
    if (!this.isAnswered) abortAsLeft(this.#leaving);
    this.outgoing.leave();
  }
}
