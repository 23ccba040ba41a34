/** Files that cannot be read, and what their authors are told. */
import { describe, expect, test } from "vitest";
import { listBrokenFiles, readBrokenMessage } from "./broken-files.ts";

const messagesByFile: Readonly<Record<string, readonly string[]>> = {
  "bad-indentation.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 2, column 9",
    "  found:    a `key:` inside a value",
    "  expected: one `key: value` a line, all keys of one section equally far to the right",
    "  hint:     check the indentation of this line and the next; put a value with a colon in quotes",
  ],
  "bare-placeholder.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 1, column 30",
    "  found:    a ${…} without quotes inside braces or brackets",
    '  expected: the placeholder in double quotes, such as "${NAME}"',
    "  hint:     put the value in double quotes",
  ],
  "bare-star.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 2, column 4",
    "  found:    a * outside of quotes",
    '  expected: a quoted name, such as "*" or "gpt-4*"',
    "  hint:     put the value in double quotes",
  ],
  "duplicate-key.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 4, column 3",
    "  found:    the key `gpt-4` a second time",
    "  expected: each key once",
    "  hint:     remove one of the two, or merge what is under them",
  ],
  "file-name.yaml": [
    "The configuration has 1 problem.",
    "",
    "the whole configuration",
    '  found:    the string "config.example.json"',
    "  expected: a mapping with keys such as `server` and `backends`",
    "  hint:     this is the name of a file; pass what is written in it",
  ],
  "missing-brace.json": [
    "The configuration has 1 problem.",
    "",
    "line 6, column 1",
    "  found:    the end of the text, while something is still open",
    "  expected: a closing quote, bracket or brace",
    "  hint:     count the opening and the closing ones; one is missing at the end or further up",
  ],
  "missing-comma.json": [
    "The configuration has 1 problem.",
    "",
    "line 3, column 3",
    "  found:    something that does not follow on what stands before it",
    "  expected: a comma between entries, or a closing quote, bracket or brace",
    "  hint:     look at the end of the line before this place",
  ],
  "outdented.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 4, column 1",
    "  found:    a line that begins too far left or right",
    "  expected: the same number of spaces for all keys of one section",
    "  hint:     line it up with the keys before it, and check that every bracket and quote is closed",
  ],
  "slash-comment.json": [
    "The configuration has 1 problem.",
    "",
    "line 2, column 3",
    "  found:    a comment that begins with //",
    "  expected: no comment, or one that begins with #",
    "  hint:     write # instead of //",
  ],
  "tab.yaml": [
    "The configuration has 1 problem.",
    "",
    "line 2, column 1",
    "  found:    a tab at the start of the line",
    "  expected: spaces, since YAML does not take tabs as indentation",
    "  hint:     replace each tab by two spaces",
  ],
  "top-level-list.yaml": [
    "The configuration has 1 problem.",
    "",
    "the whole configuration",
    "  found:    a list",
    "  expected: a mapping with keys such as `server` and `backends`",
    '  hint:     begin with `backends:` (YAML) or { "backends": … } (JSON)',
  ],
};

describe("a file that is neither YAML nor JSON tells the place and the way out", () => {
  test.each(Object.entries(messagesByFile))("%s", (file, message) => {
    expect(readBrokenMessage("syntax", file)).toEqual(message);
  });

  test("every broken file has its message here", () => {
    expect(Object.keys(messagesByFile).sort()).toEqual(listBrokenFiles("syntax"));
  });
});
