/** That a printed configuration holds everything but its secrets. */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { redactConfig, redactCredentials } from "../../src/config/redact.ts";

describe("redactConfig", () => {
  const config = parseConfig({
    backends: {
      a: { url: "http://box:1234", api_key: "hunter2", headers: { "CF-Access-Client-Secret": "hunter2" } },
    },
    model_mapping: { "gpt-4": "qwen/qwen3-8b" },
    authentication: { enabled: true, valid_api_keys: Array.from({ length: 1000 }, (_, i) => `hunter2-${i}`) },
  });

  test("shows no secret, and everything else", () => {
    const shown = redactConfig(config);
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    expect(shown).toMatchObject({
      server: { host: "127.0.0.1", port: 8080 },
      backends: {
        a: {
          url: "http://box:1234",
          api_key: "[secret]",
          headers: { "CF-Access-Client-Secret": "[secret]" },
        },
      },
      model_mapping: { "gpt-4": "qwen/qwen3-8b" },
    });
    expect(shown).toHaveProperty("authentication.valid_api_keys.length", 1000);
  });

  test("leaves the configuration as it was", () => {
    redactConfig(config);
    expect(config.backends["a"]?.api_key?.reveal()).toBe("hunter2");
  });

  test("hides credentials in a URL, however they came in", () => {
    const shown = redactConfig({
      ...config,
      backends: {
        a: {
          url: "http://u:hunter2@h",
          type: "openai",
          headers: {},
          weight: 1,
          preload: [],
          keep_warm: 0,
          load_first: true,
          one_model_at_a_time: false,
          responses: "auto",
          disabled_mends: [],
        },
      },
    });
    expect(shown).toHaveProperty("backends.a.url", "http://[secret]@h");
  });
});

describe("redactCredentials", () => {
  test.each([
    ["http://user:pass@host:1/v1", "http://[secret]@host:1/v1"],
    ["https://token@host", "https://[secret]@host"],
    ["http://a:b@c@host", "http://[secret]@host"],
    ["http://host/?key=abc&x=1#f", "http://host/?key=[secret]&x=[secret]#f"],
    ["http://host:1234/v1", "http://host:1234/v1"],
    ["@cf/meta/llama-3", "@cf/meta/llama-3"],
    ["qwen3:8b@q4", "qwen3:8b@q4"],
  ])("%s is shown as %s", (text, shown) => {
    expect(redactCredentials(text)).toBe(shown);
  });
});
