/** What JSON looks like apart from what it says: keys in their order, and the types of what they hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../support/launch.ts";

/** Of a list the first item stands for all. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object") return typeof value;
  // Pairs, since two objects whose keys stand in another order are equal.
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}

/** The text of a recorded llama-server. */
export function recorded(name: string): string {
  return readFileSync(join(projectRoot, "test/fixtures/llama-server", name), "utf8");
}

/** Name and shape of each event, each kind of event once. */
export function eventShapes(text: string): readonly string[] {
  const shapes = text
    .split("\n\n")
    .filter((frame) => frame.trim() !== "")
    .map((frame) => {
      const name = /^event: (.*)$/m.exec(frame)?.[1] ?? "";
      const data = /^data: (.*)$/m.exec(frame)?.[1] ?? "";
      return `${name} ${data === "[DONE]" ? data : JSON.stringify(shapeOf(JSON.parse(data)))}`;
    });
  return [...new Set(shapes)];
}
