/** A `Request` over one of Node's: what the app asks for is read from it directly, the rest comes from the platform's own. */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { StopSwitch } from "../../stop-signal.ts";
import { HeaderView } from "./header-view.ts";
import { whenAllIsRead } from "../turn.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class LightRequest implements Request {
  readonly url: string;
  readonly method: string;
  readonly #incoming: IncomingMessage;
  /** Tells that the client left before its answer was whole. */
  readonly leaving = new StopSwitch();
  #headers: Headers | undefined;
  #real: Request | undefined;
  #stream: ReadableStream<Bytes> | undefined;
  #ahead: Promise<ArrayBuffer> | undefined;
  #isUsed = false;

  constructor(incoming: IncomingMessage, url: string) {
    this.#incoming = incoming;
    this.url = url;
    this.method = incoming.method ?? "GET";
  }

  get headers(): Headers {
    this.#headers ??= new HeaderView(joinedHeaders(this.#incoming.rawHeaders));
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.leaving.platform;
  }

  /** The client left before its answer was whole. */
  leave(): void {
    if (!this.leaving.aborted) this.leaving.abort(new DOMException("The client left.", "AbortError"));
  }

  get #hasBody(): boolean {
    const { "content-length": length, "transfer-encoding": coding } = this.#incoming.headers;
    return coding !== undefined || (length !== undefined && length !== "0");
  }

  /** Begins to read a body of a modest announced length, before anybody has asked for it. */
  readAhead(): void {
    const length = Number(this.#incoming.headers["content-length"]);
    if (!(length > 0 && length <= mostReadAhead)) return;
    this.#ahead = readWhole(this.#incoming);
    // Perhaps nobody asks.
    this.#ahead.catch(() => {});
  }

  get body(): ReadableStream<Bytes> | null {
    if (!this.#hasBody) return null;
    if (this.#ahead !== undefined) this.#stream ??= streamOf(this.#ahead);
    // The platform's own stream, which Node's types only name apart.
    this.#stream ??= Readable.toWeb(this.#incoming) as ReadableStream<Bytes>;
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || this.#stream?.locked === true;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    if (this.#isUsed) return Promise.reject(new TypeError("The body has been read already."));
    if (this.#stream !== undefined) return this.#platform().arrayBuffer();
    this.#isUsed = true;
    return this.#ahead ?? (this.#hasBody ? readWhole(this.#incoming) : Promise.resolve(new ArrayBuffer()));
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(await this.arrayBuffer());
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
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

/** As `Headers` joins them; Node itself drops some that come twice. */
function joinedHeaders(raw: readonly string[]): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const before = joined[name];
    joined[name] = before === undefined ? value : `${before}${name === "cookie" ? ";" : ","} ${value}`;
  }
  return joined;
}

/** Into one array of the announced length where there is one, so that nothing is held twice. */
function readWhole(incoming: IncomingMessage): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(incoming.headers["content-length"]);
    const whole = Number.isSafeInteger(announced) ? new Uint8Array(announced) : undefined;
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.byteLength;
      if (whole === undefined) chunks.push(chunk);
      else {
        whole.set(chunk, length - chunk.byteLength);
        letGo(chunk);
      }
    };
    const breakOff = () => reject(new Error("The request broke off."));
    incoming.on("data", take);
    incoming.on("close", breakOff);
    incoming.once("end", () => {
      // Whoever listens holds the body for as long as the answer takes.
      incoming.off("data", take);
      incoming.off("close", breakOff);
      whenAllIsRead(() => resolve((whole ?? new Uint8Array(Buffer.concat(chunks, length))).buffer));
    });
    incoming.once("error", reject);
  });
}

/** In bytes: more is read once the request was let in. */
const mostReadAhead = 64 * 1024;

function streamOf(reading: Promise<ArrayBuffer>): ReadableStream<Bytes> {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(new Uint8Array(await reading));
      controller.close();
    },
  });
}

/** Smaller ones may share their memory with others. */
const leastOwnBytes = 16 * 1024;

/** Frees a large piece's memory now: until a collection finds it, pieces would come to as much as the body again. */
function letGo(chunk: Buffer): void {
  const { buffer, byteLength } = chunk;
  if (byteLength >= leastOwnBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}
