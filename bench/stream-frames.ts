/**
 * What a frame of an ordinary LM Studio text stream costs: with shapes remembered, and with each frame parsed and
 * rebuilt. Both run in turns in one process; only their ratio means something.
 */
import { parseConfig } from "../src/config/parse.ts";
import { createPlan } from "../src/config/plan.ts";
import { createStreamMend, selectMends } from "../src/dialects/apply.ts";
import type { StreamMend } from "../src/dialects/mend.ts";
import { mends } from "../src/dialects/mends/index.ts";
import { badGateway } from "../src/errors.ts";
import { createEventTranslation } from "../src/normalise/events.ts";
import { chatEndpoint } from "../src/protocol/openai/chat.ts";
import { mendFacts } from "../test/support/mend-facts.ts";

const rounds = 15;
const frameCount = 20_000;
const [backend] = createPlan(parseConfig({})).backends;
if (backend === undefined) throw new Error("The default configuration has a backend.");
const facts = mendFacts({ asked: { stream: true } });
const chosen = selectMends(mends, backend, facts);

const frames = Array.from({ length: frameCount }, (_, index) => {
  const choice = {
    index: 0,
    delta: { role: "assistant", content: ` word${index % 977}` },
    logprobs: null,
    finish_reason: null,
  };
  const head = {
    id: "chatcmpl-um3b5q",
    object: "chat.completion.chunk",
    created: 1_747_835_957,
    model: "local",
  };
  return new TextEncoder().encode(
    `data: ${JSON.stringify({ ...head, system_fingerprint: "local", choices: [choice] })}\n\n`,
  );
});

/** Nanoseconds a frame. */
function measure(isSpared: boolean): number {
  const mend = createStreamMend(chosen, facts, () => {});
  const shown: StreamMend | undefined = mend && {
    chunk: (chunk) => mend.chunk(chunk),
    passesText: () => isSpared && mend.passesText?.() === true,
  };
  const error = () => badGateway("none", "none");
  const translation = createEventTranslation({
    endpoint: chatEndpoint,
    alias: "gpt-4o",
    mend: shown,
    errors: { toError: error, malformed: error, truncated: error, broken: error },
  });
  const start = performance.now();
  let bytes = 0;
  for (const frame of frames) bytes += translation.push(frame).byteLength;
  if (bytes < frameCount * 100) throw new Error("The output is too short.");
  return ((performance.now() - start) * 1e6) / frameCount;
}

const spared: number[] = [];
const parsed: number[] = [];
for (let round = 0; round < rounds; round++) {
  spared.push(measure(true));
  parsed.push(measure(false));
}
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
process.stdout.write(
  `a frame, shape remembered: ${median(spared).toFixed(0)} ns\na frame, parsed and rebuilt: ${median(parsed).toFixed(0)} ns\n` +
    `ratio: ${(median(parsed) / median(spared)).toFixed(1)}\n`,
);
