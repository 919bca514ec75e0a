/** The market of the leverage agent: what it sees, what it may do and what it is paid. */
import { describe, expect, it } from 'vitest';
import { engineMarket } from '../../../../domain/engine/market.ts';
import { computeFeatureColumns } from '../../../../domain/features/feature-columns.ts';
import { agentMarket } from '../../../../domain/learning/agents/agent-market.ts';
import { createDqn } from '../../../../domain/learning/agents/dqn.ts';
import type { LeverageState } from '../../../../domain/learning/agents/leverage-account.ts';
import {
  LEVERAGE_FEATURES,
  LEVERAGE_INPUTS,
  leverageRows,
} from '../../../../domain/learning/agents/leverage-features.ts';
import { leverageMarket, leverageWorld } from '../../../../domain/learning/agents/leverage-market.ts';
import { walkLeverage } from '../../../../domain/learning/agents/leverage-walk.ts';
import { marketNet } from '../../../../domain/learning/agents/market-network.ts';
import { leveragePlan } from '../../../../domain/learning/agents/market-plan.ts';
import { holdingVoice, walkStretch } from '../../../../domain/learning/agents/market-walk.ts';
import { netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { spotRows } from '../../../../domain/learning/agents/spot-features.ts';
import { beginTraining, trainStep } from '../../../../domain/learning/agents/training.ts';
import { marketSettings } from '../../../../domain/learning/agents/training-settings.ts';
import { isOpen, valueTarget } from '../../../../domain/learning/agents/value-targets.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import { sliceSeries } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { inputOf, lived, openActions, pricedAt, world } from './leverage-ground.ts';
import { bars, market } from './synthetic-ground.ts';

const HOUR_MS = 3_600_000;
const placeOf = (name: (typeof LEVERAGE_FEATURES)[number]): number => LEVERAGE_FEATURES.indexOf(name);

const seenOf = (state: LeverageState, name: (typeof LEVERAGE_FEATURES)[number]): number =>
  world.observe(state)[placeOf(name)] as number;

describe('what it sees', () => {
  it('is 35 numbers of a network of 15,307 parameters', () => {
    expect([LEVERAGE_INPUTS, new Set(LEVERAGE_FEATURES).size]).toEqual([35, 35]);
    expect(netLayout(marketNet('leverage', false)).parameterCount).toBe(15_307);
    expect([marketNet('leverage', false).actions, marketNet('leverage', false).inputs]).toEqual([11, 35]);
  });

  it('is finite and near to one at every bar, whatever is held', () => {
    const walked = new Set<number>();
    const strange: string[] = [];
    const { uniform } = createRandom('looks');
    walkLeverage(world, { from: 0, to: 1_200 }, (state) => {
      const seen = world.observe(state);
      for (const [place, value] of seen.entries()) {
        if (value !== 0) walked.add(place);
        if (!(Math.abs(value) <= 5)) strange.push(`${LEVERAGE_FEATURES[place]} ${value}`);
      }
      return LEVERAGE_ACTIONS[Math.floor(uniform() * 11)] as LeverageAction;
    });
    expect(strange).toEqual([]);
    const silent = ['fundingRate', 'openInterestChange', 'longShortRatio'];
    const never = LEVERAGE_FEATURES.filter((_, place) => !walked.has(place));
    expect(never.filter((name) => name !== 'regime')).toEqual(silent);
    expect(leverageWorld(market, inputOf({ costs: { fundingRate: 0.0001 } })).observe(world.opened(300, 301))[21]).toBe(
      1,
    );
  });

  it('is not made of bars to come', () => {
    const known = computeFeatureColumns(sliceSeries(bars, 0, 900));
    const before = leverageRows(known, spotRows(known)).cells;
    expect(Array.from(before)).toEqual(Array.from(leverageRows(market.columns, market.rows).cells.slice(0, 900 * 35)));
  });

  it('is the spot agent’s number where both see the same, and of the account what it holds', () => {
    const [, , , held] = lived(pricedAt([100, 100, 99, 98]), ['long5x', 'hold', 'hold', 'hold'], {
      costs: { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0 },
    });
    const own = leverageWorld(pricedAt([100, 100, 99, 98]), inputOf());
    const state = { ...(held as { before: { state: LeverageState } }).before.state };
    const seen = own.observe(state);
    const at = (name: (typeof LEVERAGE_FEATURES)[number]) => seen[placeOf(name)];
    expect([at('position'), at('leverage')]).toEqual([1, Math.fround(Math.log10(5))]);
    expect(at('unrealisedPnl')).toBeCloseTo(-0.02 / 0.02, 6);
    expect(at('pnl')).toBeCloseTo(-0.02 / 0.02, 6);
    expect(at('drawdown')).toBeCloseTo((0.1 * 5 * 0.02) / 0.1, 6);
    // Three bars held; maintenance 1 % of 98 over a margin of 20 less a loss of 2.
    expect(at('duration')).toBeCloseTo(Math.log(4) / Math.log(25), 6);
    expect(at('marginRatio')).toBeCloseTo(0.98 / 18, 6);
    expect(seenOf(world.opened(777, 800), 'rsi')).toBe(market.rows.cells[777 * 18 + 6]);
    expect(seenOf(world.opened(777, 800), 'session')).toBeCloseTo(2 * (((777 + 1) % 24) / 24) - 1, 6);
  });
});

describe('what it may do', () => {
  it('is masked by what is held, by the direction and after a gap', () => {
    const flat = world.opened(300, 600);
    const openings = LEVERAGE_ACTIONS.slice(1, 9);
    expect(openActions(world.open(flat))).toEqual(['hold', ...openings]);
    const { state } = world.step(flat, 'long5x');
    expect(state.leverage).toBe(5);
    expect(openActions(world.open(state))).toEqual(['hold', 'close', 'reduceHalf']);
    const longOnly = leverageWorld(market, inputOf({ direction: 'longOnly' }));
    expect(openActions(longOnly.open(flat))).toEqual(['hold', ...openings.slice(0, 4)]);
    const openTimeMs = bars.openTimeMs.map((at, i) => (i < 300 ? at : at + 10 * HOUR_MS));
    const gapped = leverageWorld(agentMarket({ ...bars, openTimeMs }), inputOf());
    expect(openActions(gapped.open(flat))).toEqual(['hold']);
    expect(gapped.step(flat, 'long10x')).toMatchObject({ action: 'hold', hasTraded: false });
  });

  it('leaves what is masked undone, also in the maximum of a target and in a drawn action', () => {
    const { state } = world.step(world.opened(300, 600), 'long5x');
    const again = world.step(state, 'short10x');
    expect([again.action, again.hasTraded, again.state.lane.quantity]).toEqual(['hold', false, state.lane.quantity]);
    const values = LEVERAGE_ACTIONS.map((_, action) => 10 - action);
    const bootstrap = { reward: 1, discount: 0.5, targetNext: values, onlineNext: null };
    expect(valueTarget({ ...bootstrap, open: 0b110_0000_0000 }, (x) => x)).toBe(1 + 0.5 * (10 - 9));
    const environment = leverageMarket(world, { range: { from: 300, to: 700 }, episodeBars: 40, rewardScale: 1 });
    const training = beginTraining(environment, { ...marketSettings(inputOf()), learningStarts: 50 }, 'masks');
    for (let k = 0; k < 400; k += 1) {
      const [open, known] = [world.open(training.progress.state), training.dqn.replayed()];
      trainStep(training);
      const kept = training.dqn.kept(known + 1);
      expect(isOpen(open, (kept[6] as Float32Array)[known] as number)).toBe(true);
    }
    const nextOpen = new Set(training.dqn.kept(400).at(-2));
    expect(nextOpen).toContain(0b110_0000_0001);
    expect(nextOpen).toContain(0b001_1111_1111);
  });

  it('is learned from by what is open in the state that follows', () => {
    const { uniform, normal } = createRandom('targets');
    const { adam, loss } = marketSettings(inputOf());
    const net = marketNet('leverage', false);
    const [state, next] = [Array.from({ length: 35 }, normal), Array.from({ length: 35 }, normal)];
    for (const open of [0b000_0000_0001, 0b100_0000_0000, 0b110_0000_0001]) {
      const settings = { net, adam, loss, batchSize: 4, replayRows: 8, masked: true, double: true, prioritised: null };
      const dqn = createDqn(settings, uniform);
      dqn.remember({ state, action: 3, reward: 0.2, next, discount: 0.9, open });
      const known = dqn.values(state)[3] as number;
      const best = Math.max(...Array.from(dqn.values(next)).filter((_, action) => isOpen(open, action)));
      expect(dqn.learn().loss).toBeCloseTo((known - (0.2 + 0.9 * best)) ** 2, 6);
    }
  });

  it('half of a position leaves at the next open, and the rest at a close', () => {
    const free = { costs: { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0 } };
    const [open, reduce, close] = lived(pricedAt([100, 101, 102, 103]), ['short3x', 'reduceHalf', 'close'], free);
    // A tenth of 10,000 at 3.
    expect(open?.state.lane.quantity).toBe(-30);
    expect([reduce?.state.lane.quantity, reduce?.tradesClosed]).toEqual([-15, 0]);
    expect([close?.state.lane.quantity, close?.tradesClosed, close?.state.leverage]).toEqual([0, 1, 1]);
    expect(close?.state.cash).toBeCloseTo(10_000 - 15 * 1 - 15 * 2, 8);
  });
});

it('pays the position’s own return less √leverage, and tells each term', () => {
  const free = { costs: { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0 } };
  for (const [action, leverage, side] of [
    ['long5x', 5, 1],
    ['short3x', 3, -1],
  ] as const) {
    const [open, held] = lived(pricedAt([100, 100, 102]), [action, 'hold'], free);
    expect(open?.terms).toMatchObject({ pnl: 0, trading: -0.1 * leverage, margin: -0, liquidation: -0 });
    expect(held?.returnFraction).toBeCloseTo(side * 0.02, 12);
    expect(held?.terms.pnl).toBeCloseTo((1_000 * Math.log1p(side * 0.02)) / Math.sqrt(leverage), 9);
    expect(Object.keys(held?.terms ?? {})).toHaveLength(7);
    expect(held?.terms.trading).toBe(0);
    expect(held?.state.equity).toBeCloseTo(10_000 + side * 20 * leverage, 8);
  }
  const [spread] = lived(pricedAt([100, 100]), ['long1x'], {});
  // 3 bp of spread and slippage and 5 bp of commission of what the position is worth.
  expect(spread?.returnFraction).toBeCloseTo(-0.0008, 5);
});

it('is the engine’s market: who opens once and holds has the engine’s own wealth', () => {
  for (const [action, side, leverage] of [
    ['long3x', 1, 3],
    ['short5x', -1, 5],
    ['long1x', 1, 1],
  ] as const) {
    const plan = leveragePlan(inputOf({ costs: { fundingRate: 0.0001 } }), leverage);
    const own = leverageWorld(market, inputOf({ costs: { fundingRate: 0.0001 } }));
    const mine = walkLeverage(own, { from: 300, to: 360 }, () => action);
    const engine = walkStretch({ market: engineMarket(bars), plan, range: { from: 300, to: 360 } }, holdingVoice(side));
    for (const [k, one] of mine.returns.entries()) expect(one).toBeCloseTo(engine.returns[k] as number, 12);
    expect(mine.leverages[30]).toBe(side * leverage);
  }
});

it('the end of a window is no termination: what follows keeps its value', () => {
  const environment = leverageMarket(world, { range: { from: 300, to: 700 }, episodeBars: 40, rewardScale: 1 });
  const training = beginTraining(environment, marketSettings(inputOf()), 'limit');
  training.progress.state = { ...training.progress.state, lastBar: training.progress.state.bar + 1 };
  trainStep(training);
  expect(training.progress.episodes).toBe(1);
  expect(training.dqn.kept(1).at(-1)?.[0]).toBeCloseTo(0.95, 6);
});
