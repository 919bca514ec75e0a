/** A trade of the desk as an agent would have lived it: what it saw, did and was paid, step by step. */
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../../domain/features/feature-columns.ts';
import { agentMarket } from '../../../../domain/learning/agents/agent-market.ts';
import { SPOT_FEATURES } from '../../../../domain/learning/agents/spot-features.ts';
import { SPOT_ACTIONS } from '../../../../domain/learning/agents/spot-market.ts';
import { trainPart } from '../../../../domain/learning/agents/train-chunk.ts';
import {
  EXPERIENCES_MAX,
  type Experience,
  type LivedTrade,
  tradeExperiences,
} from '../../../../domain/learning/online/trade-experiences.ts';
import { agentSplit } from '../../../../domain/learning/trial/data-split.ts';
import { type BarSeries, sliceSeries } from '../../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../../domain/market/synthetic.ts';
import { agentTrainingInputSchema } from '../../../../schemas/agent-training.ts';

const HOUR = 3_600_000;
const BARS = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR, count: 2_600, seed: 5 });
const close = (i: number): number => BARS.close[i] as number;
const openAt = (i: number): number => BARS.openTimeMs[i] as number;

/** Long 2 from the open of bar `from` to that of bar `to`, at the closes before them, without costs. */
const aTrade = (from: number, to: number, change: Partial<LivedTrade> = {}): LivedTrade => {
  const [entryPrice, exitPrice] = [close(from - 1), close(to - 1)];
  const pnl = 2 * (exitPrice - entryPrice);
  const at = { entryAtMs: openAt(from), exitAtMs: openAt(to), exitReason: 'signal' };
  return { side: 'long', quantity: 2, entryPrice, exitPrice, pnl, fees: 0, ...at, ...change };
};
const lived = (trade: LivedTrade, bars: BarSeries = BARS) =>
  tradeExperiences(trade, computeFeatureColumns(bars, 'talib'));
const seen = ({ state }: Pick<Experience, 'state'>, name: (typeof SPOT_FEATURES)[number]): number =>
  state[SPOT_FEATURES.indexOf(name)] as number;
const actionsOf = (steps: readonly Experience[]) => steps.map(({ action }) => SPOT_ACTIONS[action]);

