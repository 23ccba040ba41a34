/** A binary heap whose members can be moved and taken out, each in O(log n). Knows nothing of tickets. */

export interface Heap<T> {
  /** The member that comes before all others. */
  first(): T | undefined;
  /** Adds a member, or moves it to where it now belongs. */
  place(item: T): void;
  remove(item: T): void;
  items(): readonly T[];
}

/** `isBefore` may change its mind about a member only just before that member is placed anew. */
export function createHeap<T>(isBefore: (one: T, other: T) => boolean): Heap<T> {
  const items: T[] = [];
  const indexes = new Map<T, number>();

  function put(item: T, index: number): void {
    items[index] = item;
    indexes.set(item, index);
  }

  function rise(item: T, from: number): number {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || !isBefore(item, parent)) break;
      put(parent, index);
      index = parentIndex;
    }
    put(item, index);
    return index;
  }

  function sink(item: T, from: number): void {
    let index = from;
    for (;;) {
      const left = items[2 * index + 1];
      const right = items[2 * index + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, item)) break;
      put(child, index);
      index = 2 * index + (isRight ? 2 : 1);
    }
    put(item, index);
  }

  return {
    first: () => items[0],
    place(item) {
      const index = indexes.get(item) ?? items.push(item) - 1;
      sink(item, rise(item, index));
    },
    remove(item) {
      const index = indexes.get(item);
      if (index === undefined) return;
      indexes.delete(item);
      const last = items.pop();
      if (last === undefined || last === item) return;
      sink(last, rise(last, index));
    },
    items: () => items,
  };
}
