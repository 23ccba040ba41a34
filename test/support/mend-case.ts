/** What it takes to see one mend at work: a request, orders to the simulated backend, and what the client must get. */
import type { MendId } from "../../src/config/mend-ids.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { portableFetchInit } from "../../src/runtime.ts";
import { createSimulator, type Manners } from "../../src/simulator/simulator.ts";
import { createTestApp } from "./test-app.ts";

/** One case of one mend. */
export interface MendCase {
  readonly mend: MendId;
  /** Ends as a sentence that begins with "the client gets". */
  readonly gets: string;
  /** Default: chat completions. */
  readonly path?: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers that order a quirk from the simulator. */
  readonly orders?: Readonly<Record<string, string>>;
  /** Settings of the backend, and others. */
  readonly backend?: Partial<NonNullable<ConfigInput["backends"]>[string]>;
  readonly config?: Partial<ConfigInput>;
  /** Other mends that would make good for this one, switched off on both runs. */
  readonly alsoDisabled?: readonly MendId[];
  /** Throws where the answer is not what OpenAI would have given. */
  check(answer: Response): Promise<void>;
}

/** The simulator's models that the cases ask for. */
export const chatModel = "simulated/qwen3-8b";
export const thinkingModel = "simulated/deepseek-r1-8b";
export const embeddingModel = "text-embedding-simulated-nomic";

/** A question that speaks of tools. */
export const messages = [{ role: "user", content: "How is the weather in Oslo?" }];

/** A tool in the form of chat completions. */
export function tool(name: string, parameters: unknown = { type: "object", properties: {} }) {
  return { type: "function", function: { name, description: "", parameters } };
}

/** Sends the request of a case through the proxy to a backend of a kind, with some mends switched off there. */
export function runCase(
  {
    path = "/v1/chat/completions",
    body,
    orders = {},
    alsoDisabled = [],
    backend = {},
    config = {},
  }: MendCase,
  kind: Manners,
  disabled: readonly MendId[],
): Promise<Response> {
  const simulator = createSimulator({ manners: kind });
  const app = createTestApp(
    {
      backends: {
        box: {
          url: "http://box.test",
          type: kind,
          disabled_mends: [...alsoDisabled, ...disabled],
          ...backend,
        },
      },
      ...config,
    },
    {
      fetch(url, init) {
        const request = new Request(url, portableFetchInit(init));
        for (const [name, value] of Object.entries(orders)) request.headers.set(name, value);
        return simulator.fetch(request);
      },
    },
  );
  return app.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: chatModel, ...body }),
  });
}

// Answers are read as their consumers do, without checks in between; a case's expectation is the check.
// oxlint-disable-next-line typescript/no-explicit-any
export async function readJson(answer: Response): Promise<any> {
  return answer.json();
}

/** The JSON of every frame but `[DONE]`. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function readChunks(answer: Response): Promise<any[]> {
  const frames = [...(await answer.text()).matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => data);
  return frames.filter((data) => data !== "[DONE]").map((data) => JSON.parse(data));
}
