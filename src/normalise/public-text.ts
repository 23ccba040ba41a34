/** Takes out of a backend's words what is not a client's to know: paths, passwords, exit codes, stacks. Pure; knows no error kinds. */

/** Nobody reads more of a message; servers repeat whole tool lists in it. */
const maxLength = 2000;

/** A backend's text as a client may see it; undefined where nothing is left of it. */
export function toPublicText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const cleaned = replacements
    .reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), text.slice(0, 8000))
    .trim();
  if (cleaned === "") return undefined;
  return cleaned.length > maxLength ? `${cleaned.slice(0, maxLength)}…` : cleaned;
}

/** One part of a path, with up to two blanks in it (`Application Support`, `LM Studio`), and what ends it. */
const part = String.raw`[^\s/\\"'<>|\x60,;()]+(?: [^\s/\\"'<>|\x60,;():]+){0,2}`;
const lastPart = String.raw`[^\s/\\"'<>|\x60,;()]*[^\s/\\"'<>|\x60,;().:!?]`;

const replacements: readonly (readonly [RegExp, string])[] = [
  // Python's traceback and a JavaScript stack: only the words around them are the message.
  [/\s*Traceback \(most recent call last\):(?:\n[ \t].*)*\n?/g, "\n"],
  [/\n[ \t]+(?:at |File ")[^\n]*/g, ""],
  // nlohmann's class and number, as llama-server prints it.
  [/\[json\.exception\.[\w.]{1,60}\]\s*/g, ""],
  [
    /[ \t]*[([]?\b(?:with )?(?:exit|return) (?:code|status)\b(?: was| of)?[:=]?\s*-?(?:0x)?[0-9a-f]+\b[)\]]?/gi,
    "",
  ],
  [/\b(https?|wss?):\/\/[^\s/@"'<>]{1,200}@/gi, "$1://"],
  [/([?&](?:api[-_]?key|key|token|access_token|secret|password)=)[^&\s"'<>]+/gi, "$1***"],
  [/\b(Bearer\s+)[\w.~+/=-]{8,}/gi, "$1***"],
  [/\b(sk-(?:lm-)?)[\w-]{8,}(?::[\w-]+)?/g, "$1***"],
  [/\bfile:\/\/[^\s"'<>]+/gi, "[path]"],
  // C:\Users\…, and \\box\share\…
  [
    new RegExp(
      String.raw`(?:(?<![A-Za-z0-9])[A-Za-z]:[\\/]+|(?<![\\\w])\\\\(?=\w))(?:${part}[\\/]+)*(?:${lastPart})?`,
      "g",
    ),
    "[path]",
  ],
  // /home/…, ~/.lmstudio/…; not a URL, nor the API's own paths, nor a lone `/word`.
  [
    new RegExp(
      String.raw`(?<![\w:/.#<>\])*-])~?\/(?!(?:v\d|api|openai|engines)\b)(?:${part}\/+)+(?:${lastPart})?`,
      "g",
    ),
    "[path]",
  ],
];
