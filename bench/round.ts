/** One round: every candidate is started, then each phase goes through all of them, one after the other. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Box, startBox } from "./box.ts";
import { type Candidate, Missing } from "./candidates/candidate.ts";
import { cacheSubfolder } from "./folders.ts";
import type { Phase } from "./phases/phase.ts";
import type { Result } from "./results.ts";
import { type Running, startCandidate } from "./running.ts";

export interface RoundPlan {
  readonly candidates: readonly Candidate[];
  readonly phases: readonly Phase[];
  readonly isQuick: boolean;
  readonly profileFolder: string | undefined;
  /** Told as it happens. */
  tell(line: string): void;
}

export interface RoundOutcome {
  readonly results: readonly Result[];
  readonly missing: Readonly<Record<string, string>>;
}

export async function runRound(plan: RoundPlan, round: number): Promise<RoundOutcome> {
  const folder = mkdtempSync(join(cacheSubfolder("runs"), "round-"));
  const models = [...new Set(["local/plain", ...plan.phases.flatMap((phase) => phase.models)])];
  const box = await startBox(models);
  const running: Running[] = [];
  const missing: Record<string, string> = {};
  const results: Result[] = [];
  try {
    for (const candidate of plan.candidates) {
      const { profileFolder } = plan;
      const place = { boxPort: box.port, folder, models, profileFolder };
      const started = await startOrTell(candidate, place, missing);
      if (started !== undefined) running.push(started);
    }
    for (const phase of plan.phases) {
      for (const proxy of running) results.push(await runPhase({ phase, proxy, box, folder, plan, round }));
    }
  } finally {
    await Promise.all(running.map((proxy) => proxy.stop()));
    await box.stop();
  }
  return { results, missing };
}

async function startOrTell(
  candidate: Candidate,
  place: Parameters<typeof startCandidate>[1],
  missing: Record<string, string>,
): Promise<Running | undefined> {
  try {
    return await startCandidate(candidate, place);
  } catch (thrown) {
    missing[candidate.name] = thrown instanceof Missing ? thrown.message : `did not start: ${String(thrown)}`;
    return undefined;
  }
}

interface PhaseRun {
  readonly phase: Phase;
  readonly proxy: Running;
  readonly box: Box;
  readonly folder: string;
  readonly plan: RoundPlan;
  readonly round: number;
}

async function runPhase({ phase, proxy, box, folder, plan, round }: PhaseRun): Promise<Result> {
  const facts = { candidate: proxy.candidate.name, phase: phase.name, round };
  try {
    const measured = await phase.run({ box, proxy, folder, isQuick: plan.isQuick });
    const shown = Object.entries(measured).map(([key, value]) => `${key} ${value.toFixed(1)}`);
    plan.tell(`${facts.candidate}, ${facts.phase}: ${shown.join(", ")}`);
    return { ...facts, measured };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    plan.tell(`${facts.candidate}, ${facts.phase}: ${problem}`);
    return { ...facts, measured: {}, problem };
  }
}
