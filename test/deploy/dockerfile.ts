/** Reads a Dockerfile into its stages, as far as this project's uses the language. Knows no file by name. */

export interface Instruction {
  readonly word: string;
  /** All behind the word, with continued lines joined. */
  readonly text: string;
}

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Throws on an instruction outside of a stage. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  for (const line of lines.filter((line) => line.trim() !== "")) {
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (word === "FROM") {
      const [image = "", as, name] = rest.split(/\s+/);
      stages.push({ image, name: as === "AS" ? name : undefined, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${word} stands before any FROM`);
      stage.instructions.push({ word, text: rest });
    }
  }
  return stages;
}

/** What stands behind each instruction with the word, in order. */
export function textsOf(stage: Stage, word: string): readonly string[] {
  return stage.instructions.filter((one) => one.word === word).map(({ text }) => text);
}

/** The one instruction with the word. */
export function textOf(stage: Stage, word: string): string {
  const [text, ...more] = textsOf(stage, word);
  if (text === undefined || more.length > 0)
    throw new Error(`${word} stands ${more.length + 1} times, or never`);
  return text;
}

/** The exec form: `["node", "-e", "…"]`. Throws on the shell form, which would put a shell between signal and process. */
export function parseExec(text: string): readonly string[] {
  const list = /(?:^|\bCMD\s+)(\[.*\])$/.exec(text)?.[1];
  const words: unknown = JSON.parse(list ?? "null");
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) {
    throw new Error(`not of the exec form: ${text}`);
  }
  return words;
}

/** `ENV NAME=value` of a stage. */
export function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    textsOf(stage, "ENV").map((text) => {
      const at = text.indexOf("=");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

export interface Copy {
  /** The stage that it copies from, or undefined for the folder that is built. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** `COPY [--from=STAGE] SOURCE… TARGET` of a stage. */
export function copiesOf(stage: Stage): readonly Copy[] {
  return textsOf(stage, "COPY").map((text) => {
    const words = text.split(/\s+/);
    const from = /^--from=(.+)$/.exec(words[0] ?? "")?.[1];
    const paths = from === undefined ? words : words.slice(1);
    return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
  });
}
