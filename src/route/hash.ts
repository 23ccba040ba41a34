/** Hashes text into numbers that choices are drawn from: fast, seeded, the same on every replica. Not for secrets. */

const range = 2 ** 53;

/** A whole number in [0, 2^53); the seed is one too, so that hashes can be chained. */
export function hashText(text: string, seed = 0): number {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ Math.floor(seed / 2 ** 32) ^ Math.imul(seed, 0x9e3779b1);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  // Each lane is finished with the other one, so that both halves depend on the whole text.
  const first = finish(low, high);
  const second = finish(high, first);
  return (second & 0x1fffff) * 2 ** 32 + (first >>> 0);
}

/** The hash as a number in (0, 1), both ends left out, so that its logarithm is finite and not 0. */
export function hashToShare(hash: number): number {
  return (Math.floor(hash / 2) + 0.5) / (range / 2);
}

/** The finaliser of MurmurHash3. */
function finish(lane: number, other: number): number {
  let mixed = lane ^ Math.imul(other ^ (other >>> 15), 0x735a2d97);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
