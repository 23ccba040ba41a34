/** A server's connection over a fake wire, with a clock that the test moves. */
import { explainRefusal } from "../../../src/entry/explain-refusal.ts";
import { Answer } from "../../../src/http1/light-response.ts";
import type { LightRequest } from "../../../src/http1/light-request.ts";
import { ServerConnection } from "../../../src/http1/server-connection.ts";
import type { AnswerBody } from "../../../src/runtime.ts";
import { FakeTurn } from "./fake-turn.ts";
import { bytesOf, FakeWire } from "./fake-wire.ts";

export type Handle = (request: LightRequest) => Response | Promise<Response>;

export interface Served {
  readonly connection: ServerConnection;
  readonly wire: FakeWire;
  readonly turn: FakeTurn;
  readonly clock: { now: number; isStopping: boolean };
  /** How often it said that it is over. */
  closings(): number;
  /** Gives it pieces, each in a turn of its own, and waits until nothing more comes of them. */
  feed(...pieces: readonly string[]): Promise<void>;
  /** Moves the clock, and ends its patience where that is over. */
  wait(milliseconds: number): Promise<void>;
  /** The client closes its end, or breaks the connection. */
  leave(): Promise<void>;
}

export function serve(handle: Handle): Served {
  const wire = new FakeWire();
  const turn = new FakeTurn();
  const clock = { now: 1_000_000, isStopping: false };
  let closings = 0;
  const connection: ServerConnection = new ServerConnection(
    wire,
    {
      turn,
      handle,
      now: () => clock.now,
      isStopping: () => clock.isStopping,
      dateField: () => "date: today\r\n",
      explain: explainRefusal,
    },
    "10.0.0.1",
    { closed: () => void closings++ },
  );
  let isClosed = false;
  const close = () => {
    if (!isClosed) connection.closed();
    isClosed = true;
  };
  wire.onDestroy = () => turn.whenAllIsDone(close);
  return {
    connection,
    wire,
    turn,
    clock,
    closings: () => closings,
    async feed(...pieces) {
      for (const piece of pieces) {
        if (!wire.isDestroyed) connection.received(bytesOf(piece));
        await turn.settle();
      }
    },
    async wait(milliseconds) {
      clock.now += milliseconds;
      if (connection.deadline <= clock.now) connection.expire();
      await turn.settle();
    },
    async leave() {
      close();
      await turn.settle();
    },
  };
}

export const noHeaders: ReadonlyMap<string, string> = new Map();

export const answer = (body: AnswerBody, status = 200, headers = noHeaders): Response =>
  new Answer(body, status, headers);

/** Says what it was asked. */
export const echo: Handle = async (request) =>
  answer(`${request.method} ${new URL(request.url).pathname} [${await request.text()}]`);

/** A handler that waits for what the test answers. */
export function waitingHandle() {
  const requests: LightRequest[] = [];
  const answers: PromiseWithResolvers<Response>[] = [];
  const handle: Handle = (request) => {
    requests.push(request);
    const answering = Promise.withResolvers<Response>();
    answers.push(answering);
    return answering.promise;
  };
  return { handle, requests, answer: (index: number, body: Response) => answers[index]?.resolve(body) };
}
