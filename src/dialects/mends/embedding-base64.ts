/** Vectors in the form that the client asked for. Knows no model. */
import { decodeFloats, encodeFloats } from "../../protocol/base64-floats.ts";
import { changeList } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const embeddingBase64: Mend = {
  id: "embedding-base64",
  title:
    "Vectors are asked for as floats and packed as base64 by the proxy where the client wants that, as SDKs do unasked.",
  source: "BT#756; openai-node PR#2150, openai-python#1490",
  kinds: localKinds,
  endpoints: ["embeddings"],
  request: (body) =>
    body["encoding_format"] === "float" ? undefined : { ...body, encoding_format: "float" },
  answer: (body, { asked }) =>
    changeList(body, "data", (item) => {
      const { embedding } = item;
      if (asked["encoding_format"] === "base64") {
        return isVector(embedding) ? { ...item, embedding: encodeFloats(embedding) } : undefined;
      }
      const floats = typeof embedding === "string" ? decodeFloats(embedding) : undefined;
      return floats === undefined ? undefined : { ...item, embedding: floats };
    }),
};

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}
