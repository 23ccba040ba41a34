/** Several streams side by side, as choices of one answer come. Knows nothing of what they hold. */

/** One of each in turn, the last stream first, until all have ended. */
export function* interleave<Item>(streams: readonly Iterable<Item>[]): Generator<Item> {
  let open = streams.map((stream) => stream[Symbol.iterator]()).toReversed();
  while (open.length > 0) {
    const ended = new Set<Iterator<Item>>();
    for (const stream of open) {
      const next = stream.next();
      if (next.done === true) ended.add(stream);
      else yield next.value;
    }
    open = open.filter((stream) => !ended.has(stream));
  }
}
