/** Output items that grow by deltas, each telling its own events in order. Knows no chat chunks and no other item. */
import type { JsonObject } from "../../protocol/openai/fields.ts";

/** Takes one event that has no number yet. */
export type Emit = (type: string, fields: JsonObject) => void;

/** Where an item stands, and what it is called. */
export interface ItemPlace {
  readonly id: string;
  readonly outputIndex: number;
}

/** How an item ends. */
export type ItemEnd = "completed" | "incomplete";

/** An item in the making. */
export interface OutputItem {
  /** Its last events; a second time there are none. */
  close(end: ItemEnd): void;
  /** As it stands; `incomplete` while it is open. */
  format(): JsonObject;
}

/** An item that is made of content parts: a message, or a model's thoughts. */
export interface PartsItem extends OutputItem {
  add(kind: PartKind, delta: string, logprobs?: readonly unknown[]): void;
}

/** A function call. */
export interface CallItem extends OutputItem {
  add(delta: string): void;
}

/** The kinds of content parts: where their text stands, and whether it has annotations and logprobs. */
export const partKinds = {
  text: { type: "output_text", field: "text", isAnnotated: true },
  refusal: { type: "refusal", field: "refusal", isAnnotated: false },
  reasoning: { type: "reasoning_text", field: "text", isAnnotated: false },
} as const;

export type PartKind = (typeof partKinds)[keyof typeof partKinds];

interface Part {
  readonly kind: PartKind;
  text: string;
  readonly logprobs: unknown[];
}

/** A message of the assistant, empty until something is added. */
export function createMessageItem(place: ItemPlace, emit: Emit): PartsItem {
  return createPartsItem(place, emit, (status, content) => ({
    id: place.id,
    type: "message",
    status,
    role: "assistant",
    content,
  }));
}

/** A model's thoughts, as text and not as a summary: backends give them whole. */
export function createReasoningItem(place: ItemPlace, emit: Emit): PartsItem {
  return createPartsItem(place, emit, (status, content) => ({
    id: place.id,
    type: "reasoning",
    status,
    summary: [],
    content,
  }));
}

/** A function call that is known by name; its arguments follow. */
export function createCallItem(
  place: ItemPlace,
  emit: Emit,
  call: { callId: string; name: string },
): CallItem {
  const at = { item_id: place.id, output_index: place.outputIndex };
  let args = "";
  const add = (delta: string) => {
    if (delta === "") return;
    args += delta;
    emit("response.function_call_arguments.delta", { ...at, delta });
  };
  const format = (status: string) => ({
    id: place.id,
    type: "function_call",
    status,
    call_id: call.callId,
    name: call.name,
    arguments: args,
  });
  const finish = (end: ItemEnd) => {
    // Clients parse the arguments of a whole call, and nothing at all is no JSON.
    if (args === "" && end === "completed") add("{}");
    emit("response.function_call_arguments.done", { ...at, name: call.name, arguments: args });
  };
  return { add, ...openItem(place, emit, format, finish) };
}

function createPartsItem(
  place: ItemPlace,
  emit: Emit,
  formatItem: (status: string, content: readonly JsonObject[]) => JsonObject,
): PartsItem {
  const parts: Part[] = [];
  const locate = () => ({
    item_id: place.id,
    output_index: place.outputIndex,
    content_index: parts.length - 1,
  });
  const closePart = () => {
    const part = parts.at(-1);
    if (part === undefined) return;
    const { kind, text, logprobs } = part;
    const done = { [kind.field]: text, ...(kind.isAnnotated ? { logprobs } : {}) };
    emit(`response.${kind.type}.done`, { ...locate(), ...done });
    emit("response.content_part.done", { ...locate(), part: formatPart(part) });
  };
  const openPart = (kind: PartKind): Part => {
    closePart();
    const part: Part = { kind, text: "", logprobs: [] };
    parts.push(part);
    emit("response.content_part.added", { ...locate(), part: formatPart(part) });
    return part;
  };
  const add: PartsItem["add"] = (kind, delta, logprobs = []) => {
    const last = parts.at(-1);
    const part = last?.kind === kind ? last : openPart(kind);
    if (delta === "") return;
    part.text += delta;
    part.logprobs.push(...logprobs);
    emit(`response.${kind.type}.delta`, { ...locate(), delta, ...(kind.isAnnotated ? { logprobs } : {}) });
  };
  return { add, ...openItem(place, emit, (status) => formatItem(status, parts.map(formatPart)), closePart) };
}

function formatPart({ kind, text, logprobs }: Part): JsonObject {
  const annotated = kind.isAnnotated ? { annotations: [], logprobs: [...logprobs] } : {};
  return { type: kind.type, [kind.field]: text, ...annotated };
}

/** What all items share: they are added, and once they are done nothing more is told of them. */
export function openItem(
  place: ItemPlace,
  emit: Emit,
  format: (status: string) => JsonObject,
  finish: (end: ItemEnd) => void,
): OutputItem {
  let ended: ItemEnd | undefined;
  const output_index = place.outputIndex;
  emit("response.output_item.added", { output_index, item: format("in_progress") });
  return {
    close(end) {
      if (ended !== undefined) return;
      ended = end;
      finish(end);
      emit("response.output_item.done", { output_index, item: format(end) });
    },
    format: () => format(ended ?? "incomplete"),
  };
}
