/** One request to a box: finds a connection, sends it there once, and hands on what comes of it. */
import type { UpstreamInit } from "../runtime.ts";
import type { StopSignal } from "../stop-signal.ts";
import { asError } from "./as-error.ts";
import { type Call, type CallRequest, ClosedError } from "./call.ts";
import { frameCall } from "./call-head.ts";
import type { ClientConnection } from "./client-connection.ts";
import { HeaderView } from "./header-view.ts";
import { type BodySource, LightResponse } from "./light-response.ts";
import type { MessageBody } from "./message-body.ts";
import type { Origin } from "./origin.ts";
import type { ResponseHead } from "./response-head.ts";

/** Who waits for the answer's head. */
export interface Answering {
  readonly resolve: (response: Response) => void;
  readonly reject: (cause: unknown) => void;
}

export class BoxCall implements Call {
  readonly method: string;
  request: CallRequest | undefined;
  readonly #origin: Origin;
  readonly #signal: StopSignal;
  #answering: Answering | undefined;
  #connection: ClientConnection | undefined;
  #isSent = false;
  #isOver = false;

  /** Throws for what cannot be framed. */
  constructor(origin: Origin, init: UpstreamInit, path: string, answering: Answering) {
    this.#origin = origin;
    this.#signal = init.signal;
    this.#answering = answering;
    this.method = init.method;
    this.request = frameCall(origin.hostField, init, path);
    this.#signal.addEventListener("abort", this, { once: true });
  }

  begin(): void {
    const idle = this.#origin.takeIdle();
    // A connection that closes before anything was sent over it costs nothing but another one.
    if (idle !== undefined) this.#sendOver(idle, () => this.begin());
    else this.#connect().catch((cause: unknown) => this.#giveUp(cause));
  }

  async #connect(): Promise<void> {
    this.#sendOver(await this.#origin.connect(), () => this.#giveUp(new ClosedError()));
  }

  /** `otherwise` is what to do where the connection closes before anything was sent over it. */
  #sendOver(open: ClientConnection, otherwise: () => void): void {
    if (this.#isOver) return open.destroy();
    this.#connection = open;
    this.#origin.parts.turn.whenAllIsDone(() => {
      if (this.#isOver) return;
      if (open.isClosed) return otherwise();
      this.#isSent = true;
      open.send(this);
    });
  }

  /** It was called off. */
  handleEvent(): void {
    const reason = asError(this.#signal.reason);
    if (this.#isSent) this.#connection?.fail(reason);
    else {
      this.#connection?.destroy();
      this.#giveUp(reason);
    }
  }

  #giveUp(cause: unknown): void {
    this.over();
    this.failed(cause);
  }

  answered(head: ResponseHead, body: MessageBody): void {
    const { parts } = this.#origin;
    const answering = this.#answering;
    this.#answering = undefined;
    parts.turn.whenAllIsRead(() => {
      const source = decoded(body, head.fields.get("content-encoding"), parts.unpack);
      answering?.resolve(new LightResponse(head.status, new HeaderView(head.fields), source));
    });
  }

  failed(cause: unknown): void {
    this.#answering?.reject(cause);
    this.#answering = undefined;
  }

  over(): void {
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this);
  }
}

/** Nobody asked for packed answers; a reverse proxy before a box may pack them all the same. */
function decoded(
  body: MessageBody,
  coding: string | readonly string[] | undefined,
  unpack: Origin["parts"]["unpack"],
): BodySource {
  if (typeof coding !== "string" || coding === "identity") return body;
  const stream = () => {
    const packed = body.stream();
    return unpack(coding.trim().toLowerCase(), packed) ?? packed;
  };
  return { stream, bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()) };
}
