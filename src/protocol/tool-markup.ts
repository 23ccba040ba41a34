/** Tool calls that a model wrote as text, found while the text comes in. Pure but for its own state; knows no chunk format. */
import { heldLength } from "./held-suffix.ts";
import { isJsonObject } from "./openai/fields.ts";

export interface WrittenCall {
  readonly name: string;
  /** JSON text, as OpenAI has it. */
  readonly arguments: string;
}

export interface MarkupPiece {
  /** Ordinary text that is sure to be none of a call. */
  readonly text: string;
  readonly calls: readonly WrittenCall[];
}

interface Markup {
  readonly open: string;
  readonly close: string;
  /** Undefined where the inner text is no call after all. */
  parse(inner: string): readonly WrittenCall[] | undefined;
}

/** Qwen, Hermes and others; LM Studio's own for models without a template; Llama's; Mistral's. */
const markups: readonly Markup[] = [
  { open: "<tool_call>", close: "</tool_call>", parse: parseCalls },
  { open: "[TOOL_REQUEST]", close: "[END_TOOL_REQUEST]", parse: parseCalls },
  { open: "<function=", close: "</function>", parse: parseFunctionTag },
  { open: "[TOOL_CALLS]", close: "]\n", parse: (inner) => parseCalls(`${inner}]`) },
];
const opens = markups.map(({ open }) => open);

export interface MarkupReader {
  /** Text is held back by no more than the longest marker, until one opens; then until it closes. */
  push(text: string): MarkupPiece;
  /** What was held back: as the text it was, unless it is a call that only lacks its end. */
  end(): MarkupPiece;
}

export function createMarkupReader(): MarkupReader {
  let held = "";

  function run(isEnd: boolean): MarkupPiece {
    let text = "";
    const calls: WrittenCall[] = [];
    for (;;) {
      const found = findOpen(held);
      if (found === undefined) {
        const sure = held.length - (isEnd ? 0 : heldLength(held, opens));
        text += held.slice(0, sure);
        held = held.slice(sure);
        return { text, calls };
      }
      const { markup, start } = found;
      text += held.slice(0, start);
      held = held.slice(start);
      const body = held.slice(markup.open.length);
      const end = body.indexOf(markup.close);
      if (end === -1 && !isEnd) return { text, calls };
      const inner = end === -1 ? body : body.slice(0, end);
      const parsed = markup.parse(
        end === -1 ? inner.replace(/\]\s*$/, markup.open === "[TOOL_CALLS]" ? "" : "]") : inner,
      );
      const whole = end === -1 ? held : held.slice(0, markup.open.length + end + markup.close.length);
      if (parsed === undefined) text += whole;
      else calls.push(...parsed);
      held = held.slice(whole.length);
    }
  }

  return {
    push(text) {
      held += text;
      return run(false);
    },
    end: () => run(true),
  };
}

function findOpen(text: string): { markup: Markup; start: number } | undefined {
  const found = markups
    .map((markup) => ({ markup, start: text.indexOf(markup.open) }))
    .filter(({ start }) => start !== -1)
    .sort((a, b) => a.start - b.start);
  return found[0];
}

function parseCalls(inner: string): readonly WrittenCall[] | undefined {
  const parsed = parseJson(inner);
  const entries: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const calls = entries.map(toCall);
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** `<function=get_weather>{"city":"Paris"}</function>`, without its opening word. */
function parseFunctionTag(inner: string): readonly WrittenCall[] | undefined {
  const [, name, body] = /^([^>\s]+)>([\s\S]*)$/.exec(inner) ?? [];
  const parsed = parseJson(body ?? "");
  return name === undefined || !isJsonObject(parsed)
    ? undefined
    : [{ name, arguments: JSON.stringify(parsed) }];
}

function toCall(value: unknown): WrittenCall | undefined {
  if (!isJsonObject(value) || typeof value["name"] !== "string") return undefined;
  const given = value["arguments"] ?? value["parameters"] ?? {};
  return { name: value["name"], arguments: typeof given === "string" ? given : JSON.stringify(given) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
