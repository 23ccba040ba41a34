/** Cuts an event stream into frames and says where it is not written as OpenAI writes it. Knows no JSON. */
import type { Deviation } from "./openai-schema.ts";

export interface Frame {
  /** Place in the stream, from 0, comments not counted. */
  readonly index: number;
  readonly event: string | undefined;
  readonly data: string;
}

export interface EventStream {
  readonly frames: readonly Frame[];
  readonly deviations: readonly Deviation[];
}

/** Reads a whole stream's text. `namesEvents` where each frame is to have an `event: ` line before its data. */
export function readEventStream(text: string, namesEvents: boolean): EventStream {
  const deviations: Deviation[] = [];
  const frames: Frame[] = [];
  if (text.includes("\r")) deviations.push({ at: "stream", what: "has carriage returns" });
  if (text !== "" && !text.endsWith("\n\n")) deviations.push({ at: "stream", what: "ends inside a frame" });
  for (const block of text.split("\n\n")) {
    const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith(":"));
    if (lines.length === 0) continue;
    const index = frames.length;
    const report = (what: string) => void deviations.push({ at: `frame ${index}`, what });
    const data = lines.filter((line) => line.startsWith("data: "));
    const events = lines.filter((line) => line.startsWith("event: "));
    const [event] = events.map((line) => line.slice("event: ".length));
    if (data.length !== 1) report(`has ${data.length} data lines`);
    if (!namesEvents && events.length > 0) report(`has an event line: ${event}`);
    if (namesEvents && events.length !== 1) report(`has ${events.length} event lines`);
    for (const line of lines) {
      if (!data.includes(line) && !events.includes(line))
        report(`has a line of another kind: ${line.slice(0, 60)}`);
    }
    frames.push({ index, event, data: data.map((line) => line.slice("data: ".length)).join("\n") });
  }
  return { frames, deviations };
}
