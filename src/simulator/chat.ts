/** POST /v1/chat/completions. */
import { createAnswer } from "./answer.ts";
import type { Box, SimulatorContext } from "./box.ts";
import { chatBody, toChatPrompt } from "./chat-request.ts";
import { formatChat, formatChatEvents } from "./chat-wire.ts";
import { readBody } from "./read-body.ts";
import { respondEvents, respondJson } from "./respond.ts";
import { createWireId } from "./wire-id.ts";

/** Answers a chat completion; a bad request is refused before a model is loaded for it. */
export async function answerChat(context: SimulatorContext, box: Box): Promise<Response> {
  const body = await readBody(context, chatBody);
  const prompt = toChatPrompt(body);
  const model = await box.memory.serve("chat", body.model ?? "", context.var.work.signal);
  const answer = createAnswer(model, prompt, context.var.order.pieces);
  const created = Math.floor(box.timing.now() / 1_000);
  const facts = { id: createWireId("chatcmpl-"), created, model: model.id };
  if (body.stream !== true) {
    return respondJson(context, box, formatChat(facts, answer), answer.usage.completionTokens);
  }
  const includeUsage = body.stream_options?.include_usage === true;
  return respondEvents(context, box, formatChatEvents(facts, answer, includeUsage));
}
