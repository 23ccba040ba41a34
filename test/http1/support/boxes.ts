/** A transport whose boxes are the test: it sees each connection, and says what the box says. */
import { createTransport } from "../../../src/http1/transport.ts";
import type { WireUser } from "../../../src/http1/wire.ts";
import type { UpstreamInit } from "../../../src/runtime.ts";
import { FakeTurn } from "./fake-turn.ts";
import { bytesOf, FakeWire } from "./fake-wire.ts";

export interface BoxConnection {
  readonly wire: FakeWire;
  readonly user: WireUser;
  /** The box says this, in these pieces. */
  say(...pieces: readonly string[]): void;
  /** It closes in good order, or breaks off with a cause. */
  close(cause?: Error): void;
}

/** `isSlow`: who connects waits for `connected`. */
export function fakeBoxes({ isSlow = false } = {}) {
  const turn = new FakeTurn();
  const connections: BoxConnection[] = [];
  const gate = Promise.withResolvers<void>();
  if (!isSlow) gate.resolve();

  function open(user: WireUser): BoxConnection {
    const wire = new FakeWire();
    let isClosed = false;
    const closed = (cause?: Error) => {
      if (!isClosed) user.closed(cause);
      isClosed = true;
    };
    wire.onDestroy = () => turn.whenAllIsDone(closed);
    return {
      wire,
      user,
      say(...pieces) {
        for (const piece of pieces) if (!wire.isDestroyed) user.received(bytesOf(piece));
      },
      close(cause) {
        if (cause === undefined && !wire.isDestroyed) user.ended();
        closed(cause);
      },
    };
  }

  const fetch = createTransport({
    turn,
    async connect(_to, user) {
      const connection = open(user);
      connections.push(connection);
      await gate.promise;
      return connection.wire;
    },
    unpack: () => undefined,
  });

  function begin(init: Partial<UpstreamInit> = {}, url = "http://box:1234/v1/models") {
    const signal = new AbortController();
    const usual: UpstreamInit = { method: "GET", headers: new Map(), body: null, signal: signal.signal };
    const response = fetch(url, { ...usual, ...init });
    response.catch(() => {});
    return { signal, response };
  }

  return {
    turn,
    connections,
    /** What every connection was sent, in the order in which they were made. */
    sent: () => connections.map(({ wire }) => wire.written),
    connected: () => gate.resolve(),
    fail: (cause: Error) => gate.reject(cause),
    /** Begins a request. */
    begin,
    /** Begins a request and reads its answer; `outcome` is its status and text, or the error. */
    ask(init: Partial<UpstreamInit> = {}, url?: string) {
      const { signal, response } = begin(init, url);
      const outcome = response
        .then(async (answer) => `${answer.status} ${await answer.text()}`)
        .catch((thrown: unknown) => thrown);
      return { signal, outcome };
    },
  };
}

/** An answer with a length. */
export const ok = (text: string, ...fields: string[]) =>
  `${["HTTP/1.1 200 OK", `content-length: ${text.length}`, ...fields].join("\r\n")}\r\n\r\n${text}`;
/** As it is sent where nothing else is told. */
export const request = "GET /v1/models HTTP/1.1\r\nhost: box:1234\r\nconnection: keep-alive\r\n\r\n";

type Boxes = ReturnType<typeof fakeBoxes>;

/** Asks, and has the connection that was asked answer. */
export async function askOnce(boxes: Boxes, answer = ok("fine")): Promise<unknown> {
  const { outcome } = boxes.ask();
  const before = boxes.connections.map(({ wire }) => wire.written.length);
  await boxes.turn.settle();
  boxes.connections.find(({ wire }, index) => wire.written.length > (before[index] ?? 0))?.say(answer);
  await boxes.turn.settle();
  return outcome;
}
