/** Each mend on each simulated backend that needs it: what the client gets by it, and does not get without. */
import { describe, expect, it } from "vitest";
import type { MendId } from "../../src/config/mend-ids.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import { shownQuirks } from "../../src/simulator/quirks.ts";
import { answerCases } from "../support/mend-answer-cases.ts";
import { type MendCase, runCase } from "../support/mend-case.ts";
import { requestCases } from "../support/mend-request-cases.ts";

const cases = [...requestCases, ...answerCases];
const kindsOf = (mend: MendId) => shownQuirks.find((quirk) => quirk.mend === mend)?.manners ?? [];
const rows = cases.flatMap((given) => kindsOf(given.mend).map((kind) => ({ ...given, given, kind })));

describe.each(rows)("by $mend a client of $kind gets $gets", ({ given, kind, mend }) => {
  it("with it", async () => {
    const answer = await runCase(given, kind, []);
    await expect(given.check(answer)).resolves.toBeUndefined();
  });

  it("and not without it", async () => {
    const answer = await runCase(given, kind, [mend]);
    expect(answer.headers.get("x-proxy-mends") ?? "").not.toContain(mend);
    await expect(isRight(given, answer)).resolves.toBe(false);
  });
});

// The headers of a stream leave before all of it was mended.
const whole = rows.filter(({ body }) => body["stream"] !== true);

it.each(whole)("the headers of an answer of $kind name $mend", async ({ given, kind, mend }) => {
  const { status, headers } = await runCase(given, kind, []);
  // What is refused was not mended.
  expect(status === 200 ? headers.get("x-proxy-mends") : mend).toContain(mend);
});

describe("the cases", () => {
  it("are there for every mend", () => {
    const covered = new Set(rows.map(({ mend }) => mend));
    expect(mends.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it("run on kinds that the mend is for", () => {
    const wrong = rows.filter(({ mend, kind }) =>
      mends.every(({ id, kinds }) => id !== mend || !kinds.includes(kind)),
    );
    expect(wrong.map(({ mend, kind }) => `${mend} on ${kind}`)).toEqual([]);
  });
});

async function isRight({ check }: MendCase, answer: Response): Promise<boolean> {
  try {
    await check(answer);
    return true;
  } catch {
    return false;
  }
}
