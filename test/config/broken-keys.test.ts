/** Files with keys that are unknown, missing or misplaced, and what their authors are told. */
import { describe, expect, test } from "vitest";
import { listBrokenFiles, readBrokenMessage } from "./broken-files.ts";

const messagesByFile: Readonly<Record<string, readonly string[]>> = {
  "backend-without-name.yaml": [
    "The configuration has 1 problem.",
    "",
    "backends.url (line 2, column 3)",
    '  found:    the string "http://10.50.10.14:1234"',
    "  expected: a mapping with `url`, `type`, `timeout`, `api_key`, `headers`, `weight`, `max_concurrency`, `one_model_at_a_time`, `preload`, `keep_warm`, `load_first`, `wake`, `responses`, `disabled_mends`",
    '  hint:     put a name of your choice around it: { "primary": { "url": … } }',
  ],
  "empty-backends.yaml": [
    "The configuration has 1 problem.",
    "",
    "backends (line 1, column 1)",
    "  found:    an empty mapping",
    "  expected: at least one backend",
    '  hint:     write { "primary": { "url": "http://10.50.10.14:1234" } }, or remove `backends`',
  ],
  "empty-section.yaml": [
    "The configuration has 1 problem.",
    "",
    "authentication (line 4, column 1)",
    "  found:    an empty value (null)",
    "  expected: a mapping with `enabled`, `valid_api_keys`",
    "  hint:     write something after the colon or below it, or remove the line",
  ],
  "key-at-wrong-level.json": [
    "The configuration has 2 problems.",
    "",
    "port (line 2, column 3)",
    "  found:    the key `port`, which is not known here",
    "  expected: one of `server`, `backends`, `model_mapping`, `model_options`, `fallbacks`, `default_model`, `unknown_model`, `unknown_model_status`, `authentication`, `keys`, `default_limits`, `limits`, `request`, `stream`, `responses`, `images`, `health`, `queue`, `routing`, `routes`, `admin`, `state`, `logging`",
    "  hint:     it belongs under `server` or `backends.<name>.wake`",
    "",
    "request.timeout (line 4, column 16)",
    "  found:    the key `timeout`, which is not known here",
    "  expected: one of `max_content_length`, `default_timeout`, `max_retries`",
    "  hint:     did you mean `default_timeout`? Otherwise it belongs under `backends.<name>` or `backends.<name>.wake` or `images`",
  ],
  "list-of-backends.yaml": [
    "The configuration has 2 problems.",
    "",
    "backends (line 1, column 1)",
    "  found:    a list",
    "  expected: a mapping of names to values",
    '  hint:     give each entry a name instead of "[" or "- ": { "primary": { "url": "…" } }',
    "",
    "model_mapping (line 3, column 1)",
    "  found:    a list",
    "  expected: a mapping of names to values",
    '  hint:     write `name: value` pairs instead of a list, without "[" and without "- "',
  ],
  "misspelt-keys.yaml": [
    "The configuration has 2 problems.",
    "",
    "authentication.enabled (line 2, column 3)",
    '  found:    the string "yes"',
    "  expected: true or false",
    "  hint:     write true, without quotes",
    "",
    "authentication.api_keys (line 3, column 3)",
    "  found:    the key `api_keys`, which is not known here",
    "  expected: one of `enabled`, `valid_api_keys`",
    "  hint:     did you mean `valid_api_keys`?",
  ],
  "no-keys.yaml": [
    "The configuration has 1 problem.",
    "",
    "authentication.valid_api_keys (line 1, column 1)",
    "  found:    nothing",
    "  expected: at least one key, because authentication.enabled is true",
    '  hint:     write valid_api_keys: ["…"], or enabled: false to let everyone in',
  ],
  "unknown-key.yaml": [
    "The configuration has 1 problem.",
    "",
    "modle_mapping (line 4, column 1)",
    "  found:    the key `modle_mapping`, which is not known here",
    "  expected: one of `server`, `backends`, `model_mapping`, `model_options`, `fallbacks`, `default_model`, `unknown_model`, `unknown_model_status`, `authentication`, `keys`, `default_limits`, `limits`, `request`, `stream`, `responses`, `images`, `health`, `queue`, `routing`, `routes`, `admin`, `state`, `logging`",
    "  hint:     did you mean `model_mapping`?",
  ],
  "wrong-targets.yaml": [
    "The configuration has 5 problems.",
    "",
    "model_mapping.gpt-4.chta (line 2, column 12)",
    "  found:    the key `chta`, which is not known here",
    "  expected: one of `chat`, `embeddings`, `targets`, `sticky`, `shadow`",
    "  hint:     did you mean `chat`?",
    "",
    "model_mapping.gpt-4o (line 3, column 3)",
    "  found:    an empty mapping",
    "  expected: a model name under `chat`, `embeddings` or both",
    '  hint:     write { "chat": "…", "embeddings": "…" } or one plain name for both',
    "",
    'model_mapping["gpt-3.5-turbo"] (line 4, column 3)',
    "  found:    a list",
    "  expected: a string that is not empty or a mapping with `chat`, `embeddings` or a mapping with `targets`, `sticky`, `shadow`",
    "  hint:     write one value instead of a list",
    "",
    "model_mapping.o1.chat (line 5, column 9)",
    "  found:    the number 4",
    "  expected: a string that is not empty",
    '  hint:     put it in quotes: "4"',
    "",
    "model_mapping.o3 (line 6, column 3)",
    "  found:    the number 4",
    "  expected: a string that is not empty or a mapping with `chat`, `embeddings` or a mapping with `targets`, `sticky`, `shadow`",
    '  hint:     put it in quotes: "4"',
  ],
};

describe("a file with wrong keys tells where they belong", () => {
  test.each(Object.entries(messagesByFile))("%s", (file, message) => {
    expect(readBrokenMessage("keys", file)).toEqual(message);
  });

  test("every broken file has its message here", () => {
    expect(Object.keys(messagesByFile).sort()).toEqual(listBrokenFiles("keys"));
  });
});
