/** Makes of a JSON body what the client gets: checked, mended, under the client's name for the model, its tokens read. */
import { mendAnswer } from "../dialects/apply.ts";
import { withoutByteOrderMark } from "../protocol/byte-order-mark.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { withModel } from "../protocol/openai/model-field.ts";
import { replaceOnlyModel } from "../protocol/openai/only-model.ts";
import { readUsage, type TokenCounts, usageOf } from "../protocol/openai/read-usage.ts";
import { scanObject } from "../protocol/openai/scan.ts";
import { encodeModelName, replaceModel } from "../protocol/openai/splice.ts";
import { takeOutVectors } from "../protocol/openai/vectors.ts";
import type { AnswerContext } from "./answer-context.ts";
import { isErrorBody, isHiddenError } from "./hidden-error.ts";

export interface WholeAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What it came to, where the backend told. */
  readonly usage: TokenCounts | undefined;
}

/** A longer body is looked through rather than parsed, unless a mend has to see it: an embedding is mostly numbers. */
const mostParsedBytes = 32 * 1024;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Undefined where the body is no JSON object, or tells of an error. */
export function readWholeAnswer(
  answer: Uint8Array<ArrayBuffer>,
  context: AnswerContext,
): WholeAnswer | undefined {
  const bytes = withoutByteOrderMark(answer);
  const taken =
    bytes.byteLength > mostParsedBytes && passesVectors(context)
      ? takeOutVectors(bytes, context.runtime.byteSearch?.find)
      : undefined;
  if (taken === undefined) return readAsItIs(bytes, context);
  const short = readAsItIs(taken.skeleton, context);
  const whole = short && taken.restore(short.bytes);
  if (short === undefined || whole === undefined) return readAsItIs(bytes, context);
  return { bytes: whole, usage: short.usage };
}

/** Whether nobody looks into vectors: neither are they to be packed nor to be cut. */
function passesVectors({ endpoint, facts: { asked } }: AnswerContext): boolean {
  const { encoding_format: format, dimensions } = asked;
  return endpoint.kind === "embeddings" && format !== "base64" && typeof dimensions !== "number";
}

function readAsItIs(bytes: Uint8Array<ArrayBuffer>, context: AnswerContext): WholeAnswer | undefined {
  const isMended = context.mends.some((mend) => mend.answer !== undefined);
  if (!isMended && bytes.byteLength > mostParsedBytes) return spliceLong(bytes, context);
  const text = decoder.decode(bytes);
  const parsed = parseText(text);
  if (parsed === undefined || isErrorBody(parsed)) return undefined;
  const { body, applied } = mendAnswer(context.mends, parsed, context.facts);
  if (applied.length === 0) {
    const isPlain = context.endpoint.answerModelPath.length === 1 && typeof parsed["model"] === "string";
    const renamed = isPlain ? replaceOnlyModel(bytes, text, encodeModelName(context.alias)) : undefined;
    return { bytes: renamed ?? named(bytes, context), usage: usageOf(parsed) };
  }
  for (const id of applied) context.onMend(id);
  const mended = JSON.stringify(withModel(body, context.endpoint.answerModelPath, context.alias));
  return { bytes: encoder.encode(mended), usage: usageOf(body) };
}

function spliceLong(bytes: Uint8Array<ArrayBuffer>, context: AnswerContext): WholeAnswer | undefined {
  const isObject = scanObject(bytes, 0, bytes.byteLength, []) !== undefined;
  if (!isObject || isHiddenError(bytes)) return undefined;
  return { bytes: named(bytes, context), usage: readUsage(bytes) };
}

function named(bytes: Uint8Array<ArrayBuffer>, { endpoint, alias }: AnswerContext): Uint8Array<ArrayBuffer> {
  return replaceModel(bytes, endpoint.answerModelPath, encodeModelName(alias));
}

/** Undefined for what is no JSON object. */
export const parseObject = (bytes: Uint8Array): JsonObject | undefined => parseText(decoder.decode(bytes));

function parseText(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
