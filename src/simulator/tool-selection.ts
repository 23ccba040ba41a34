/** Decides whether a prompt is answered with a tool call, and which. Knows no wire. */
import type { Prompt, Tool } from "./prompt.ts";

/** The tool that the answer calls, if any: always with `required`; else when the user's words speak of one. */
export function selectTool(prompt: Prompt): Tool | undefined {
  const [firstTool] = prompt.tools;
  if (firstTool === undefined || prompt.toolChoice === "none") return undefined;
  const lastTurn = prompt.turns.at(-1);
  // After a tool's result comes text, or a loop of calls would never end.
  const words = lastTurn?.role === "user" ? lastTurn.text.toLowerCase() : "";
  const mentioned =
    prompt.tools.find((tool) => isNamed(tool, words)) ??
    prompt.tools.find((tool) => isDescribed(tool, words));
  if (mentioned !== undefined) return mentioned;
  const isTold = prompt.turns.some((turn) => turn.role === "system" && /\bby calling\b/i.test(turn.text));
  const isAsked = prompt.toolChoice === "required" || isTold || /\b(?:tools?|weather)\b/.test(words);
  return isAsked ? firstTool : undefined;
}

function isNamed(tool: Tool, words: string): boolean {
  const name = tool.name.toLowerCase();
  return words.includes(name) || words.includes(name.replaceAll(/[_-]/g, " "));
}

/** Short words stand in every description and tell nothing. */
function isDescribed(tool: Tool, words: string): boolean {
  const described = tool.description.toLowerCase().match(/\p{L}{5,}/gu) ?? [];
  const spoken = new Set(words.match(/\p{L}{5,}/gu));
  return described.some((word) => spoken.has(word));
}
