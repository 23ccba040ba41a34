import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatCompatibility } from "../../src/dialects/compatibility.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import { notMended } from "../../src/dialects/not-mended.ts";
import { projectRoot } from "../support/launch.ts";

describe("docs/COMPATIBILITY.md", () => {
  it("is what the table of mends makes now; `npm run compatibility` writes it", () => {
    expect(readFileSync(join(projectRoot, "docs/COMPATIBILITY.md"), "utf8")).toBe(formatCompatibility(mends));
  });

  it("has a row for each mend, and for each difference that is left", () => {
    const text = formatCompatibility(mends);
    for (const { id } of mends) expect(text).toContain(`| \`${id}\` |`);
    for (const { what } of notMended) expect(text).toContain(what);
  });
});
