/** The table of quirks: it names mends that there are, all of them, and each is marked where it is made. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mendIds } from "../../src/config/mend-ids.ts";
import { shownQuirks } from "../../src/simulator/quirks.ts";
import { projectRoot } from "../support/launch.ts";

const source = join(projectRoot, "src/simulator");
const read = (pattern: string) =>
  globSync(pattern, { cwd: source, exclude: ["quirks.ts"] })
    .map((file) => readFileSync(join(source, file), "utf8"))
    .join("\n");
const shared = read("*.ts");

describe("the table of quirks", () => {
  it("names each mend once, and nothing else", () => {
    expect(shownQuirks.map(({ mend }) => mend).toSorted()).toEqual([...mendIds].toSorted());
  });

  it("tells for each where it shows", () => {
    expect(shownQuirks.filter(({ manners, shows }) => manners.length === 0 || shows === "")).toEqual([]);
  });

  for (const { mend, manners } of shownQuirks) {
    it(`is not alone to name ${mend}: the code that makes it does too`, () => {
      const silent = manners.filter(
        (kind) => !`${shared}${read(`manners/${kind}/*.ts`)}`.includes(`\`${mend}\``),
      );
      expect(silent).toEqual([]);
    });
  }
});
