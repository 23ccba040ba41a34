/** llama-server's recorded answers, through the proxy, are what OpenAI's schema allows, wherever their bytes are cut. */
import { describe, expect, it } from "vitest";
import type { MendId } from "../../src/config/mend-ids.ts";
import { createTestApp } from "../support/test-app.ts";
import { type Capture, captures, play } from "./captures.ts";
import { findDeviations } from "./deviations.ts";

/** Without what would ask for one recorded answer several times, or for another one. */
const asRecorded = {
  responses: "native" as const,
  disabled_mends: ["several-choices", "several-prompts"] satisfies MendId[],
};

const configOf = (type: "llama-server" | "openai") => ({
  backends: { box: { url: "http://box.test", type, ...(type === "openai" ? {} : asRecorded) } },
});

/** What the client gets that it should not, each kind once, and whether the recorded answer was used. */
async function run(
  capture: Capture,
  size: number,
  config = configOf("llama-server"),
): Promise<{ found: readonly string[]; isPlayed: boolean }> {
  const { method, path, sent } = capture;
  let isPlayed = false;
  const fetch = play(capture, size, () => void (isPlayed = true));
  const app = createTestApp(config, { fetch });
  const headers = { "content-type": "application/json" };
  const answer = await app.request(path, { method, headers, ...(sent === undefined ? {} : { body: sent }) });
  const found = findDeviations({
    method,
    path,
    request: sent === undefined ? "" : new TextDecoder().decode(sent),
    status: answer.status,
    contentType: answer.headers.get("content-type") ?? "",
    answer: await answer.text(),
  });
  const kinds = found.map((line) =>
    line
      .replace(/^[^:]+: /, "")
      .replace(/frame \d+/, "frame n")
      .replace(/\/\d+(?=[/ ])/g, "/n")
      .replace(/, not \d+$/, ""),
  );
  return { found: [...new Set(kinds)], isPlayed };
}

/** Refused before any backend is asked, or answered from the list of models. */
const answeredByProxy = [
  "chat-image-unsupported",
  "chat-model-omitted",
  "chat-n0",
  "chat-temperature-string",
  "delete-model",
  "emb-empty-list",
  "emb-format-bad",
  "emb-missing",
  "err-bad-json",
  "err-bad-utf8",
  "err-empty-body",
  "err-json-array",
  "err-messages-empty",
  "err-messages-string",
  "err-no-messages",
  "method-not-allowed",
  "model-retrieve",
  "stream-type-bad",
  "tools-named-missing",
];

const streams = captures.filter(({ contentType }) => contentType.startsWith("text/event-stream"));

describe("an answer of llama-server", () => {
  it.for(captures)("gives what OpenAI's schema allows: $name", async (capture) => {
    const { found } = await run(capture, Infinity);
    expect(found).toEqual([]);
  });

  it.for([1, 13, 997])("gives the same with streams cut after every %i bytes", async (size) => {
    const outcomes = await Promise.all(streams.map((capture) => run(capture, size)));
    expect(streams.map(({ name }, place) => [name, outcomes[place]?.found])).toEqual(
      streams.map(({ name }) => [name, []]),
    );
  });

  it.for([
    "chat",
    "chat-n2-stream",
    "tools-required",
    "tools-required-stream",
    "think-stream",
    "completion-stream",
  ])("would not without the mends: %s", async (name) => {
    const capture = captures.find((one) => one.name === name);
    if (capture === undefined) throw new Error("there is no such capture");
    const { found } = await run(capture, Infinity, configOf("openai"));
    expect(found).not.toEqual([]);
  });

  it("is asked for, but for the requests that the proxy answers or refuses by itself", async () => {
    const outcomes = await Promise.all(
      captures.map(async (capture) => ({ ...capture, ...(await run(capture, Infinity)) })),
    );
    const unused = outcomes.filter(({ isPlayed }) => !isPlayed).map(({ name }) => name);
    expect(unused).toEqual(answeredByProxy);
  });
});
