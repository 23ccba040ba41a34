/** Python's own client on the four runtimes; says so where there is no Python with `openai`. */
import { afterEach, describe, expect, it } from "vitest";
import { type LaunchedProxy, launch, runtimeNames } from "../support/launch.ts";
import { python, runScript, whyNoPython } from "../support/python.ts";

const key = "sk-contract-0123456789abcdef012345";
let proxy: LaunchedProxy | undefined;
afterEach(() => proxy?.stop());

describe.each(runtimeNames)("on %s", (runtime) => {
  it("serves Python's openai: chat, stream, responses, embeddings, models, abort, errors, upload", async (context) => {
    if (python === undefined) return context.skip(whyNoPython);
    proxy = await launch(runtime, {
      backends: { simulator: { url: "simulator:" } },
      model_mapping: {
        "gpt-4o": "simulated/qwen3-8b",
        "text-embedding-3-small": "text-embedding-simulated-nomic",
      },
      authentication: { enabled: true, valid_api_keys: [key] },
      logging: { level: "error" },
    });
    const environment = { OPENAI_BASE_URL: `${proxy.url}/v1`, OPENAI_API_KEY: key };
    const { code, output } = await runScript(python, ["test/python/contract.py"], { environment });
    expect(output).toMatch(/8 checks with openai \d/);
    expect(code).toBe(0);
  });
});
