/** A wire without a socket: keeps what was written, and says what the test wants said. */
import type { Wire } from "../../../src/http1/wire.ts";

export class FakeWire implements Wire {
  /** Each character is a byte. */
  written = "";
  /** The same, as it was handed over. */
  readonly pieces: string[] = [];
  /** False: whoever writes has to wait for `drained`. */
  takes = true;
  isPaused = false;
  isEnded = false;
  isDestroyed = false;
  /** It was cut as an error. */
  isReset = false;
  /** Told when it is cut, as a socket does: later. */
  onDestroy: () => void = () => {};

  write(before: string, bytes: Uint8Array = new Uint8Array(), after = ""): boolean {
    if (this.isEnded) throw new Error("It was written to after the end.");
    if (this.isDestroyed) return this.takes;
    const piece = before + latin1(bytes) + after;
    this.pieces.push(piece);
    this.written += piece;
    return this.takes;
  }

  /** What was written since the last look. */
  take(): string {
    const { written } = this;
    this.written = "";
    return written;
  }

  get hasUnsent(): boolean {
    return !this.takes;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.onDestroy();
  }

  reset(): void {
    this.isReset = true;
    this.destroy();
  }

  get isOver(): boolean {
    return this.isEnded || this.isDestroyed;
  }
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The bytes of a text whose characters are bytes, in memory of their own, as a socket gives them. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "latin1"));

/** The text in pieces, cut at these places; none of them is empty, as a socket gives none that is. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const cuts = [0, ...[...places].sort((a, b) => a - b), text.length];
  return cuts
    .slice(1)
    .map((end, index) => text.slice(cuts[index], end))
    .filter((piece) => piece !== "");
}
