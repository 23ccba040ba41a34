/** Reads the benchmark's command line. Pure. */
import { parseArgs } from "node:util";

export interface Options {
  readonly isQuick: boolean;
  /** Undefined is the usual choice. */
  readonly only: readonly string[] | undefined;
  readonly phases: readonly string[] | undefined;
  readonly rounds: number;
  readonly peers: readonly string[];
  readonly jsonFile: string | undefined;
  readonly writeFile: string | undefined;
  /** Makes the document from earlier runs' JSON and measures nothing. */
  readonly fromFiles: readonly string[] | undefined;
  readonly profileFolder: string | undefined;
  readonly help: boolean;
}

export const usage = `npm run bench -- [options]

  --quick              under a minute: direct, nginx, node-mapping, node-all; plain and paced-50
  --only NAME,...      these candidates; "node" is all that begin with node-
  --phases NAME,...    these phases; "paced" is all that begin with paced-
  --rounds N           how often each candidate runs each phase; 3, or 1 with --quick
  --peer NAME=COMMAND  another proxy; {box} and {port} in the command are the box's port and its own
  --json FILE          keeps every number
  --write FILE         writes the document, such as docs/PERFORMANCE.md
  --from FILE,...      measures nothing and takes the numbers of earlier --json files together
  --profile FOLDER     candidates on Node leave a CPU profile there
`;

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      phases: { type: "string" },
      rounds: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      write: { type: "string" },
      from: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds wants a whole number from 1");
  return {
    isQuick: values.quick,
    only: values.only?.split(","),
    phases: values.phases?.split(","),
    rounds,
    peers: values.peer,
    jsonFile: values.json,
    writeFile: values.write,
    fromFiles: values.from?.split(","),
    profileFolder: values.profile,
    help: values.help,
  };
}

/** Things by their names or the word their names begin with, in the order of `all`; throws for a word that names none. */
export function pick<T extends { readonly name: string }>(
  all: readonly T[],
  words: readonly string[] | undefined,
): readonly T[] {
  if (words === undefined) return all;
  const isNamed = (word: string, { name }: T) => name === word || name.startsWith(`${word}-`);
  const unknown = words.find((word) => !all.some((thing) => isNamed(word, thing)));
  if (unknown !== undefined) {
    throw new Error(`Nothing is called ${unknown}; there is ${all.map(({ name }) => name).join(", ")}.`);
  }
  return all.filter((thing) => words.some((word) => isNamed(word, thing)));
}
