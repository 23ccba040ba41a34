/** Answers a request to the Responses endpoint, whole or as events. Knows no server's words. */
import type { Answer } from "./answer.ts";
import type { Respond } from "./manners/server-manners.ts";
import { readJson } from "./read-body.ts";
import type { RequestRules } from "./request-rules.ts";
import { respondEvents, respondJson } from "./respond.ts";
import { formatResponse, formatResponseEvents } from "./responses-events.ts";
import type { ResponseFacts } from "./responses-object.ts";
import { readResponses, type ResponsesBody } from "./responses-request.ts";
import type { StreamEvent } from "./stream-event.ts";
import { answerPrompt } from "./text.ts";
import { createWireId } from "./wire-id.ts";

/** How a server writes its responses. */
export interface ResponsesWire {
  createId(): string;
  whole(facts: ResponseFacts, answer: Answer): object;
  events(facts: ResponseFacts, answer: Answer): Iterable<StreamEvent>;
}

const asOpenai: ResponsesWire = {
  createId: () => createWireId("resp_"),
  whole: formatResponse,
  events: formatResponseEvents,
};

/** The route for one server's rules; written as OpenAI does where nothing else is said. `check` may refuse a request. */
export function createResponsesRoute(
  rules: RequestRules,
  wire = asOpenai,
  check: (body: ResponsesBody) => void = () => {},
): Respond {
  return async (context, box) => {
    const { body, prompt } = readResponses(await readJson(context, box), rules);
    check(body);
    const model = await box.memory.serve("chat", body.model ?? "", context.var.work.signal);
    const answer = answerPrompt(context, box, model, prompt);
    const createdAt = Math.floor(box.timing.now() / 1_000);
    const facts = { id: wire.createId(), createdAt, model: model.id, body };
    return body.stream === true
      ? respondEvents(context, box, wire.events(facts, answer))
      : respondJson(context, box, wire.whole(facts, answer), answer.usage.completionTokens);
  };
}