describe('a trade', () => {
  const steps = lived(aTrade(1_000, 1_003));

  it('is lived from the close at which it was decided to the bar in which it ended', () => {
    expect(steps.map(({ atMs }) => atMs)).toEqual([1_000, 1_001, 1_002, 1_003].map(openAt));
    expect(actionsOf(steps)).toEqual(['buy', 'hold', 'hold', 'sell']);
    expect(steps.map((step) => seen(step, 'position'))).toEqual([0, 1, 1, 1]);
    const ages = steps.map((step) => Math.round(Math.expm1(seen(step, 'positionAge') * Math.log1p(24))));
    expect(ages).toEqual([0, 1, 2, 3]);
    for (const [k, { next }] of steps.slice(0, -1).entries()) expect(next).toEqual(steps[k + 1]?.state);
    expect(seen({ state: steps.at(-1)?.next ?? [] }, 'position')).toBe(0);
  });

  it('pays what its account gained, in percent of its notional', () => {
    const paid = steps.reduce((sum, { terms }) => sum + terms.pnl, 0);
    expect(paid).toBeCloseTo(1_000 * Math.log(close(1_002) / close(999)), 9);
    expect(steps.map(({ terms }) => terms.trading)).toEqual([-0.1, 0, 0, -0.1]);
    for (const { reward, terms } of steps) {
      expect(reward).toBeCloseTo(terms.pnl + terms.riskAdjusted + terms.trading + terms.holding, 12);
    }
  });

  it('knows nothing of later bars: cut off behind its exit it is the same', () => {
    expect(lived(aTrade(1_000, 1_003), sliceSeries(BARS, 0, 1_004))).toEqual(steps);
  });

  it('has its costs in: half a percent of both ways is half a percent less', () => {
    const costs = 2 * (close(999) + close(1_002)) * 0.0025;
    const [pnl, fees] = [aTrade(1_000, 1_003).pnl - costs, costs];
    const [first, ...more] = lived(aTrade(1_000, 1_003, { pnl, fees }));
    expect(first?.terms.pnl).toBeCloseTo(1_000 * Math.log(close(1_000) / close(999) - 0.0025), 9);
    const paid = [first, ...more].reduce((sum, one) => sum + (one?.terms.pnl ?? 0), 0);
    expect(paid).toBeCloseTo(1_000 * Math.log(1 + pnl / (2 * close(999))), 9);
  });

  it('short is sold, earns what a long one loses and is bought back', () => {
    const mirrored = lived(aTrade(1_000, 1_003, { side: 'short', pnl: -aTrade(1_000, 1_003).pnl }));
    expect(actionsOf(mirrored)).toEqual(['sell', 'hold', 'hold', 'buy']);
    for (const [k, { terms }] of mirrored.entries())
      expect(Math.sign(terms.pnl) + Math.sign(steps[k]?.terms.pnl ?? 0)).toBeCloseTo(0);
  });

  it('that a level or the venue ended was held to the last, and one within a bar is a single step', () => {
    for (const exitReason of ['stop', 'target', 'liquidation']) {
      expect(actionsOf(lived(aTrade(1_000, 1_002, { exitReason })))).toEqual(['buy', 'hold', 'hold']);
    }
    expect(actionsOf(lived(aTrade(1_000, 1_000, { exitReason: 'stop', pnl: -1 })))).toEqual(['buy']);
  });
});

describe('a training in a market', () => {
  const ground = { agentMarket: agentMarket(BARS), split: agentSplit(BARS.close.length), barsPerYear: 8_760 };
  const input = agentTrainingInputSchema.parse({ environment: 'market', symbol: 'BTC/USDT', steps: 1_000 });
  const steps = lived(aTrade(1_000, 1_030));
  const part = (change: object): string => {
    const trained = trainPart({ input, seed: 1, state: null, toSteps: 200, ground, ...change });
    return Buffer.from(trained?.state ?? []).toString('latin1');
  };

  it('begins with what the desk has lived through, the same each time, and does not remember it twice', () => {
    const with30 = part({ lived: steps });
    expect(part({ lived: steps })).toBe(with30);
    const without = part({});
    expect(steps).toHaveLength(31);
    expect(writtenIn(with30) - writtenIn(without)).toBe(31);
    const state = Buffer.from(with30, 'latin1');
    expect(part({ state, toSteps: 400, lived: steps })).toBe(part({ state, toSteps: 400 }));
  });
});

/** How many steps a stored training has remembered, by its head. */
const writtenIn = (state: string): number => Number(/"written":(\d+)/.exec(state)?.[1]);

describe('of a trade', () => {
  it('whose entry lies before the bars there is nothing, and of a very long one the entry and its end', () => {
    expect(lived(aTrade(1_000, 1_003), sliceSeries(BARS, 1_000, 1_010))).toEqual([]);
    expect(lived(aTrade(1_000, 1_003, { quantity: 0 }))).toEqual([]);
    const steps = lived(aTrade(1_000, 2_500));
    expect(steps).toHaveLength(EXPERIENCES_MAX);
    expect([steps[0]?.atMs, steps[1]?.atMs]).toEqual([openAt(1_000), openAt(2_500 - EXPERIENCES_MAX + 2)]);
    expect(steps.at(-1)?.atMs).toBe(openAt(2_499) + HOUR);
  });

  it('that lost more than it was worth is paid a finite sum', () => {
    for (const { reward } of lived(aTrade(1_000, 1_003, { pnl: -1e9 }))) expect(Number.isFinite(reward)).toBe(true);
  });
});
