/** What is the same in every part of one answer, whatever the server. */

/** Who answers, when, and under what id. */
export interface WireFacts {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}
