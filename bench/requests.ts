/** What the benchmark asks: model names on both sides of a proxy, and request bodies. Pure but for the files it writes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What clients of a proxy that maps names ask for in place of the box's own name. */
export function aliasOf(localName: string): string {
  return localName.replace("local/", "gpt-4o-");
}

const question =
  "Explain to a colleague who has never seen one what a reverse proxy does, why somebody would put one in front of a " +
  'machine that runs language models, and what "streaming" means there.\nKeep it short; use one example — a café, say.';

const messages = [
  { role: "system", content: "You are a helpful assistant. Answer in plain words." },
  { role: "user", content: question },
];

const settings = { temperature: 0.7, max_tokens: 512 };

export const bodyKinds = {
  plain: (model: string) => ({ model, messages, ...settings }),
  stream: (model: string) => ({ model, stream: true, messages, ...settings }),
  /** A long context: 2 MB of text with the escapes that text has. */
  large: (model: string) => ({
    model,
    messages: [...messages, { role: "user", content: `${question}\n\t`.repeat(9_000) }],
    ...settings,
  }),
  embeddings: (model: string) => ({
    model,
    input: Array.from({ length: 256 }, (_, index) => `${index}: ${question}`),
    encoding_format: "float",
  }),
} satisfies Record<string, (model: string) => object>;

export type BodyKind = keyof typeof bodyKinds;

/** The file that holds a request's body. */
export function writeBody(folder: string, kind: BodyKind, model: string): string {
  const file = join(folder, `${kind}-${model.replaceAll("/", "-")}.json`);
  writeFileSync(file, JSON.stringify(bodyKinds[kind](model)));
  return file;
}
