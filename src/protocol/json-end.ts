/** Finds where a JSON object or list ends in a text that goes on. Knows no bytes; checks no spelling. */

/** The place after the value that begins at `start`; undefined while it is open, or where none begins. */
export function findJsonEnd(text: string, start: number): number | undefined {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (isString) {
      if (char === "\\") at += 1;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    if (depth <= 0 && !isString) return depth === 0 && at > start ? at + 1 : undefined;
  }
  return undefined;
}
