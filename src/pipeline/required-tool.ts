/** Asks once more where a tool call was required and nothing at all came. */
import { isEmptyAnswer, requiredToolRetry, withToolHint } from "../dialects/mends/required-tool-retry.ts";
import { goOn, parseAnswer } from "./answer-body.ts";
import { type ModelRequestBody, toRequestBody } from "./request-body.ts";
import { factsOf, type Journey, openAnswer, type OpenAnswer } from "./open-answer.ts";
import { selectMends } from "../dialects/apply.ts";

const retry = [requiredToolRetry];

export function openWithTool(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  // Most requests require none, whoever answers.
  const mayNeedRetry = requiredToolRetry.applies?.(factsOf(request, journey)) ?? true;
  const open = mayNeedRetry ? openOrRetry : openAnswer;
  return open(clientHeaders, request, journey);
}

async function openOrRetry(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const open = await openAnswer(clientHeaders, request, journey);
  const { answer, attempt } = open;
  const isNeeded = selectMends(retry, attempt.backend, factsOf(request, journey)).length > 0;
  if (!isNeeded || answer.kind !== "json") return open;
  if (!isEmptyAnswer(goOn(open, () => parseAnswer(answer, attempt.backend)))) return open;
  attempt.release();
  const { exchange } = journey;
  const hinted = { ...withToolHint(request.fields), model: request.fields.model };
  const second = await openAnswer(clientHeaders, toRequestBody(hinted, exchange.target?.model), journey);
  exchange.mends.add(requiredToolRetry.id);
  return second;
}
