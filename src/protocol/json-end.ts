/** Finds where a JSON object or list ends in a text that comes in pieces. Knows no bytes; checks no spelling. */

export interface JsonEndFinder {
  /** The place in this piece behind the first object or list of all pieces; undefined while it is open or yet to begin. */
  push(piece: string): number | undefined;
}

/** Looks at each character once, however the text is cut. Asks for no more pieces once it has found the end. */
export function createJsonEndFinder(): JsonEndFinder {
  let depth = 0;
  let isString = false;
  let isEscaped = false;

  function lookInString(char: string | undefined): void {
    if (isEscaped) isEscaped = false;
    else if (char === "\\") isEscaped = true;
    else if (char === '"') isString = false;
  }

  return {
    push(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        const char = piece[at];
        if (isString) lookInString(char);
        else if (char === "{" || char === "[") depth += 1;
        else if (depth === 0) continue;
        else if (char === '"') isString = true;
        else if (char === "}" || char === "]") depth -= 1;
        if (depth === 0) return at + 1;
      }
      return undefined;
    },
  };
}

/** Takes the pieces of a text in turn: whether they may still be one object or list with white space around it. */
export type LoneJsonTest = (piece: string) => boolean;

/** Asks nothing of what stands in front of the JSON. */
export function createLoneJsonTest(): LoneJsonTest {
  const finder = createJsonEndFinder();
  let isClosed = false;
  return (piece) => {
    const end = isClosed ? 0 : finder.push(piece);
    if (end === undefined) return true;
    isClosed = true;
    return piece.slice(end).trim() === "";
  };
}
