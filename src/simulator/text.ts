/** Answers a request for text, whole or streamed: chat or completions. Knows no server's words. */
import { type Answer, countPromptTokens, createAnswer, emptyAnswer } from "./answer.ts";
import type { Box, SimulatorContext } from "./box.ts";
import type { Respond, TextAsk, TextEndpoint } from "./manners/server-manners.ts";
import { contextLengthOf, type SimulatedModel } from "./models.ts";
import type { Prompt } from "./prompt.ts";
import { readJson } from "./read-body.ts";
import { Refusal } from "./refusal.ts";
import { respondEvents, respondJson } from "./respond.ts";

/** The route of an endpoint; a bad request is refused before a model is loaded for it. */
export function createTextRoute(endpoint: TextEndpoint, adapt = asItIs): Respond {
  return async (context, box) => {
    const ask = endpoint.read(await readJson(context, box));
    const model = adapt(await box.memory.serve("chat", ask.model, context.var.work.signal));
    const answers = answerAll(context, box, model, ask);
    const created = Math.floor(box.timing.now() / 1_000);
    const facts = { id: endpoint.createId(), created, model: model.id };
    if (ask.isStream) return respondEvents(context, box, endpoint.events(facts, answers, ask));
    const tokens = answers.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
    return respondJson(context, box, endpoint.whole(facts, answers, ask), tokens);
  };
}

function asItIs(model: SimulatedModel): SimulatedModel {
  return model;
}

/** For endpoints that have no field for thoughts. */
export function withoutThoughts(model: SimulatedModel): SimulatedModel {
  return { ...model, isReasoning: false, hasThinkTags: false };
}

function answerAll(
  context: SimulatorContext,
  box: Box,
  model: SimulatedModel,
  ask: TextAsk,
): readonly Answer[] {
  return ask.prompts.flatMap((prompt) =>
    Array.from({ length: ask.choices }, () => answerPrompt(context, box, model, prompt)),
  );
}

/** The answer to one prompt, as far as the server lets it reach the model. */
export function answerPrompt(
  context: SimulatorContext,
  box: Box,
  model: SimulatedModel,
  prompt: Prompt,
): Answer {
  const { order } = context.var;
  const tokens = countPromptTokens(prompt);
  const { conduct } = box;
  const lastSystem = prompt.turns.findLastIndex(({ role }) => role === "system");
  // The mend `system-first` answers it (BT#1342).
  if (order.quirks.has("system-first-only") && lastSystem > 0) {
    throw new Refusal(
      400,
      "Error rendering prompt with jinja template: System message must be at the beginning.",
    );
  }
  // The mend `hidden-overflow` answers it (BT#2339).
  if (order.within === "overflow-empty") return emptyAnswer(Math.max(tokens, contextLengthOf(model)));
  const admitted = conduct.admit(model, prompt, tokens);
  return admitted.isEmpty
    ? emptyAnswer(admitted.promptTokens)
    : createAnswer(model, prompt, order, conduct.voice, admitted.promptTokens);
}
