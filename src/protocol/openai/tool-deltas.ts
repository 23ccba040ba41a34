/** Puts the tool calls of one streamed choice into OpenAI's order: index always, id, type and name once. */
import { digestCallId } from "../digest.ts";
import { isJsonObject, type JsonObject } from "./fields.ts";
import { without } from "./parts.ts";

export interface ToolDeltas {
  /** The pieces as they are to go out; those without a name wait until it comes. */
  change(pieces: readonly JsonObject[], answerId: unknown): readonly JsonObject[];
}

interface Call {
  /** As the backend counts; undefined where it does not. */
  readonly index: number | undefined;
  id: string;
  /** The place in the client's answer; undefined until the name is known. */
  place: number | undefined;
  text: string;
}

export function createToolDeltas(choice: number): ToolDeltas {
  const calls: Call[] = [];
  let told = 0;

  /** The call that a piece belongs to: by index, by id, or else the last one, unless it begins another. */
  function find(piece: JsonObject): Call | undefined {
    const index = indexOf(piece);
    const id = textOf(piece["id"]);
    const isNamed = textOf(nameOf(piece)) !== "";
    const known = calls.findLast((call) =>
      index === undefined ? id === "" || id === call.id : call.index === index,
    );
    if (known === undefined || !isNamed || known.place === undefined) return known;
    // Ollama once gave every call the index 0; servers without an index name each call once.
    const isOther = index === undefined ? id === "" || id !== known.id : id !== "" && id !== known.id;
    return isOther && isJson(known.text) ? undefined : known;
  }

  function begin(piece: JsonObject): Call {
    const call = { index: indexOf(piece), id: textOf(piece["id"]), place: undefined, text: "" };
    calls.push(call);
    return call;
  }

  function change(piece: JsonObject, answerId: unknown): JsonObject | undefined {
    const call = find(piece) ?? begin(piece);
    const args = argumentsOf(piece);
    call.text += args ?? "";
    const inner = isJsonObject(piece["function"]) ? piece["function"] : {};
    if (call.place !== undefined) {
      if (args === undefined || args === "") return undefined;
      const rest = without(piece, ["id", "type"]) ?? piece;
      return { ...rest, index: call.place, function: { ...without(inner, ["name"]), arguments: args } };
    }
    if (call.id === "") call.id = textOf(piece["id"]);
    const name = textOf(nameOf(piece));
    if (name === "") return undefined;
    call.place = told;
    if (call.id === "") call.id = digestCallId(answerId, choice, told);
    told += 1;
    const whole = { ...inner, name, arguments: call.text };
    return { ...piece, index: call.place, id: call.id, type: "function", function: whole };
  }

  return {
    change: (pieces, answerId) =>
      pieces.flatMap((piece): readonly JsonObject[] => {
        const changed = change(piece, answerId);
        return changed === undefined ? [] : [changed];
      }),
  };
}

function indexOf(piece: JsonObject): number | undefined {
  return typeof piece["index"] === "number" ? piece["index"] : undefined;
}

function nameOf(piece: JsonObject): unknown {
  return isJsonObject(piece["function"]) ? piece["function"]["name"] : undefined;
}

/** The arguments as text; an object is put in a string, as OpenAI has it. */
export function argumentsOf(call: JsonObject): string | undefined {
  const args = isJsonObject(call["function"]) ? call["function"]["arguments"] : undefined;
  if (args === undefined || args === null) return undefined;
  return typeof args === "string" ? args : JSON.stringify(args);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
