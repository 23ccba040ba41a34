/** Cuts text into the pieces that a model would produce one by one. Knows nothing of their meaning. */

/** Pieces of a few characters; together they are the text. A character is never cut in two. */
export function toPieces(text: string): readonly string[] {
  return text.match(/\s*\S{1,8}|\s+$/gu) ?? [];
}

/** Exactly `count` pieces, made while they are read, so that a long stream takes no memory. */
export function numberedPieces(count: number): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (let number = 1; number <= count; number++) yield `simulated ${number} `;
    },
  };
}

/** A rough count, as good as any tokeniser for a model that does not exist. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
