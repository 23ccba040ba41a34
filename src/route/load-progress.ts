/** How far a load is, as data and as a line for those who wait. Pure; knows no clock. */

/** What is being made ready: a model on a backend, or, where `model` is left out, the backend itself (it is waking up). */
export interface LoadTarget {
  readonly backend: string;
  readonly model?: string | undefined;
}

export interface LoadProgress {
  readonly state: "loading" | "waking";
  readonly target: LoadTarget;
  readonly sinceMs: number;
  /** From earlier loads of the same; undefined before the first. */
  readonly expectedMs: number | undefined;
}

/** `loading qwen3-8b on gpu1, 12 s of about 20 s`: one line, whatever names a backend has. */
export function formatLoadProgress({ state, target, sinceMs, expectedMs }: LoadProgress): string {
  const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1_000)} s`;
  const what = target.model === undefined ? target.backend : `${target.model} on ${target.backend}`;
  const isLate = expectedMs === undefined || sinceMs > expectedMs;
  const time = isLate ? seconds(sinceMs) : `${seconds(sinceMs)} of about ${seconds(expectedMs)}`;
  // oxlint-disable-next-line no-control-regex -- a line break in a name would begin another line of the stream
  return `${state} ${what}, ${time}`.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
}
