/** A prompt over the model's context that comes back as an empty success. Knows no request. */
import { contextOverflow } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { idleStage, type Mend, type MendFacts, type MendStage } from "../mend.ts";

export const hiddenOverflow: Mend = {
  id: "hidden-overflow",
  title:
    "An empty answer to a prompt that fills the model's whole context becomes `context_length_exceeded`.",
  source: "BT#2339",
  kinds: ["lmstudio"],
  endpoints: ["chat"],
  answer(body, facts) {
    if (objectsIn(body["choices"]).every(({ message }) => isSilent(message))) refuseOverflow(body, facts);
    return undefined;
  },
  // Where nobody told how much the model holds, there is nothing to find.
  stream: (facts) => (facts.contextLength() === undefined ? idleStage : new OverflowWatch()),
};

/** Holds back what says nothing yet, so that the error can still be one of HTTP. */
class OverflowWatch implements MendStage {
  /** Undefined once it is decided that the answer says something. */
  #held: JsonObject[] | undefined = [];

  isUndecided(): boolean {
    return this.#held !== undefined;
  }

  chunk(chunk: JsonObject, facts: MendFacts): readonly JsonObject[] | undefined {
    if (this.#held === undefined) return undefined;
    const choices = objectsIn(chunk["choices"]);
    if (!choices.every(({ delta }) => isSilent(delta))) return [...this.end(), chunk];
    if (isJsonObject(chunk["usage"])) {
      refuseOverflow(chunk, facts);
      return [...this.end(), chunk];
    }
    this.#held.push(chunk);
    return [];
  }

  end(): readonly JsonObject[] {
    const chunks = this.#held ?? [];
    this.#held = undefined;
    return chunks;
  }
}

function refuseOverflow({ usage }: JsonObject, facts: MendFacts): void {
  const limit = facts.contextLength();
  const asked = isJsonObject(usage) ? usage["prompt_tokens"] : undefined;
  if (limit !== undefined && typeof asked === "number" && asked >= limit) throw contextOverflow(limit, asked);
}

function isSilent(part: unknown): boolean {
  if (!isJsonObject(part)) return true;
  const texts = [part["content"], part["reasoning_content"], part["reasoning"]];
  return (
    texts.every((text) => typeof text !== "string" || text === "") &&
    objectsIn(part["tool_calls"]).length === 0
  );
}
