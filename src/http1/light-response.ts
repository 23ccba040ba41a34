/** A `Response` whose parts stay as they are until somebody needs the platform's own. Knows no socket. */
import type { ChunkReader } from "../byte-channel.ts";
import { type AnswerBody, toBodyInit } from "../runtime.ts";

/** What a response's body is read from; each may be asked for one of them, once. */
export interface BodySource {
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** The same for who reads piece by piece; left out where `stream` is all there is. */
  pieces?(): ChunkReader;
}

/** With them the platform's own may have no body, not even one of nothing. */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

export class LightResponse implements Response {
  readonly status: number;
  readonly statusText = "";
  readonly redirected = false;
  readonly type = "default";
  readonly url = "";
  readonly #source: BodySource;
  #headers: Headers | (() => Headers);
  #real: Response | undefined;
  #isUsed = false;

  /** `headers` may be a function where they cost something and are seldom asked for. */
  constructor(status: number, headers: Headers | (() => Headers), source: BodySource) {
    this.status = status;
    this.#headers = headers;
    this.#source = source;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get headers(): Headers {
    if (typeof this.#headers === "function") this.#headers = this.#headers();
    return this.#headers;
  }

  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? this.#isUsed;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#platform().body;
  }

  /** The same as the platform's own; from then on it has the body. */
  #platform(): Response {
    const { status, headers } = this;
    this.#real ??= new Response(bodilessStatuses.has(status) ? null : this.#source.stream(), {
      status,
      headers: [...headers],
    });
    return this.#real;
  }

  /** The body piece by piece; undefined where there is none. */
  pieces(): ChunkReader | undefined {
    if (this.#real !== undefined || this.#isUsed || this.#source.pieces === undefined)
      return this.body?.getReader();
    this.#isUsed = true;
    return this.#source.pieces();
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#real !== undefined) return this.#real.bytes();
    if (this.#isUsed) return Promise.reject(new TypeError("The body has been read already."));
    this.#isUsed = true;
    return this.#source.bytes();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    return isWhole ? bytes.buffer : bytes.slice().buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  blob(): Promise<Blob> {
    return this.#platform().blob();
  }

  formData(): Promise<FormData> {
    return this.#platform().formData();
  }

  clone(): Response {
    return this.#platform().clone();
  }
}

/** An answer to a client, whose parts the listener takes as they are. */
export class Answer extends LightResponse {
  readonly parts: { readonly body: AnswerBody; readonly headers: ReadonlyMap<string, string> };

  constructor(body: AnswerBody, status: number, headers: ReadonlyMap<string, string>) {
    super(status, () => new Headers([...headers]), sourceOf(body));
    this.parts = { body, headers };
  }
}

function sourceOf(body: AnswerBody): BodySource {
  const platform = () => new Response(toBodyInit(body));
  return {
    bytes: () => platform().bytes(),
    stream: () => platform().body,
  };
}
