/** What is counted, whatever counts it. Knows no library and no request's inside; every method is cheap and never throws. */

/** One request that ended. What a client may choose freely has been bounded by the caller. */
export interface RequestSample {
  /** A route's pattern such as `/chat/completions`, or `other`. */
  readonly endpoint: string;
  /** The asked name where the configuration knows it, else `other`. */
  readonly alias: string;
  /** Empty where none was reached. */
  readonly backend: string;
  /** The HTTP status; `cut` where the answer broke after it had begun. */
  readonly status: string;
  /** Set where several models share the alias. */
  readonly variant: string | undefined;
  readonly seconds: number;
  /** Until the first byte of a stream. */
  readonly ttftSeconds: number | undefined;
  /** The mean time between two tokens of a stream. */
  readonly interTokenSeconds: number | undefined;
  /** For a place on a backend. */
  readonly waitedSeconds: number;
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  /** Backends that were tried in vain before. */
  readonly retries: number;
}

/** How things stand at this moment. */
export interface Standing {
  readonly waiting: number;
  readonly running: number;
  readonly isStateShared: boolean;
  readonly isStateDegraded: boolean;
  readonly backends: readonly {
    readonly name: string;
    readonly isUp: boolean;
    readonly isDrained: boolean;
    readonly inFlight: number;
  }[];
}

export interface Metrics {
  requestEnded(sample: RequestSample): void;
  /** All of it for a scraper; undefined where nothing is counted. */
  expose(standing: Standing): Promise<{ readonly contentType: string; readonly text: string } | undefined>;
}

/** Counts nothing. */
export const noMetrics: Metrics = { requestEnded() {}, expose: async () => undefined };
