/** POST /v1/responses. */
import { createAnswer } from "./answer.ts";
import type { Box, SimulatorContext } from "./box.ts";
import { readBody } from "./read-body.ts";
import { respondEvents, respondJson } from "./respond.ts";
import { formatResponse, formatResponseEvents } from "./responses-events.ts";
import { responsesBody, toResponsesPrompt } from "./responses-request.ts";
import { createWireId } from "./wire-id.ts";

/** Answers a response, whole or as events. */
export async function answerResponse(context: SimulatorContext, box: Box): Promise<Response> {
  const body = await readBody(context, responsesBody);
  const prompt = toResponsesPrompt(body);
  const model = await box.memory.serve("chat", body.model ?? "", context.var.work.signal);
  const answer = createAnswer(model, prompt, context.var.order.pieces);
  const createdAt = Math.floor(box.timing.now() / 1_000);
  const facts = { id: createWireId("resp_"), createdAt, model: model.id, body };
  return body.stream === true
    ? respondEvents(context, box, formatResponseEvents(facts, answer))
    : respondJson(context, box, formatResponse(facts, answer), answer.usage.completionTokens);
}
