/** What a model is asked, whatever the endpoint: the one form that answers are made from. */

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
