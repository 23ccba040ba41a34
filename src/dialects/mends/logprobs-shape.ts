/** Log probabilities of chat answers, in the form and number that OpenAI gives. Knows no text completions. */
import { changeChoices } from "../../protocol/openai/change-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts, MendStage } from "../mend.ts";

export const logprobsShape: Mend = {
  id: "logprobs-shape",
  title:
    "Log probabilities have OpenAI's keys, without token ids, and no more alternatives than `top_logprobs` asks for.",
  source: "llama-server as recorded (chat-logprobs, chat-logprobs-no-top, chat-top-logprobs-big)",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ asked }) => asked["logprobs"] === true,
  answer: shape,
  stream: () => shaping,
};

const shaping: MendStage = {
  chunk(chunk, facts) {
    const shaped = shape(chunk, facts);
    return shaped === undefined ? undefined : [shaped];
  },
};

function shape(body: JsonObject, { asked }: MendFacts): JsonObject | undefined {
  const wanted = asked["top_logprobs"];
  const count = typeof wanted === "number" ? wanted : 0;
  return changeChoices(body, (choice) =>
    changeObject(choice, "logprobs", (logprobs) => {
      if (!("content" in logprobs)) return undefined;
      const tokens = changeList(logprobs, "content", (token) => shapeToken(token, count)) ?? logprobs;
      return { refusal: null, ...tokens };
    }),
  );
}

function shapeToken(token: JsonObject, count: number): JsonObject {
  const { id: _id, top_logprobs: all, ...rest } = token;
  const top = Array.isArray(all) ? all.slice(0, count) : [];
  return { ...rest, top_logprobs: top.map((one: unknown) => withoutId(one)) };
}

function withoutId(alternative: unknown): unknown {
  return isJsonObject(alternative) ? (without(alternative, ["id"]) ?? alternative) : alternative;
}
