/** A live session's bars are prepared over a window of them: the same figures, the same instants, at a bounded cost. */
import { expect, it } from 'vitest';
import { createLivePreparer } from '../../activities/session/prepare-live.ts';
import type { SeenBar } from '../../db/session-bars.ts';
import { prepareMarkets, timelineOf } from '../../domain/backtest/walk-context.ts';
import { marketFeatures } from '../../domain/features/market-features.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { strategySchema } from '../../schemas/signals.ts';

const SYMBOL = 'BTC/USDT';
const MINUTE = 60_000;
const PAST = 7_000;
const all = syntheticSeries({ symbol: SYMBOL, intervalMs: MINUTE, count: 12_500, seed: 7 });
const seen: SeenBar[] = Array.from(all.openTimeMs, (openTimeMs, i) => ({
  ...{ symbol: SYMBOL, instant: i, openTimeMs },
  ...{ open: `${all.open[i]}`, high: `${all.high[i]}`, low: `${all.low[i]}`, close: `${all.close[i]}` },
  volume: `${all.volume[i]}`,
}));
const strategy = strategySchema.parse({ type: 'emaCross' });
const input = parseSessionInput(
  { accountId: 'paper-1', strategy, symbols: [SYMBOL], tradingMode: 'paper', barIntervalMs: MINUTE },
  'strategy-session:window',
  0,
);
const handle = { sessionId: 'window', epoch: 1, run: 1, strategy } as SessionHandle;

/** The first `known` bars, told as the store does; notes where each question began. */
function liveOf(known: () => number) {
  const from: number[] = [];
  return {
    from,
    live: {
      bars: async (_: SessionHandle, first: number) => {
        from.push(first);
        return seen.slice(first, known());
      },
      windowStart: async (
        _: SessionHandle,
        __: readonly string[],
        { before, count }: { before: number; count: number },
      ) => Math.max(0, before - count),
    },
  };
}

const noNetworks = (): Promise<never> => Promise.reject(new Error('nobody is seated'));

it('gives at each instant what all bars give, with the instants numbered as they are', async () => {
  let known = PAST;
  const { live, from } = liveOf(() => known);
  const preparer = createLivePreparer(live, noNetworks);
  await preparer.prepare(handle, input, PAST);
  known = PAST + 300;
  const prepared = await preparer.prepare(handle, input, PAST + 299);
  expect(from).toEqual([PAST - 5_000, PAST]);
  const [market, whole] = [prepared.markets.get(SYMBOL), prepareMarkets([all], input as never).get(SYMBOL)];
  expect(prepared.series[0]?.openTimeMs).toHaveLength(5_300);
  const timeline = timelineOf([all]);
  for (let k = PAST; k < known; k += 1) {
    const i = prepared.timeline.indexes.get(SYMBOL)?.[k] ?? -1;
    expect(prepared.timeline.openTimeMs[k]).toBe(timeline.openTimeMs[k]);
    expect(market?.bars.openTimeMs[i]).toBe(all.openTimeMs[k]);
    if (market === undefined || whole === undefined) throw new Error('no market');
    expectClose(marketFeatures(market.features, i), marketFeatures(whole.features, k));
  }
});

it('loads the window anew when it has doubled, and forgets a session that is closed', async () => {
  let known = PAST;
  const { live, from } = liveOf(() => known);
  const preparer = createLivePreparer(live, noNetworks);
  for (known of [PAST, PAST + 5_000, PAST + 5_001]) await preparer.prepare(handle, input, known);
  expect(from).toEqual([PAST - 5_000, PAST, PAST + 1]);
  preparer.forget(handle);
  const { series } = await preparer.prepare(handle, input, known);
  expect(from.at(-1)).toBe(PAST + 1);
  expect(series[0]?.openTimeMs).toHaveLength(5_000);
});

/** Every number to twelve digits. */
function expectClose(a: unknown, b: unknown): void {
  if (typeof a === 'number' && typeof b === 'number') {
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(b)));
  } else if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    for (const [key, value] of Object.entries(a)) expectClose(value, (b as Record<string, unknown>)[key]);
  } else expect(a).toEqual(b);
}
