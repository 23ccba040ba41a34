/** The phase of clients that leave: whether and how soon the box is left too. */
import { startLoad } from "../load.ts";
import { percentile } from "../statistics.ts";
import { loadOptions, type Measured, type Phase, type PhaseContext } from "./phase.ts";

const model = "local/stream-4000-10";

export const aborts: Phase = {
  name: "aborts",
  title: "200 streams, 20 at a time, that clients leave after 5 pieces, until the box has noticed.",
  models: [model],
  metrics: [
    { key: "left", title: "% of the streams left", compare: "none", digits: 0 },
    { key: "p50", title: "p50 ms", compare: "none", digits: 2 },
    { key: "max", title: "max ms", compare: "none", digits: 2 },
  ],
  run: measureAborts,
};

async function measureAborts(context: PhaseContext): Promise<Measured> {
  const ask = {
    kind: "stream",
    mode: "stream",
    model,
    connections: 20,
    requests: 200,
    abort_after: 5,
  } as const;
  const load = startLoad(loadOptions(context, ask));
  const { aborted, wrong, problems } = await load.result;
  if (wrong > 0) throw new Error(`${context.proxy.candidate.name}: ${JSON.stringify(problems)}`);
  // What has not arrived by now is a stream that generates for nobody.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const delays = delaysBetween(load.leftAt, context.box.leftAt);
  return {
    left: (delays.length / aborted) * 100,
    p50: percentile(delays, 0.5),
    max: percentile(delays, 1),
  };
}

/** Milliseconds from a client's leaving to the proxy's, for the streams that both have left. */
export function delaysBetween(
  clients: ReadonlyMap<number, number>,
  proxies: ReadonlyMap<number, number>,
): readonly number[] {
  return [...clients].flatMap(([stream, leftAt]) => {
    const noticedAt = proxies.get(stream);
    return noticedAt === undefined ? [] : [(noticedAt - leftAt) / 1e6];
  });
}
