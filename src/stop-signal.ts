/** What tells work that it was called off: as an AbortSignal, but made and followed at next to no cost. Knows no reasons. */

/** Who is told: a function, or an object with a method, which needs no function of its own. */
export type StopListener = (() => void) | { handleEvent(): void };

/** What of an AbortSignal the way of a request asks for; every AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
  /** Why, once it was aborted. */
  readonly reason: unknown;
  /** The listener is called once, and not at all where it was aborted before. */
  addEventListener(type: "abort", listener: StopListener, options?: { readonly once: true }): void;
  removeEventListener(type: "abort", listener: StopListener): void;
}

/** A signal and its switch in one. */
export class StopSwitch implements StopSignal {
  aborted = false;
  reason: unknown = undefined;
  /** Most have one listener, which needs no list. */
  #listener: StopListener | undefined;
  #others: StopListener[] | undefined;
  #platform: AbortController | undefined;

  addEventListener(_type: "abort", listener: StopListener): void {
    if (this.aborted) return;
    if (this.#listener === undefined) this.#listener = listener;
    else if (this.#others === undefined) this.#others = [listener];
    else this.#others.push(listener);
  }

  removeEventListener(_type: "abort", listener: StopListener): void {
    // While it is being told nobody is to be left out.
    if (this.aborted) return;
    if (this.#listener === listener) {
      this.#listener = this.#others?.shift();
      return;
    }
    const index = this.#others?.indexOf(listener) ?? -1;
    if (index >= 0) this.#others?.splice(index, 1);
  }

  /** Tells all who listen; only the first call counts. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const [first, others] = [this.#listener, this.#others];
    this.#listener = undefined;
    this.#others = undefined;
    if (first !== undefined) tell(first);
    for (const listener of others ?? []) tell(listener);
    this.#platform?.abort(reason);
  }

  /** The platform's own for whoever insists on one, such as `fetch`. */
  get platform(): AbortSignal {
    if (this.#platform === undefined) {
      this.#platform = new AbortController();
      if (this.aborted) this.#platform.abort(this.reason);
    }
    return this.#platform.signal;
  }
}

function tell(listener: StopListener): void {
  if (typeof listener === "function") listener();
  else listener.handleEvent();
}

/** The platform's own signal that follows this one. */
export function toAbortSignal(signal: StopSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  if (signal instanceof StopSwitch) return signal.platform;
  const controller = new AbortController();
  const follow = () => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  return controller.signal;
}
