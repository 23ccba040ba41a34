/** A box behind TLS is asked like any other, and only by who trusts its certificate. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";

async function codeOf(answer: Response): Promise<unknown> {
  const { error } = (await answer.json()) as { error?: { code?: unknown } };
  return error?.code;
}

const fileOf = (name: string) => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));

describe.each(["node", "bun", "deno"] as const)("on %s", (runtime) => {
  let upstream: FakeUpstream;
  let proxy: LaunchedProxy | undefined;

  beforeAll(async () => {
    const certificate = {
      key: readFileSync(fileOf("key.pem")),
      cert: readFileSync(fileOf("certificate.pem")),
    };
    upstream = await startUpstream(() => {}, certificate);
  });
  afterEach(() => proxy?.stop());
  afterAll(() => upstream?.stop());

  async function ask(environment: Record<string, string>, fields: object = {}): Promise<Response> {
    const config = {
      backends: { box: { url: upstream.url, type: "openai" as const } },
      model_mapping: { "gpt-4o": "local-chat" },
      // What is told is then why this request failed, rather than that the box was found to be down before.
      health: { interval: 0 },
      logging: { level: "error" as const },
    };
    proxy = await launch(runtime, config, environment);
    return fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi." }], ...fields }),
    });
  }

  const trusting = { NODE_EXTRA_CA_CERTS: fileOf("authority.pem"), DENO_CERT: fileOf("authority.pem") };

  it("answers", async () => {
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer("Hello over TLS."));
    const answer = await ask(trusting);
    expect(await answer.json()).toMatchObject({
      model: "gpt-4o",
      choices: [{ message: { content: "Hello over TLS." } }],
    });
  });

  it("streams", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(`${chatChunk("Hello")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const text = await (await ask(trusting, { stream: true })).text();
    expect(text).toContain('"content":"Hello"');
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("is not asked where nobody vouches for it", async () => {
    const before = upstream.requests.length;
    const answer = await ask({});
    // Whether this request met the certificate first or a look for models did, which calls the request off.
    expect(["backend_tls_failed", "backend_down"]).toContain(await codeOf(answer));
    expect(answer.status).toBe(502);
    expect(upstream.requests.length).toBe(before);
  });
});
