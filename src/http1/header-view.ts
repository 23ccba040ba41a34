/** `Headers` over fields that were read already: cheap to ask, and a real `Headers` once somebody changes it. */
import type { Fields } from "./fields.ts";

export class HeaderView implements Headers {
  readonly #values: Fields;
  #own: Headers | undefined;

  constructor(values: Fields) {
    this.#values = values;
  }

  #changeable(): Headers {
    this.#own ??= new Headers([...this.#pairs()]);
    return this.#own;
  }

  *#pairs(): Generator<[string, string]> {
    for (const [name, value] of this.#values) yield* pairsOf(name, value);
  }

  get(name: string): string | null {
    if (this.#own !== undefined) return this.#own.get(name);
    const value = this.#values.get(name) ?? this.#values.get(name.toLowerCase());
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#own?.getSetCookie() ?? [this.#values.get("set-cookie") ?? []].flat();
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
    for (const [name, value] of this.#values) {
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

function pairsOf(name: string, value: string | readonly string[]): [string, string][] {
  if (typeof value === "string") return [[name, value]];
  return name === "set-cookie" ? value.map((one) => [name, one]) : [[name, value.join(", ")]];
}
