/** Whatever a client sends, in any cut: nothing throws, nothing waits for ever, no answer runs into the next. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesOf, cutAt } from "./support/fake-wire.ts";
import { readAnswers } from "./support/messages.ts";
import { answer, type Handle, type Served, serve } from "./support/serve.ts";

const good = [
  "GET /v1/models?a=1 HTTP/1.1\r\nhost: box:1234\r\naccept: */*\r\n\r\n",
  "POST /v1/x HTTP/1.1\r\nHost: box\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world",
  "POST /v1/y HTTP/1.1\r\nhost: box\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\na: b\r\n\r\n",
  "POST /v1/z HTTP/1.1\r\nhost: box\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}",
  "HEAD / HTTP/1.1\r\nhost: box\r\nconnection: keep-alive\r\n\r\n",
  "GET / HTTP/1.0\r\nconnection: keep-alive\r\ncookie: a=1\r\ncookie: b=2\r\n\r\n",
  "GET /last HTTP/1.1\r\nhost: box\r\nconnection: close\r\n\r\n",
];

/** Puts something else in a place of a text. */
const mutation = fc.tuple(
  fc.nat({ max: 400 }),
  fc.nat({ max: 4 }),
  fc.oneof(
    fc.constantFrom(
      "",
      "\r\n",
      "\n",
      "\r",
      ":",
      " ",
      "\0",
      "\t",
      "0",
      "-1",
      "ffffffff",
      "HTTP/1.1",
      "chunked",
    ),
    fc.constantFrom(
      "content-length: 3\r\n",
      "transfer-encoding: chunked\r\n",
      "\r\n\r\n",
      "\u00ff",
      "host: b\r\n",
    ),
    fc.string({ unit: "binary-ascii", maxLength: 4 }),
  ),
);

function mutated(text: string, mutations: readonly (readonly [number, number, string])[]): string {
  let result = text;
  for (const [place, length, instead] of mutations) {
    const at = place % (result.length + 1);
    result = result.slice(0, at) + instead + result.slice(at + length);
  }
  return result;
}

/** Answers in one of the ways in which answers are made. */
function handleBy(way: number, seen: string[]): Handle {
  return async (request) => {
    seen.push(request.method);
    if (way === 0) return answer("whole");
    if (way === 1) return answer(await request.text());
    if (way === 2) return answer(new Response(request.body ?? "no body").body);
    if (way === 3) return new Response("the platform's", { headers: { "content-type": "text/plain" } });
    throw new Error("The app failed.");
  };
}

/** Ends whatever is still waited for, as time would. */
async function outwait({ wire, wait, connection }: Served): Promise<void> {
  for (let round = 0; round < 4 && !wire.isDestroyed; round++) {
    expect(connection.deadline).toBeLessThan(Infinity);
    await wait(3_600_000);
  }
  expect(wire.isDestroyed).toBe(true);
}

const requests = fc.array(fc.constantFrom(...good), { minLength: 1, maxLength: 4 });
const places = fc.array(fc.nat({ max: 500 }), { maxLength: 6 });
const ways = fc.nat({ max: 4 });

it("requests with anything wrong in them are answered in order or refused, and never waited for in vain", async () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(requests, mutations, places, ways, async (texts, changes, cuts, way) => {
    const seen: string[] = [];
    const served = serve(handleBy(way, seen));
    const text = mutated(texts.join(""), changes);
    await served.feed(
      ...cutAt(
        text,
        cuts.filter((cut) => cut <= text.length),
      ),
    );
    // A stream of what the client has yet to send has not ended; all others are whole, or their connection is cut.
    const isWhole = way !== 2 && !served.wire.isDestroyed;
    const surplus = isWhole ? readAnswers(served.wire.written, seen).length - seen.length : 0;
    // Each request has one answer or waits for its body, and one may be refused.
    expect([-1, 0, 1]).toContain(surplus);
    await outwait(served);
  });
  await expect(fc.assert(property, { numRuns: 250 })).resolves.toBeUndefined();
});

it("requests with nothing wrong in them are all answered in order, however they are cut and answered", async () => {
  const property = fc.asyncProperty(
    requests,
    places,
    ways,
    fc.boolean(),
    async (texts, cuts, way, isAtOnce) => {
      const seen: string[] = [];
      const served = serve(handleBy(way, seen));
      const text = texts.join("");
      const pieces = cutAt(
        text,
        cuts.filter((cut) => cut <= text.length),
      );
      if (isAtOnce) for (const piece of pieces) served.connection.received(bytesOf(piece));
      else await served.feed(...pieces);
      await served.turn.settle();
      const answers = readAnswers(served.wire.written, seen);
      expect(answers.map(({ status }) => status)).toEqual(seen.map(() => (way === 4 ? 500 : 200)));
      const last = texts.findIndex((one) => one.includes("close"));
      const wanted = last === -1 ? texts.length : last + 1;
      // Who answers before the body is there, or in a stream without chunks, closes the connection.
      expect(answers.length).toBeGreaterThanOrEqual(way === 1 ? wanted : 1);
      expect(answers.length).toBeLessThanOrEqual(wanted);
      await outwait(served);
    },
  );
  await expect(fc.assert(property, { numRuns: 250 })).resolves.toBeUndefined();
});

it("bytes that are no request at all are refused or outwaited", async () => {
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
    const served = serve(handleBy(0, []));
    served.connection.received(new Uint8Array(bytes));
    await served.turn.settle();
    expect(readAnswers(served.wire.written).length).toBeLessThanOrEqual(1);
    await outwait(served);
  });
  await expect(fc.assert(property, { numRuns: 300 })).resolves.toBeUndefined();
});
