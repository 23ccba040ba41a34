/** Reads the tool calls that models write as text, in the well-known markups. Knows no stream and no answer. */
import { isJsonObject, type JsonObject } from "./openai/fields.ts";

/** A call as it goes into an answer: the arguments are JSON in a string. */
export interface TextCall {
  readonly name: string;
  readonly arguments: string;
}

/** The parameters' schema by the name of each tool that was offered. */
export type KnownTools = ReadonlyMap<string, JsonObject>;

const noTools: KnownTools = new Map();

/** The tools of a request, those of the old `functions` included. */
export function knownTools(asked: JsonObject): KnownTools {
  const { tools, functions: legacy } = asked;
  if (tools === undefined && legacy === undefined) return noTools;
  const lists: unknown[] = [tools, legacy];
  const entries = lists.flatMap((list) => (Array.isArray(list) ? list.filter(isJsonObject) : []));
  const functions = entries.map((entry) => (isJsonObject(entry["function"]) ? entry["function"] : entry));
  return new Map(
    functions.flatMap(({ name, parameters }) =>
      typeof name === "string" && name !== "" ? [[name, isJsonObject(parameters) ? parameters : {}]] : [],
    ),
  );
}

/** One or more calls, each of a known tool; undefined where the text is anything else. */
export function parseCalls(text: string, tools: KnownTools): readonly TextCall[] | undefined {
  const body = text.trim();
  const calls =
    parseJsonCalls(body, tools) ??
    parseNamed(body, tools) ??
    parseTagged(body, tools) ??
    parseArgKeys(body, tools);
  return calls?.every(({ name }) => tools.has(name)) === true ? calls : undefined;
}

/** `{"name", "arguments"}`, a list of them, or what OpenAI wraps around them. */
function parseJsonCalls(body: string, tools: KnownTools): readonly TextCall[] | undefined {
  const parsed = parseJson(body);
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const calls = list.flatMap((item) => {
    const call = isJsonObject(item) ? callIn(item, tools) : undefined;
    return call === undefined ? [] : [call];
  });
  return calls.length > 0 && calls.length === list.length ? calls : undefined;
}

function callIn(item: JsonObject, tools: KnownTools): TextCall | undefined {
  const inner = isJsonObject(item["function"]) ? item["function"] : item;
  const { name } = inner;
  const given = inner["arguments"] ?? inner["parameters"];
  if (typeof name !== "string" || !tools.has(name)) return undefined;
  if (typeof given === "string") {
    return isJsonObject(parseJson(given)) ? { name, arguments: given } : undefined;
  }
  return isJsonObject(given) ? { name, arguments: JSON.stringify(given) } : undefined;
}

/** Mistral's `name[ARGS]{…}`, and `name>{…}` as it stands behind `<function=`. */
function parseNamed(body: string, tools: KnownTools): readonly TextCall[] | undefined {
  const [, name = "", json = ""] = /^([\w.-]+)\s*(?:\[ARGS\]|>)\s*(\{[^]*\})$/.exec(body) ?? [];
  return tools.has(name) && isJsonObject(parseJson(json)) ? [{ name, arguments: json }] : undefined;
}

/** `<function=name>` around JSON or around Qwen's `<parameter=key>value</parameter>`. */
function parseTagged(body: string, tools: KnownTools): readonly TextCall[] | undefined {
  const [, name = "", inner = ""] = /^(?:<function=)?([\w.-]+)>([^]*?)(?:<\/function>)?$/.exec(body) ?? [];
  if (!tools.has(name)) return undefined;
  const json = inner.trim();
  if (isJsonObject(parseJson(json))) return [{ name, arguments: json }];
  return pairs(name, json, { opening: /\s*<parameter=([\w.-]+)>/y, closing: "</parameter>" }, tools);
}

/** GLM's `name<arg_key>key</arg_key><arg_value>value</arg_value>`. */
function parseArgKeys(body: string, tools: KnownTools): readonly TextCall[] | undefined {
  const [, name = "", inner = ""] = /^([\w.-]+)\s*(<arg_key>[^]*)?$/.exec(body) ?? [];
  const markers = { opening: /\s*<arg_key>([^]*?)<\/arg_key>\s*<arg_value>/y, closing: "</arg_value>" };
  return tools.has(name) ? pairs(name, inner, markers, tools) : undefined;
}

/** `opening` is sticky, and has the key in it. */
interface PairMarkers {
  readonly opening: RegExp;
  readonly closing: string;
}

function pairs(
  name: string,
  text: string,
  markers: PairMarkers,
  tools: KnownTools,
): readonly TextCall[] | undefined {
  const properties = tools.get(name)?.["properties"];
  const values = pairsIn(text.trim(), markers)?.map(([key, value]) => {
    const schema = isJsonObject(properties) ? properties[key] : undefined;
    return [key, valueOf(value.replace(/^\n|\n$/g, ""), schema)] as const;
  });
  return values && [{ name, arguments: JSON.stringify(Object.fromEntries(values)) }];
}

/** Finds one marker behind the other, as a pattern of a whole pair tries each with each; undefined where one is missing. */
function pairsIn(text: string, { opening, closing }: PairMarkers): [string, string][] | undefined {
  const found: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    opening.lastIndex = at;
    const [, key] = opening.exec(text) ?? [];
    const start = opening.lastIndex;
    const end = key === undefined ? -1 : text.indexOf(closing, start);
    if (key === undefined || end === -1) return undefined;
    found.push([key.trim(), text.slice(start, end)]);
    at = end + closing.length;
  }
  return found;
}

/** Text stays text where the schema says string: an area code is no number. */
function valueOf(text: string, schema: unknown): unknown {
  if (isJsonObject(schema) && schema["type"] === "string") return text;
  return parseJson(text) ?? text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
