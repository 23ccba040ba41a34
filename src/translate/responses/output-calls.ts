/** The tool calls of a chat choice, which may come in turns by index, as function call items. Knows no other item. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { type CallItem, createCallItem, type Emit, type ItemPlace } from "./output-items.ts";

/** The calls of one response. */
export interface Calls {
  /** One entry of a delta's `tool_calls`, with its place there for backends that send no index. */
  add(delta: JsonObject, position: number): void;
  /** Opens the calls whose name never came. */
  openRest(): void;
  areThere(): boolean;
}

type AddItem = (create: (place: ItemPlace, emit: Emit) => CallItem) => CallItem;

interface Call {
  id: string;
  name: string;
  args: string;
  /** From the moment on that the name is known. */
  item: CallItem | undefined;
}

/** No calls yet; `idBase` makes ids for those that come without one. */
export function createCalls(idBase: string, addItem: AddItem): Calls {
  const calls = new Map<unknown, Call>();

  const open = (call: Call) => {
    const { id, name } = call;
    call.item = addItem((place, emit) => createCallItem(place, emit, { callId: id, name }));
    call.item.add(call.args);
  };
  // Clients tell calls apart by id.
  const isFree = (id: unknown): id is string =>
    typeof id === "string" && id !== "" && ![...calls.values()].some((call) => call.id === id);
  const callAt = (key: unknown): Call => {
    const call = calls.get(key) ?? { id: `${idBase}_${calls.size}`, name: "", args: "", item: undefined };
    calls.set(key, call);
    return call;
  };

  return {
    add(delta, position) {
      const call = callAt(delta["index"] ?? position);
      const called = isJsonObject(delta["function"]) ? delta["function"] : {};
      const args = argumentsOf(called["arguments"]);
      if (call.item !== undefined) {
        call.item.add(args);
        return;
      }
      if (isFree(delta["id"])) call.id = delta["id"];
      if (typeof called["name"] === "string") call.name = called["name"];
      call.args += args;
      if (call.name !== "") open(call);
    },
    openRest() {
      for (const call of calls.values()) if (call.item === undefined) open(call);
    },
    areThere: () => calls.size > 0,
  };
}

/** Some backends send the arguments as an object. */
function argumentsOf(value: unknown): string {
  if (typeof value === "string") return value;
  return isJsonObject(value) ? JSON.stringify(value) : "";
}
