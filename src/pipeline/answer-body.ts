/** What the proxy itself reads of whole answers, and what becomes of their places where that fails. Knows no endpoint. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { badGateway } from "../errors.ts";
import { parseObject, type WholeAnswer } from "../normalise/whole-answer.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { OpenAnswer } from "./open-answer.ts";

/** Takes a step with an open answer. Where it throws, nobody comes back for the answer, and its attempt is over. */
export function goOn<T>({ attempt }: Pick<OpenAnswer, "attempt">, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    attempt.release("neutral");
    throw thrown;
  }
}

/** The fields of a whole answer; 502 where it is none, such as one with a number that JSON does not know. */
export function parseAnswer({ bytes }: Pick<WholeAnswer, "bytes">, backend: BackendPlan): JsonObject {
  const parsed = parseObject(bytes);
  if (parsed !== undefined) return parsed;
  throw badGateway(
    `${labelOf(backend)} answered with something else than a JSON object. Its own log may tell why.`,
    "backend_answer_malformed",
  );
}
