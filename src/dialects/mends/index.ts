/** The table of mends. Requests run down it, answers and streams run back up, so that a mend wraps those below it. */
import type { Mend } from "../mend.ts";
import { answerEnvelope } from "./answer-envelope.ts";
import { developerRole } from "./developer-role.ts";
import { embeddingBase64 } from "./embedding-base64.ts";
import { embeddingBatches } from "./embedding-batches.ts";
import { embeddingDimensions } from "./embedding-dimensions.ts";
import { emptyStop } from "./empty-stop.ts";
import { extraFields } from "./extra-fields.ts";
import { finishReason } from "./finish-reason.ts";
import { hiddenOverflow } from "./hidden-overflow.ts";
import { imageFormat, imageFormatOllama } from "./image-format.ts";
import { imageOnTextModel } from "./image-on-text-model.ts";
import { imageUrl } from "./image-url.ts";
import { jsonObjectFormat } from "./json-object-format.ts";
import { legacyFunctions } from "./legacy-functions.ts";
import { logprobsShape } from "./logprobs-shape.ts";
import { maxCompletionTokens } from "./max-completion-tokens.ts";
import { messageShape } from "./message-shape.ts";
import { namedToolChoice } from "./named-tool-choice.ts";
import { nullContent } from "./null-content.ts";
import { nullFields } from "./null-fields.ts";
import { openaiOnlyFields } from "./openai-only-fields.ts";
import { reasoningField } from "./reasoning-field.ts";
import { requiredToolRetry } from "./required-tool-retry.ts";
import { responseShape } from "./response-shape.ts";
import { schemaDialect } from "./schema-dialect.ts";
import { severalChoices } from "./several-choices.ts";
import { severalPrompts } from "./several-prompts.ts";
import { singleToolCall } from "./single-tool-call.ts";
import { streamUsage } from "./stream-usage.ts";
import { structuredOutputInReasoning } from "./structured-output-in-reasoning.ts";
import { systemFirst } from "./system-first.ts";
import { textParts } from "./text-parts.ts";
import { embeddingTokens, promptTokens } from "./token-input.ts";
import { toolCallIds } from "./tool-call-ids.ts";
import { toolCallsInText } from "./tool-calls-in-text.ts";
import { toolChoiceIgnored } from "./tool-choice-ignored.ts";
import { toolParameters } from "./tool-parameters.ts";
import { toolResultText } from "./tool-result-text.ts";
import { toolStrict } from "./tool-strict.ts";
import { unlimitedMaxTokens } from "./unlimited-max-tokens.ts";
import { usageNumbers } from "./usage-numbers.ts";

export const mends: readonly Mend[] = [
  severalPrompts,
  severalChoices,
  requiredToolRetry,
  legacyFunctions,
  streamUsage,
  answerEnvelope,
  responseShape,
  logprobsShape,
  usageNumbers,
  extraFields,
  toolCallIds,
  finishReason,
  singleToolCall,
  messageShape,
  reasoningField,
  toolCallsInText,
  structuredOutputInReasoning,
  hiddenOverflow,
  developerRole,
  toolResultText,
  textParts,
  imageOnTextModel,
  imageUrl,
  imageFormat,
  imageFormatOllama,
  nullContent,
  systemFirst,
  nullFields,
  emptyStop,
  maxCompletionTokens,
  unlimitedMaxTokens,
  toolParameters,
  toolStrict,
  schemaDialect,
  namedToolChoice,
  toolChoiceIgnored,
  jsonObjectFormat,
  openaiOnlyFields,
  embeddingBatches,
  promptTokens,
  embeddingTokens,
  embeddingBase64,
  embeddingDimensions,
];
