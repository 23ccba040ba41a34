/** Replays generated conversations on simulated boxes with a prompt cache each, in simulated time. */
import { type ConversationPrefix, hashMessages } from "../../src/route/prefix.ts";
import type { PolicyCandidate } from "../../src/route/policy.ts";

interface Message {
  readonly role: string;
  readonly content: string;
}

/** One conversation: when it starts, and the whole of its messages; each user message is a turn. */
export interface Conversation {
  readonly startMs: number;
  readonly messages: readonly Message[];
  readonly turns: number;
}

export interface Box {
  readonly name: string;
  readonly weight: number;
  readonly places: number;
}

/** Chooses a box for a turn; `learn` is called when it was sent there. */
export interface Placement {
  choose(prefix: ConversationPrefix, candidates: readonly PolicyCandidate[]): string;
  learn(prefix: ConversationPrefix, name: string): void;
}

export interface Replay {
  /** Of the turns after the first, those on the box that had the turn before. */
  readonly warmShare: number;
  /** The most loaded box's turns for its weight, over the mean. */
  readonly skew: number;
  readonly turns: number;
  readonly meanWaitMs: number;
  readonly utilisation: number;
}

const sharedSystem = `You are the assistant of a small company. ${"Answer briefly and name your sources. ".repeat(80)}`;

/** 2 to 20 turns each; four in five share one long system prompt. */
export function createConversations(
  count: number,
  random: () => number,
  meanGapMs: number,
): readonly Conversation[] {
  let startMs = 0;
  return Array.from({ length: count }, (_, index) => {
    startMs += -Math.log(1 - random()) * meanGapMs;
    const system = random() < 0.8 ? sharedSystem : `You are the assistant number ${index}.`;
    const turns = 2 + Math.floor(random() * 19);
    const messages: Message[] = [{ role: "system", content: system }];
    for (let turn = 0; turn < turns; turn += 1) {
      messages.push({
        role: "user",
        content: `Question ${turn} of ${index}. ${"why ".repeat(random() * 60)}`,
      });
      messages.push({
        role: "assistant",
        content: `Answer ${turn} to ${index}. ${"thus ".repeat(random() * 200)}`,
      });
    }
    return { startMs, messages, turns };
  });
}

interface Turn {
  readonly at: number;
  readonly conversation: number;
  readonly turn: number;
}

interface BoxState {
  readonly box: Box;
  /** By place, when it is free again; a turn takes the one that is free first. */
  readonly freeAt: number[];
  ends: number[];
  turns: number;
  busyMs: number;
}

/** Plays all turns in the order of their arrival; the next turn of a conversation comes 1 to 21 s after an answer. */
export function replay(
  conversations: readonly Conversation[],
  boxes: readonly Box[],
  placement: Placement,
  random: () => number,
): Replay {
  const waiting: Turn[] = conversations.map(({ startMs }, index) => ({
    at: startMs,
    conversation: index,
    turn: 0,
  }));
  const states = boxes.map((box) => ({
    box,
    freeAt: Array.from({ length: box.places }, () => 0),
    ends: [],
    turns: 0,
    busyMs: 0,
  }));
  const lastBox = new Map<number, string>();
  const sums = { warm: 0, later: 0, waitMs: 0, endMs: 0 };
  for (let next = takeEarliest(waiting); next !== undefined; next = takeEarliest(waiting)) {
    const { messages, turns } = conversations[next.conversation] ?? { messages: [], turns: 0 };
    const state = place(messages.slice(0, 2 + next.turn * 2), next.at, states, placement);
    const isWarm = lastBox.get(next.conversation) === state.box.name;
    lastBox.set(next.conversation, state.box.name);
    sums.later += next.turn > 0 ? 1 : 0;
    sums.warm += isWarm ? 1 : 0;
    const { startsAt, endsAt } = runTurn(state, next, messages, isWarm);
    sums.waitMs += startsAt - next.at;
    sums.endMs = Math.max(sums.endMs, endsAt);
    if (next.turn + 1 < turns)
      waiting.push({ ...next, at: endsAt + 1_000 + random() * 20_000, turn: next.turn + 1 });
  }
  return summarise(states, sums);
}

function place(
  prompt: readonly Message[],
  now: number,
  states: readonly BoxState[],
  placement: Placement,
): BoxState {
  const prefix = hashMessages("qwen3-8b", prompt);
  for (const state of states) state.ends = state.ends.filter((end) => end > now);
  const name = placement.choose(
    prefix,
    states.map(({ box, ends }) => toCandidate(box, ends.length)),
  );
  placement.learn(prefix, name);
  const state = states.find(({ box }) => box.name === name);
  if (state === undefined) throw new Error(`There is no box ${name}.`);
  return state;
}

/** Of five characters a token: 1 ms each for those not in the cache, 8 ms each for the answer, at strength 1. */
function runTurn(state: BoxState, { at, turn }: Turn, messages: readonly Message[], isWarm: boolean) {
  const fresh = messages.slice(isWarm ? turn * 2 : 0, 2 + turn * 2);
  const answer = messages.slice(2 + turn * 2, 3 + turn * 2);
  const serviceMs = (200 + lengthOf(fresh) / 5 + (lengthOf(answer) / 5) * 8) / state.box.weight;
  state.freeAt.sort((a, b) => a - b);
  const startsAt = Math.max(at, state.freeAt[0] ?? 0);
  const endsAt = startsAt + serviceMs;
  state.freeAt[0] = endsAt;
  state.ends.push(endsAt);
  state.turns += 1;
  state.busyMs += serviceMs;
  return { startsAt, endsAt };
}

function summarise(
  states: readonly BoxState[],
  sums: { readonly warm: number; readonly later: number; readonly waitMs: number; readonly endMs: number },
): Replay {
  const turns = states.reduce((sum, state) => sum + state.turns, 0);
  const busyMs = states.reduce((sum, state) => sum + state.busyMs, 0);
  const places = states.reduce((sum, { box }) => sum + box.places, 0);
  return {
    warmShare: sums.warm / sums.later,
    skew: skewOf(states.map((state) => ({ load: state.turns, weight: state.box.weight }))),
    turns,
    meanWaitMs: sums.waitMs / turns,
    utilisation: busyMs / (sums.endMs * places),
  };
}

function takeEarliest(waiting: Turn[]): Turn | undefined {
  let earliest = 0;
  for (const [index, { at }] of waiting.entries()) if (at < (waiting[earliest]?.at ?? 0)) earliest = index;
  return waiting.splice(earliest, 1)[0];
}

/** The highest load for its weight over the mean load for all weight. */
function skewOf(shares: readonly { readonly load: number; readonly weight: number }[]): number {
  const load = shares.reduce((sum, share) => sum + share.load, 0);
  const weight = shares.reduce((sum, share) => sum + share.weight, 0);
  return Math.max(...shares.map((share) => share.load / share.weight)) / (load / weight);
}

function lengthOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}

/** A candidate of which nothing else is known. */
export function toCandidate({ name, weight, places }: Box, inFlight: number): PolicyCandidate {
  return { name, weight, places, inFlight, queued: 0, successes: 0, failures: 0, ttftMs: undefined };
}
