/** The page that tells what is mended for which backend, made from the table of mends. Pure: writing it is done elsewhere. */
import { backendTypes } from "../config/schema.ts";
import { alwaysDone } from "./always.ts";
import { dialects } from "./index.ts";
import type { Mend } from "./mend.ts";
import { notMended } from "./not-mended.ts";

/** Markdown, with its last line ended. */
export function formatCompatibility(table: readonly Mend[]): string {
  const rows = table.map(({ id, title, kinds, endpoints, source }) => {
    const served = backendTypes.filter((type) => kinds.includes(type)).map((type) => dialects[type].label);
    return [`\`${id}\``, title, served.join(", "), endpoints.join(", "), source];
  });
  return [
    "# Compatibility",
    "",
    "<!-- Made by `npm run compatibility` from the table of mends. Change it there. -->",
    "",
    "Each difference between a backend and OpenAI that the proxy makes up for is a _mend_ with a name. The answer's",
    "`x-proxy-mends` header lists those that changed something; `backends.NAME.disabled_mends` switches them off by name.",
    "Backends of type `openai` are left as they are. Fields that nobody knows pass in both directions. Headers leave before a",
    "stream is over, so those of a stream name the mends that were known by its first frame.",
    "",
    "## Mended",
    "",
    formatTable(["mend", "what it does", "backends", "endpoints", "known from"], rows),
    "",
    "## Always made good",
    "",
    "Errors, connections, paths and headers are brought in order for every backend.",
    "",
    formatTable(
      ["what a backend or client does", "what becomes of it"],
      alwaysDone.map(({ what, how }) => [what, how]),
    ),
    "",
    "## Not mended",
    "",
    formatTable(
      ["what you may see", "why it stays"],
      notMended.map(({ what, why }) => [what, why]),
    ),
    "",
  ].join("\n");
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
