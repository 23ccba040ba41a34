/** Answers a request in Anthropic's form, whole or as events. Knows no server's words. */
import { countPromptTokens } from "./answer.ts";
import type { Respond } from "./manners/server-manners.ts";
import { readMessages } from "./messages-request.ts";
import { formatMessage, formatMessageEvents, type MessagesStyle } from "./messages-wire.ts";
import { readJson } from "./read-body.ts";
import type { RequestRules } from "./request-rules.ts";
import { respondEvents, respondJson } from "./respond.ts";
import { answerPrompt } from "./text.ts";
import { createWireId } from "./wire-id.ts";

const asAnthropic: MessagesStyle = { createId: () => createWireId("msg_"), tellsCache: false };

/** POST /v1/messages for one server's rules. */
export function createMessagesRoute(rules: RequestRules, style = asAnthropic): Respond {
  return async (context, box) => {
    const ask = readMessages(await readJson(context, box), rules);
    const model = await box.memory.serve("chat", ask.model, context.var.work.signal);
    const answer = answerPrompt(context, box, model, ask.prompt);
    const facts = { id: style.createId(), model: model.id };
    return ask.isStream
      ? respondEvents(context, box, formatMessageEvents(facts, answer, style))
      : respondJson(context, box, formatMessage(facts, answer, style), answer.usage.completionTokens);
  };
}

/** POST /v1/messages/count_tokens. */
export function createCountTokensRoute(rules: RequestRules): Respond {
  return async (context, box) => {
    const { prompt } = readMessages(await readJson(context, box), rules);
    return respondJson(context, box, { input_tokens: countPromptTokens(prompt) });
  };
}
