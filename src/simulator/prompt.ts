/** What a model is asked, whatever the endpoint: the one form that answers are made from. */
import { badField } from "./refusal.ts";

export interface Turn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  readonly imageCount: number;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON schema of type object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type ToolChoice = "none" | "auto" | "required";

export interface Prompt {
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  /** The JSON schema that the answer must be an instance of. */
  readonly schema: unknown;
  /** Infinity where there is no limit. */
  readonly maxTokens: number;
  readonly stops: readonly string[];
}

/** A prompt of one question, for endpoints without tools and schemas. */
export const barePrompt = {
  turns: [],
  tools: [],
  toolChoice: "auto",
  schema: undefined,
  maxTokens: Infinity,
  stops: [],
} as const satisfies Prompt;

/** Null, absent and -1 all mean no limit; -1 is in LM Studio's own examples. */
export function toMaxTokens(value: number | null | undefined): number {
  return value === null || value === undefined || value < 0 ? Infinity : value;
}

/** One stop or several; an empty one would stop at once and is passed over. */
export function toStops(value: string | readonly string[] | null | undefined): readonly string[] {
  const stops = typeof value === "string" ? [value] : (value ?? []);
  return stops.filter((stop) => stop !== "");
}

/** Only strings are accepted; the object that names one function is not (LM Studio's tools guide). */
export function toToolChoice(value: unknown): ToolChoice {
  if (value === undefined || value === null) return "auto";
  if (value === "none" || value === "auto" || value === "required") return value;
  const found = typeof value === "string" ? `value: '${value}'` : `type: '${typeof value}'`;
  throw badField(`Invalid tool_choice ${found}. Supported string values: none, auto, required`);
}

/** Web addresses are not fetched, and WebP is not decoded (BT#1120, #1752). */
export function requireEmbeddedImage(url: unknown): void {
  const isEmbedded =
    typeof url === "string" &&
    /^data:image\/[\w.+-]+;base64,/.test(url) &&
    !url.startsWith("data:image/webp");
  if (!isEmbedded) throw badField("'url' field must be a base64 encoded image.");
}
