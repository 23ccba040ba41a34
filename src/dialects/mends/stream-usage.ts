/** Token counts in streams: asked for always, shown as the client wants it. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

export const streamUsage: Mend = {
  id: "stream-usage",
  title:
    "Streams always ask for usage; the client sees it only where it asked, then in one last chunk, and null before.",
  source: "BT#676, BT#713, litellm#28735; OpenAI's recorded streams",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  applies: ({ asked }) => asked["stream"] === true,
  request(body) {
    const options = isJsonObject(body["stream_options"]) ? body["stream_options"] : {};
    if (options["include_usage"] === true) return undefined;
    return { ...body, stream_options: { ...options, include_usage: true } };
  },
  stream({ asked }) {
    const options = asked["stream_options"];
    return isJsonObject(options) && options["include_usage"] === true ? new LastUsage() : hiding;
  },
};

const hiding: MendStage = {
  chunk(chunk) {
    if (!("usage" in chunk)) return undefined;
    const rest = without(chunk, ["usage"]) ?? chunk;
    return isJsonObject(chunk["usage"]) && isEmptyList(chunk["choices"]) ? [] : [rest];
  },
};

class LastUsage implements MendStage {
  #last: JsonObject | undefined;

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    const { usage } = chunk;
    if (isJsonObject(usage)) this.#last = { ...chunk, choices: [], usage };
    if (isEmptyList(chunk["choices"]) && isJsonObject(usage)) return [];
    return usage === null ? undefined : [{ ...chunk, usage: null }];
  }

  end(): readonly JsonObject[] {
    return this.#last === undefined ? [] : [this.#last];
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
