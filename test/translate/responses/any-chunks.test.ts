/** Whatever deltas come in whatever order: the events keep their order, and OpenAI's client takes them. */
import fc from "fast-check";
import { ResponseStream } from "openai/lib/responses/ResponseStream";
import { expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { createResponseEvents } from "../../../src/translate/responses/events.ts";
import { callDelta, deltaOf, facts } from "./chat-streams.ts";
import { expectEvents } from "./wire-check.ts";

const text = fc.constantFrom("", " ", "\n", "a", "b c");
const begun = fc.option(
  fc.constantFrom({ id: "x", name: "f" }, { id: "", name: "g" }, { id: "y", name: "" }),
  {
    nil: undefined,
  },
);
const delta = fc.oneof(
  text.map((content) => deltaOf({ content })),
  text.map((reasoning_content) => deltaOf({ reasoning_content })),
  text.map((refusal) => deltaOf({ refusal })),
  fc.tuple(fc.nat(2), text, begun).map(([index, args, start]) => callDelta(index, args, start)),
);
const reason = fc.constantFrom("stop", "tool_calls", "length", "content_filter", null);

function translate(deltas: readonly JsonObject[], finish: string | null): readonly JsonObject[] {
  const events = createResponseEvents({}, facts);
  return [...[...deltas, deltaOf({}, finish)].flatMap((chunk) => events.chunk(chunk)), ...events.end()];
}

it("keeps the order of events", () => {
  fc.assert(
    fc.property(fc.array(delta), reason, (deltas, finish) => expectEvents(translate(deltas, finish))),
  );
});

it("gives OpenAI's client what the last event says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(delta), reason, async (deltas, finish) => {
      const events = translate(deltas, finish);
      const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
      const stream = new Blob([lines]).stream();
      const final = await ResponseStream.fromReadableStream(stream).finalResponse();
      const last = events.at(-1)?.["response"];
      const { output, status } = isJsonObject(last) ? last : {};
      expect(final.status).toBe(status);
      expect(final.output.map(({ id }) => id)).toEqual(
        Array.isArray(output) ? output.filter(isJsonObject).map(({ id }) => id) : [],
      );
    }),
  );
});
