/** What the simulator says: always that it is simulated, then what it was told. Knows no wire. */
import type { SimulatedModel } from "./models.ts";
import type { Turn } from "./prompt.ts";

const longestExcerpt = 200;

/** The answer in text; some letters take two, three and four bytes, so that a cut inside one shows. */
export function cannedText(model: SimulatedModel, turns: readonly Turn[]): string {
  const opening = `This is a simulated answer by ${model.id}; no model was asked.`;
  return `${opening} ${describeLastTurn(model, turns)} Grüße, こんにちは, 🙂!`;
}

/** What a reasoning model thinks before it answers. */
export function cannedReasoning(turns: readonly Turn[]): string {
  return `Simulated reasoning: the last message has ${turns.at(-1)?.text.length ?? 0} characters. I shall repeat some of it.`;
}

function describeLastTurn(model: SimulatedModel, turns: readonly Turn[]): string {
  const last = turns.at(-1);
  if (last?.role === "tool") return `The tool said: “${excerpt(last.text)}”.`;
  const user = turns.findLast((turn) => turn.role === "user") ?? last;
  if (user === undefined) return "Nothing was said.";
  // A model without eyes passes over images without a word (BT#393).
  const images = model.type === "vlm" && user.imageCount > 0 ? ` Images seen: ${user.imageCount}.` : "";
  return `You said: “${excerpt(user.text)}”.${images}`;
}

/** By characters, not by UTF-16 units: half an emoji is no text. */
function excerpt(text: string): string {
  const characters = Array.from(text.slice(0, longestExcerpt * 2));
  const isShort = text.length <= longestExcerpt;
  return isShort ? text : `${characters.slice(0, longestExcerpt).join("")}…`;
}
