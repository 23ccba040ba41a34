/** A client whose uses are the functions of a Python script. The script runs once a place and prints a line for each. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../support/launch.ts";
import { runScript, whyNoPython } from "../../support/python.ts";
import type { Client, Place, Use } from "../client.ts";

/** What one run of the script said: nothing for a use that worked, else why not. */
type Outcomes = ReadonlyMap<string, string | undefined>;

const pythonFolder = join(projectRoot, "test", "python");

/** The scripts of a prefix as a client; `python` is undefined where none has the package. */
export function createPythonClient(packageName: string, prefix: string, python: string | undefined): Client {
  const runs = new WeakMap<Place, Promise<Outcomes>>();
  const runOnce = (place: Place): Promise<Outcomes> => {
    const running = runs.get(place) ?? runAt(place, python, prefix);
    runs.set(place, running);
    return running;
  };
  const toUse = (name: string): [string, Use] => [
    name,
    async (place) => {
      const outcomes = await runOnce(place);
      const failure = outcomes.has(name) ? outcomes.get(name) : "The script said nothing of this use";
      if (failure !== undefined) throw new Error(failure);
    },
  ];
  return {
    name: `${packageName} ${versionOf(packageName)} for Python`,
    uses: Object.fromEntries(namesIn(prefix).map(toUse)),
    ...(python === undefined ? { skipped: whyNoPython } : {}),
  };
}

/** Read from the text, so that they are known without running it; a colon would end a name too early. */
function namesIn(prefix: string): string[] {
  const scripts = readdirSync(pythonFolder).filter((name) => name.startsWith(`${prefix}_`));
  const source = scripts.map((name) => readFileSync(join(pythonFolder, name), "utf8")).join("\n");
  return [...source.matchAll(/^@use\("([^":]+)"\)$/gm)].flatMap(([, name]) => name ?? []);
}

function versionOf(packageName: string): string {
  const requirements = readFileSync(join(pythonFolder, "requirements.txt"), "utf8");
  return requirements.match(new RegExp(`^${packageName}==(.+)$`, "m"))?.[1] ?? "";
}

async function runAt(place: Place, python: string | undefined, prefix: string): Promise<Outcomes> {
  if (python === undefined) throw new Error(whyNoPython);
  const cache = await createTokenizerCache();
  const environment = {
    OPENAI_BASE_URL: place.baseURL,
    OPENAI_API_KEY: place.apiKey,
    MATRIX_KIND: place.kind,
    MATRIX_CHAT_MODEL: place.chatModel,
    MATRIX_REASONING_MODEL: place.reasoningModel,
    MATRIX_EMBEDDING_MODEL: place.embeddingModel,
    MATRIX_DIMENSIONS: String(place.dimensions),
    TIKTOKEN_CACHE_DIR: cache,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONIOENCODING: "utf-8",
  };
  try {
    const script = join(pythonFolder, `${prefix}_client.py`);
    const { code, output } = await runScript(python, [script], { environment });
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${output}`);
    return readOutcomes(output);
  } finally {
    await rm(cache, { recursive: true });
  }
}

function readOutcomes(output: string): Outcomes {
  const worked = [...output.matchAll(/^ok (.+)$/gm)].map(([, name = ""]) => [name, undefined] as const);
  const failed = [...output.matchAll(/^FAIL (.+?): (.+)$/gm)].map(
    ([, name = "", why]) => [name, why] as const,
  );
  return new Map<string, string | undefined>([...worked, ...failed]);
}

/** tiktoken's vocabulary where it would keep its download, so that no network is needed; it checks the digest itself. */
async function createTokenizerCache(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tiktoken-"));
  const address = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken";
  const vocabulary = createRequire(import.meta.url).resolve("gpt-tokenizer/data/cl100k_base.tiktoken");
  await copyFile(vocabulary, join(folder, createHash("sha1").update(address).digest("hex")));
  return folder;
}
