/** A `Request` over a head that was read: what the app asks for is read from it directly, the rest comes from the platform's own. */
import { StopSwitch } from "../stop-signal.ts";
import { HeaderView } from "./header-view.ts";
import type { MessageBody } from "./message-body.ts";
import type { RequestHead } from "./request-head.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Tells whoever listens that the client left before its answer was whole. */
export function abortAsLeft(leaving: StopSwitch): void {
  if (!leaving.aborted) leaving.abort(new DOMException("The client left.", "AbortError"));
}

export class LightRequest implements Request {
  readonly url: string;
  readonly method: string;
  /** Tells that the client left before its answer was whole. */
  readonly leaving = new StopSwitch();
  readonly #head: RequestHead;
  readonly #source: MessageBody | undefined;
  #headers: Headers | undefined;
  #real: Request | undefined;
  #stream: ReadableStream<Bytes> | undefined;
  #isUsed = false;

  /** `source` is undefined where there is no body. */
  constructor(head: RequestHead, url: string, source: MessageBody | undefined) {
    this.#head = head;
    this.#source = source;
    this.url = url;
    this.method = head.method;
  }

  get headers(): Headers {
    this.#headers ??= new HeaderView(this.#head.fields);
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.leaving.platform;
  }

  get body(): ReadableStream<Bytes> | null {
    if (this.#source === undefined) return null;
    this.#stream ??= this.#source.stream();
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || this.#stream?.locked === true;
  }

  bytes(): Promise<Bytes> {
    if (this.#isUsed) return Promise.reject(new TypeError("The body has been read already."));
    if (this.#stream !== undefined) return this.#platform().bytes();
    this.#isUsed = true;
    return this.#source?.bytes() ?? Promise.resolve(new Uint8Array());
  }

  /** The same in pieces. */
  whole(): Promise<readonly Bytes[]> {
    if (this.#isUsed || this.#stream !== undefined) return this.bytes().then((bytes) => [bytes]);
    this.#isUsed = true;
    return this.#source?.whole() ?? Promise.resolve([]);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    return isWhole ? bytes.buffer : bytes.slice().buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** What nobody on the way of a request asks for. */
  #platform(): Request {
    if (this.#real !== undefined) return this.#real;
    const { body } = this;
    const duplex = body === null ? {} : { body, duplex: "half" as const };
    const method = this.method === "TRACE" ? "GET" : this.method;
    this.#real = new Request(this.url, {
      method,
      headers: [...this.headers],
      signal: this.signal,
      ...duplex,
    });
    return this.#real;
  }

  blob(): Promise<Blob> {
    return this.#platform().blob();
  }
  formData(): Promise<FormData> {
    return this.#platform().formData();
  }
  clone(): Request {
    return this.#platform().clone();
  }
  get cache(): RequestCache {
    return this.#platform().cache;
  }
  get credentials(): RequestCredentials {
    return this.#platform().credentials;
  }
  get destination(): RequestDestination {
    return this.#platform().destination;
  }
  get duplex(): "half" {
    return "half";
  }
  get integrity(): string {
    return this.#platform().integrity;
  }
  get keepalive(): boolean {
    return this.#platform().keepalive;
  }
  get mode(): RequestMode {
    return this.#platform().mode;
  }
  get redirect(): RequestRedirect {
    return this.#platform().redirect;
  }
  get referrer(): string {
    return this.#platform().referrer;
  }
  get referrerPolicy(): ReferrerPolicy {
    return this.#platform().referrerPolicy;
  }
}
