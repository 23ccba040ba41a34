/** What the app needs from the place it runs in; a shell fills it. Knows nothing of OpenAI, Hono or any one runtime. */
import {
  type ByteChannel,
  type ChunkReader,
  joinChunks,
  type OpenChannel,
  openTransformChannel,
} from "./byte-channel.ts";
import type { ByteSearch } from "./find-byte.ts";
import { type StopSignal, toAbortSignal } from "./stop-signal.ts";

/** A stream is sent on as it is read; several pieces are one body of a known length. */
export type UpstreamBytes =
  Uint8Array<ArrayBuffer> | readonly Uint8Array<ArrayBuffer>[] | ReadableStream<Uint8Array> | null;

/** One request to a backend, as `fetch` takes it. */
export interface UpstreamInit {
  readonly method: string;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: UpstreamBytes;
  readonly signal: StopSignal;
}

export type AnswerBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | ByteChannel | string | null;

/** A GET of something public. */
export type PublicInit = Pick<UpstreamInit, "headers" | "signal">;

/** Takes one log event: a noun-verb name and flat fields. Must never throw and never keep a reference. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface Runtime {
  /** `node`, `bun`, `deno`, `workerd`, or a test's own word; shown in logs only. */
  readonly name: string;
  /** Sends one upstream request. Has no time limit of its own, follows no redirect, rejects as `fetch` does. */
  fetch(url: string, init: UpstreamInit): Promise<Response>;
  /** The answer to a client; `headers` are by lower-case names. A runtime may have a cheaper one than `new Response`. */
  respond(body: AnswerBody, status: number, headers: ReadonlyMap<string, string>): Response;
  /** The whole body of a request. May be cheaper than its `arrayBuffer`. */
  readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>>;
  /** The same in the pieces that it came in; left out where one array takes less memory in the end. */
  readInPieces?(request: Request): Promise<readonly Uint8Array<ArrayBuffer>[]>;
  /** The pieces of an upstream answer's body; undefined where it has none. May be cheaper than its `body`. */
  readPieces(response: Response): ChunkReader | undefined;
  /** Left out where the runtime has no search that is faster than four bytes at a time. */
  readonly byteSearch?: ByteSearch;
  /** Where a stream to a client is written; its body for `respond`. */
  openChannel: OpenChannel;
  /**
   * Sends a request that reaches public addresses only: it rejects where the address that is about to be connected to is
   * not public, whatever the name meant a moment before. Follows no redirect. Left out where a runtime cannot promise that.
   */
  fetchPublic?(url: string, init: PublicInit): Promise<Response>;
  /** Sends one UDP datagram, to a broadcast address too. Left out where a runtime has no such sockets. */
  sendDatagram?(bytes: Uint8Array, address: string, port: number): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once after `delayMs`; returns the function that calls it off. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** The client's IP address where the runtime can tell; `platform` is what the shell passed to `app.fetch` as its second argument. */
  clientAddress(request: Request, platform: unknown): string | undefined;
  /** Tells when the client left before its answer was whole. */
  clientSignal(request: Request): StopSignal;
  /** False on workerd, where one request may not wait for a promise that another began. */
  readonly sharesPromises: boolean;
  readonly log: Log;
}

/** Drops every event: for tests and for libraries that embed the app. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** An answer out of what every runtime has. */
export const portableRespond: Runtime["respond"] = (body, status, headers) =>
  new Response(toBodyInit(body), { status, headers: [...headers] });

/** A body out of what every request has; `bytes` came to the standard later. */
export const portableReadBytes: Runtime["readBytes"] = async (request) =>
  new Uint8Array(await request.arrayBuffer());

/** As the platform's own `Response` takes it. */
export function toBodyInit(body: AnswerBody): Exclude<AnswerBody, ByteChannel> {
  return typeof body === "object" && body !== null && "readable" in body ? body.readable : body;
}

/** The portable defaults; a shell overrides what it does better. */
export function createPortableRuntime(name: string, overrides: Partial<Runtime> = {}): Runtime {
  return {
    name,
    fetch: (url, init) => fetch(url, portableFetchInit(init)),
    respond: portableRespond,
    readBytes: portableReadBytes,
    readPieces: (response) => response.body?.getReader(),
    openChannel: openTransformChannel,
    now: () => Date.now(),
    random: () => Math.random(),
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    clientAddress: () => undefined,
    clientSignal: (request) => request.signal,
    sharesPromises: true,
    log: silentLog,
    ...overrides,
  };
}

/** As whatever takes no pieces wants it. */
export function joinPieces(body: UpstreamBytes): Exclude<UpstreamBytes, readonly unknown[]> {
  return isPieces(body) ? joinChunks(body) : body;
}

export function isPieces(body: UpstreamBytes): body is readonly Uint8Array<ArrayBuffer>[] {
  return Array.isArray(body);
}

/** `UpstreamInit` as the global `fetch` wants it: redirects are the caller's business, streams need `duplex`. */
export function portableFetchInit(init: UpstreamInit): RequestInit & { duplex?: "half" } {
  return {
    method: init.method,
    headers: [...init.headers],
    body: joinPieces(init.body),
    signal: toAbortSignal(init.signal),
    redirect: "manual",
    ...(init.body instanceof ReadableStream ? { duplex: "half" as const } : {}),
  };
}
