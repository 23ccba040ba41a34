/** Log probabilities of pieces: numbers that a text determines, in the form that chat answers have them. */
import { createSeededRandom, hashText } from "./seeded.ts";

/** One piece of text and how likely it was. */
export interface TokenLogprob {
  readonly token: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
  readonly top_logprobs: readonly Omit<TokenLogprob, "top_logprobs">[];
}

/** One piece with its alternatives, the piece itself first. */
export function toLogprob(piece: string, alternatives: number): TokenLogprob {
  const random = createSeededRandom(hashText(piece));
  const told = describe(piece, -random());
  const others = Array.from({ length: Math.max(0, alternatives - 1) }, (_, index) =>
    describe(` ${index}`, told.logprob - random()),
  );
  return { ...told, top_logprobs: alternatives > 0 ? [told, ...others] : [] };
}

function describe(token: string, logprob: number): Omit<TokenLogprob, "top_logprobs"> {
  return { token, bytes: [...new TextEncoder().encode(token)], logprob };
}
