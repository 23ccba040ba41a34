/** `Headers` over what Node has parsed already: cheap to ask, and a real `Headers` once somebody changes it. */
import type { IncomingHttpHeaders } from "node:http";

type Values = Readonly<IncomingHttpHeaders>;

/** Names in lower case; a header that came several times is a list, or joined already. */
export class HeaderView implements Headers {
  readonly #values: Values;
  #own: Headers | undefined;

  constructor(values: Values) {
    this.#values = values;
  }

  #changeable(): Headers {
    this.#own ??= new Headers([...this.#pairs()]);
    return this.#own;
  }

  *#pairs(): Generator<[string, string]> {
    for (const name in this.#values) yield* pairsOf(name, this.#values[name]);
  }

  get(name: string): string | null {
    if (this.#own !== undefined) return this.#own.get(name);
    const key = name.toLowerCase();
    const value = Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#own?.getSetCookie() ?? [this.#values["set-cookie"] ?? []].flat();
  }

  append(name: string, value: string): void {
    this.#changeable().append(name, value);
  }

  delete(name: string): void {
    this.#changeable().delete(name);
  }

  set(name: string, value: string): void {
    this.#changeable().set(name, value);
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, thisArg?: unknown): void {
    if (this.#own !== undefined) {
      this.#own.forEach((value, name) => callback.call(thisArg, value, name, this));
      return;
    }
    for (const name in this.#values) {
      const value = this.#values[name];
      if (typeof value === "string") callback.call(thisArg, value, name, this);
      else for (const [, one] of pairsOf(name, value)) callback.call(thisArg, one, name, this);
    }
  }

  entries(): HeadersIterator<[string, string]> {
    // A generator has all that an iterator of headers has.
    return this.#own?.entries() ?? this.#pairs();
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }
}

function pairsOf(name: string, value: string | readonly string[] | undefined): [string, string][] {
  if (typeof value === "string") return [[name, value]];
  if (value === undefined) return [];
  return name === "set-cookie" ? value.map((one) => [name, one]) : [[name, value.join(", ")]];
}

/** Names and values in turn, as Node and undici take them. */
export function listHeaders(headers: Iterable<readonly [string, string]>): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) list.push(name, value);
  return list;
}
