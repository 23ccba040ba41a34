/** Plain words for each kind of YAML or JSON mistake. Must not quote the text, which may hold secrets. */
import type { ErrorCode } from "yaml";

export interface SyntaxWords {
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

const quoteIt = "put the value in double quotes";

const wordsByCode: Partial<Record<ErrorCode, SyntaxWords>> = {
  TAB_AS_INDENT: {
    found: "a tab at the start of the line",
    expected: "spaces, since YAML does not take tabs as indentation",
    hint: "replace each tab by two spaces",
  },
  BAD_INDENT: {
    found: "a line that begins too far left or right",
    expected: "the same number of spaces for all keys of one section",
    hint: "line it up with the keys before it, and check that every bracket and quote is closed",
  },
  DUPLICATE_KEY: {
    found: "a key that the same section already has",
    expected: "each key once",
    hint: "remove one of the two, or merge what is under them",
  },
  MISSING_CHAR: {
    found: "something that does not follow on what stands before it",
    expected: "a comma between entries, or a closing quote, bracket or brace",
    hint: "look at the end of the line before this place",
  },
  UNEXPECTED_TOKEN: {
    found: "something that cannot stand here",
    expected: "the next key, a value or a closing bracket",
    hint: "look for a comma too many, or a quote or bracket that is missing before this place",
  },
  MULTILINE_IMPLICIT_KEY: {
    found: "a key without a value",
    expected: "`key: value` on each line",
    hint: "put a colon and a space after the key; look at this line and the one before it",
  },
  BLOCK_AS_IMPLICIT_KEY: {
    found: "a `key:` inside a value",
    expected: "one `key: value` a line, all keys of one section equally far to the right",
    hint: "check the indentation of this line and the next; put a value with a colon in quotes",
  },
  BLOCK_IN_FLOW: {
    found: "an indented block inside brackets or braces",
    expected: "a closing ] or }, or entries with commas between them",
    hint: "close the bracket or brace that is still open before this place",
  },
  BAD_SCALAR_START: {
    found: "a value that begins with a special character (@ or `)",
    expected: "a letter, a digit or a quote",
    hint: quoteIt,
  },
  BAD_DQ_ESCAPE: {
    found: "a backslash that means nothing here",
    expected: 'an escape such as \\n, \\" or \\\\',
    hint: "write two backslashes for one, or use single quotes",
  },
  BAD_ALIAS: {
    found: "a * outside of quotes",
    expected: 'a quoted name, such as "*" or "gpt-4*"',
    hint: quoteIt,
  },
  TAG_RESOLVE_FAILED: {
    found: "a value that begins with !",
    expected: "a plain or quoted value",
    hint: quoteIt,
  },
  BAD_DIRECTIVE: {
    found: "a line that begins with %",
    expected: "`key: value`",
    hint: "remove the line, or put the value in double quotes",
  },
  MULTIPLE_DOCS: {
    found: "a second document after `---`",
    expected: "one configuration in the file",
    hint: "remove the `---` and everything that belongs to the other document",
  },
  NON_STRING_KEY: {
    found: "a list or mapping as a key",
    expected: "a name as a key",
    hint: "put a placeholder such as ${NAME} in double quotes, and close every bracket and brace",
  },
  RESOURCE_EXHAUSTION: {
    found: "nesting that is too deep",
    expected: "a configuration of a few levels",
    hint: "remove the brackets that open again and again",
  },
};

const otherWords: SyntaxWords = {
  found: "something that is neither YAML nor JSON",
  expected: "`key: value` lines, or JSON",
  hint: "look at this place and the line before it; quote values with special characters",
};

/** JSON with comments, as some editors write it. */
export const slashCommentWords: SyntaxWords = {
  found: "a comment that begins with //",
  expected: "no comment, or one that begins with #",
  hint: "write # instead of //",
};

/** The text ended too early. */
export const unfinishedWords: SyntaxWords = {
  found: "the end of the text, while something is still open",
  expected: "a closing quote, bracket or brace",
  hint: "count the opening and the closing ones; one is missing at the end or further up",
};

/** `${NAME}` where YAML takes a brace for the start of a mapping. */
export const bareVariableWords: SyntaxWords = {
  found: "a ${…} without quotes inside braces or brackets",
  expected: 'the placeholder in double quotes, such as "${NAME}"',
  hint: quoteIt,
};

/** Never undefined: a code without words of its own gets general ones. */
export function findSyntaxWords(code: ErrorCode): SyntaxWords {
  return wordsByCode[code] ?? otherWords;
}
