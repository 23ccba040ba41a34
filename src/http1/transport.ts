/** Sends requests to boxes over connections that are kept: no `fetch`, no stream where the body is wanted whole. */
import type { Runtime, UpstreamInit } from "../runtime.ts";
import { type Call, ClosedError } from "./call.ts";
import { frameCall } from "./call-head.ts";
import { ClientConnection } from "./client-connection.ts";
import { HeaderView } from "./header-view.ts";
import { type BodySource, LightResponse } from "./light-response.ts";
import type { MessageBody } from "./message-body.ts";
import type { Turn, Wire, WireUser } from "./wire.ts";

/** Where a box listens. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

export interface TransportParts {
  readonly turn: Turn;
  /** Resolves once it is connected; rejects with the runtime's own error, and not later than after some seconds. */
  connect(to: Destination, user: WireUser): Promise<Wire>;
  /** What a body in this coding is when it is unpacked; undefined for a coding that nobody knows. */
  unpack(
    coding: string,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
}

/** A box as requests name it, and its idle connections, the one that was used last at the end. */
interface Origin {
  readonly destination: Destination;
  readonly hostField: string;
  readonly idle: ClientConnection[];
}

/** Between two looks at connections that were idle for too long, in milliseconds. */
const sweepMs = 1_000;

export function createTransport({ turn, connect, unpack }: TransportParts): Runtime["fetch"] {
  const origins = new Map<string, Origin>();
  let isSweepDue = false;

  function originOf(text: string): Origin {
    const known = origins.get(text);
    if (known !== undefined) return known;
    const url = new URL(text);
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("unknown scheme");
    const isSecure = url.protocol === "https:";
    const origin: Origin = {
      destination: {
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: Number(url.port === "" ? (isSecure ? 443 : 80) : url.port),
        isSecure,
      },
      hostField: `host: ${url.host}\r\n`,
      idle: [],
    };
    origins.set(text, origin);
    return origin;
  }

  /** Closes what was idle for too long, while there is any. */
  function sweepSoon(): void {
    if (isSweepDue) return;
    isSweepDue = true;
    const timer: number | { unref?(): unknown } = setTimeout(() => {
      isSweepDue = false;
      const now = Date.now();
      for (const { idle } of origins.values()) {
        while (idle[0] !== undefined && idle[0].freeUntil <= now) idle.shift()?.destroy();
        if (idle.length > 0) sweepSoon();
      }
    }, sweepMs);
    // Nobody waits for it at the process's end.
    if (typeof timer !== "number") timer.unref?.();
  }

  async function connectTo(origin: Origin): Promise<ClientConnection> {
    const connection = new ClientConnection(turn, {
      free(self) {
        origin.idle.push(self);
        sweepSoon();
      },
      closed(self) {
        const at = origin.idle.indexOf(self);
        if (at !== -1) origin.idle.splice(at, 1);
      },
    });
    connection.connected(await connect(origin.destination, connection));
    return connection;
  }

  function takeIdle({ idle }: Origin): ClientConnection | undefined {
    const now = Date.now();
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.freeUntil > now && !last.isClosed) return last;
      last.destroy();
    }
    return undefined;
  }

  function start(origin: Origin, init: UpstreamInit, path: string, answer: Answering): void {
    const { signal } = init;
    let connection: ClientConnection | undefined;
    let isSent = false;
    let isOver = false;

    function leave(): void {
      const reason = asError(signal.reason);
      if (isSent) connection?.fail(reason);
      else {
        connection?.destroy();
        giveUp(reason);
      }
    }

    function giveUp(cause: unknown): void {
      call.over();
      answer.reject(cause);
    }

    const call: Call = {
      method: init.method,
      request: frameCall(origin.hostField, init, path),
      answered(head, body) {
        const source = decoded(body, head.fields.get("content-encoding"));
        turn.whenAllIsRead(() =>
          answer.resolve(new LightResponse(head.status, () => new HeaderView(head.fields), source)),
        );
      },
      failed: answer.reject,
      over() {
        isOver = true;
        signal.removeEventListener("abort", leave);
      },
    };
    signal.addEventListener("abort", leave, { once: true });

    function begin(): void {
      const idle = takeIdle(origin);
      if (idle !== undefined) sendOver(idle, begin);
      else connectTo(origin).then((fresh) => sendOver(fresh, () => giveUp(new ClosedError())), giveUp);
    }

    /** `otherwise` is what to do where the connection closes before anything was sent over it. */
    function sendOver(open: ClientConnection, otherwise: () => void): void {
      if (isOver) return open.destroy();
      connection = open;
      turn.whenAllIsDone(() => {
        if (isOver) return;
        if (open.isClosed) return otherwise();
        isSent = true;
        open.send(call);
      });
    }

    begin();
  }

  /** Nobody asked for packed answers; a reverse proxy before a box may pack them all the same. */
  function decoded(body: MessageBody, coding: string | readonly string[] | undefined): BodySource {
    if (typeof coding !== "string" || coding === "identity") return body;
    const stream = () => {
      const packed = body.stream();
      return unpack(coding.trim().toLowerCase(), packed) ?? packed;
    };
    return { stream, bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()) };
  }

  return (url, init) =>
    new Promise((resolve, reject) => {
      if (init.signal.aborted) return reject(asError(init.signal.reason));
      const pathStart = url.indexOf("/", url.indexOf("//") + 2);
      const origin = originOf(pathStart === -1 ? url : url.slice(0, pathStart));
      start(origin, init, pathStart === -1 ? "/" : url.slice(pathStart), { resolve, reject });
    });
}

interface Answering {
  readonly resolve: (response: Response) => void;
  readonly reject: (cause: unknown) => void;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
