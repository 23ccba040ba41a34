/** Sends upstream requests on Node by undici's dispatcher: no `fetch`, no stream where the body is wanted whole. */
import { type Duplex, pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import type { StopSignal } from "../../stop-signal.ts";
import { isPieces, type Runtime, type UpstreamInit } from "../../runtime.ts";
import { HeaderView, listHeaders } from "./header-view.ts";
import { type BodySource, LightResponse } from "./light-response.ts";
import { whenAllIsDone, whenAllIsRead } from "../turn.ts";
import { UpstreamBody } from "./upstream-body.ts";

export function createTransport(): Runtime["fetch"] {
  const agent = new Agent({
    // A long prompt keeps a box silent for longer than undici waits by itself; the app sets the limits.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000 },
    // LM Studio closes idle connections after 5 seconds: not to send into one that closes right now.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
  });
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const pathStart = url.indexOf("/", url.indexOf("//") + 2);
      const handler = createHandler(signal, resolve, reject);
      const options: Dispatcher.DispatchOptions = {
        origin: pathStart === -1 ? url : url.slice(0, pathStart),
        path: pathStart === -1 ? "/" : url.slice(pathStart),
        method: asMethod(method),
        headers: listHeaders(isPieces(body) ? withLength(headers, body) : headers),
        body: toDispatchBody(body),
      };
      whenAllIsDone(() => {
        try {
          agent.dispatch(options, handler);
        } catch (thrown) {
          reject(asError(thrown));
        }
      });
    });
}

function toDispatchBody(body: UpstreamInit["body"]): Uint8Array | Readable | null {
  return body instanceof ReadableStream || isPieces(body) ? Readable.from(body) : body;
}

/** Otherwise pieces would be sent as a body of unknown length. */
function withLength(headers: UpstreamInit["headers"], body: readonly Uint8Array[]): UpstreamInit["headers"] {
  const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return new Map([...headers, ["content-length", String(length)]]);
}

function createHandler(
  signal: StopSignal,
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  let body: UpstreamBody | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  const leave = () => {
    const reason = reasonOf(signal);
    controller?.abort(reason);
    if (body === undefined) reject(reason);
    else body.fail(reason);
  };
  const forget = () => signal.removeEventListener("abort", leave);
  signal.addEventListener("abort", leave, { once: true });

  return {
    onRequestStart(started) {
      controller = started;
      if (signal.aborted) started.abort(reasonOf(signal));
    },
    onResponseStart(started, status, headers) {
      // Interim answers, such as 103, have no body and are not the answer.
      if (status < 200) return;
      body = new UpstreamBody(started, forget);
      const source = decoded(body, headers["content-encoding"]);
      whenAllIsRead(() => resolve(new LightResponse(status, () => new HeaderView(headers), source)));
    },
    onResponseData(_controller, chunk) {
      body?.push(chunk);
    },
    onResponseEnd() {
      forget();
      body?.end();
    },
    onResponseError(_controller, error) {
      forget();
      const cause = signal.aborted ? reasonOf(signal) : error;
      if (body === undefined) reject(cause);
      else body.fail(cause);
    },
  };
}

/** Nobody asked for packed answers; a reverse proxy before a box may pack them all the same. */
function decoded(body: UpstreamBody, coding: string | string[] | undefined): BodySource {
  const unpack = typeof coding === "string" ? unpackers[coding.trim().toLowerCase()] : undefined;
  if (unpack === undefined) return body;
  const stream = () => {
    const unpacked = pipeline(Readable.from(body.stream()), unpack(), () => {});
    // The platform's own stream, which Node's types only name apart.
    return Readable.toWeb(unpacked) as ReadableStream<Uint8Array<ArrayBuffer>>;
  };
  return { stream, bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()) };
}

const unpackers: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

const reasonOf = (signal: StopSignal): Error => asError(signal.reason);

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

const methods: readonly string[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
] satisfies Dispatcher.HttpMethod[];

/** Any token is a method on the wire; undici's types list the common ones. */
function asMethod(method: string): Dispatcher.HttpMethod {
  if (isKnown(method)) return method;
  throw new TypeError(`The method ${method} cannot be passed on.`);
}

function isKnown(method: string): method is Dispatcher.HttpMethod {
  return methods.includes(method) || /^[A-Z-]+$/.test(method);
}
