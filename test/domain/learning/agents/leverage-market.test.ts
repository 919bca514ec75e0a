/** The market of the leverage agent: what it sees, what it may do, what it is paid, and what its margin forces. */
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../../domain/decimal.ts';
import { marginRatio } from '../../../../domain/engine/margin-ratio.ts';
import { engineMarket } from '../../../../domain/engine/market.ts';
import { marginRatioOf } from '../../../../domain/execution/margin-ratio.ts';
import { computeFeatureColumns } from '../../../../domain/features/feature-columns.ts';
import { agentMarket, stretchOf } from '../../../../domain/learning/agents/agent-market.ts';
import { createDqn } from '../../../../domain/learning/agents/dqn.ts';
import { judgeAgent } from '../../../../domain/learning/agents/judge-seat.ts';
import { type LeverageState, leverageAccount } from '../../../../domain/learning/agents/leverage-account.ts';
import {
  LEVERAGE_FEATURES,
  LEVERAGE_INPUTS,
  leverageRows,
} from '../../../../domain/learning/agents/leverage-features.ts';
import { leverageMarket, leverageWorld } from '../../../../domain/learning/agents/leverage-market.ts';
import { bestAction, shiftedLeverage, walkLeverage } from '../../../../domain/learning/agents/leverage-walk.ts';
import { marketNet, marketNetwork } from '../../../../domain/learning/agents/market-network.ts';
import { leveragePlan } from '../../../../domain/learning/agents/market-plan.ts';
import { holdingVoice, walkStretch } from '../../../../domain/learning/agents/market-walk.ts';
import { netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { judgeNetwork, seatOf } from '../../../../domain/learning/agents/seat-run.ts';
import { spotRows } from '../../../../domain/learning/agents/spot-features.ts';
import { type TrainedPart, trainPart } from '../../../../domain/learning/agents/train-chunk.ts';
import { beginTraining, trainStep } from '../../../../domain/learning/agents/training.ts';
import { marketSettings } from '../../../../domain/learning/agents/training-settings.ts';
import { bestOf, isOpen, valueTarget } from '../../../../domain/learning/agents/value-targets.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import { rewardOf } from '../../../../domain/learning/leverage/rewards.ts';
import { type BarSeries, sliceSeries } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import type { MarketTrainingInput } from '../../../../schemas/agent-training.ts';
import { bars, market, split, trainingOf } from './synthetic-ground.ts';

const HOUR_MS = 3_600_000;
const inputOf = (change: object = {}): MarketTrainingInput => trainingOf('leverage', change);

const world = leverageWorld(market, inputOf());
const placeOf = (name: (typeof LEVERAGE_FEATURES)[number]): number => LEVERAGE_FEATURES.indexOf(name);
const seenOf = (state: LeverageState, name: (typeof LEVERAGE_FEATURES)[number]): number =>
  world.observe(state)[placeOf(name)] as number;

/** The bars from 300 on at such prices, open and close the same but for what is given; before it 100 throughout. */
function pricedAt(closes: readonly number[], change: Partial<Record<'high' | 'low', readonly number[]>> = {}) {
  const at = (prices: readonly number[]) => Float64Array.from(bars.close, (_, i) => prices[i - 300] ?? 100);
  const open = Float64Array.from(bars.close, (_, i) => closes[i - 301] ?? 100);
  const edge = (name: 'high' | 'low', of: (a: number, b: number) => number) =>
    at(change[name] ?? []).map((given, i) =>
      change[name]?.[i - 300] === undefined ? of(open[i] as number, closes[i - 300] ?? 100) : given,
    );
  const series: BarSeries = {
    ...bars,
    open,
    close: at(closes),
    high: edge('high', Math.max),
    low: edge('low', Math.min),
  };
  return agentMarket(series);
}

/** Actions from bar 300 on; each is what the agent chose, not what was done. */
function lived(at: ReturnType<typeof agentMarket>, actions: readonly LeverageAction[], change: object = {}) {
  const own = leverageWorld(at, inputOf(change));
  let state = own.opened(300, 600);
  return actions.map((action, k) => {
    const before = { open: own.open(state), state };
    const step = own.step(state, action);
    state = step.state;
    return { ...step, before, terms: own.terms(step, 300 + k) };
  });
}

const openActions = (open: number): LeverageAction[] => LEVERAGE_ACTIONS.filter((_, action) => isOpen(open, action));

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

describe('the margin', () => {
  const plan = leveragePlan(inputOf(), 10);

  it('ratio is that of the book’s formula', () => {
    const { uniform } = createRandom('ratios');
    for (let k = 0; k < 200; k += 1) {
      const [quantity, entry] = [uniform() < 0.5 ? 2 : -2, 50 + 100 * uniform()];
      const mark = entry * (0.92 + 0.16 * uniform());
      const lane = { quantity, cost: quantity * entry, mark };
      const [book, cost] = [toDecimal(quantity), toDecimal(quantity * entry)];
      const held = { quantity: book, cost, markPrice: toDecimal(mark), leverage: 10 };
      expect(marginRatio({ plan }, lane)).toBeCloseTo(marginRatioOf(held, inputOf().costs), 10);
    }
  });

  const forcedAt = (close: number, actions: readonly LeverageAction[]) =>
    lived(pricedAt([100, 100, close, close, close]), actions).slice(1);

  it('below 0.70 leaves the choice, at 0.70 halves the position once, at 0.85 closes it', () => {
    // Bought a little above 100 at 10 with a maintenance margin of 1.05 %: 0.69, 0.78 and 0.90 of the margin.
    const [, calm] = forcedAt(91.55, ['long10x', 'hold', 'hold']);
    expect(calm?.before.state.marginRatio).toBeLessThan(0.7);
    expect([calm?.before.state.marginRatio.toFixed(1), calm?.action]).toEqual(['0.6', 'hold']);
    const [, halved, then] = forcedAt(91.35, ['long10x', 'hold', 'hold', 'hold']);
    expect(openActions(halved?.before.open ?? 0)).toEqual(['close', 'reduceHalf']);
    expect([halved?.action, then?.action]).toEqual(['reduceHalf', 'hold']);
    expect(2 * (halved?.state.lane.quantity ?? 0)).toBeCloseTo(halved?.before.state.lane.quantity ?? 1, 6);
    const [, closed] = forcedAt(91.15, ['long10x', 'hold', 'hold']);
    expect(closed?.before.state.marginRatio).toBeGreaterThan(0.85);
    expect([closed?.action, closed?.state.lane.quantity, closed?.isLiquidated]).toEqual(['close', 0, false]);
  });

  it('closes whatever the values of the actions say', () => {
    const at = pricedAt([100, 100, 91.15, 91.15, 91.15]);
    const own = leverageWorld(at, inputOf());
    const state = own.step(own.step(own.opened(300, 600), 'long10x').state, 'hold').state;
    for (const best of LEVERAGE_ACTIONS) {
      const values = LEVERAGE_ACTIONS.map((action) => (action === best ? 1e9 : 0));
      expect(openActions(own.open(state))).toEqual(['close']);
      expect(bestAction(own, () => values)(state, 0)).toBe('close');
      expect(LEVERAGE_ACTIONS[bestOf(values, own.open(state))]).toBe('close');
      expect(own.step(state, best)).toMatchObject({ action: 'close', tradesClosed: 1 });
    }
  });

  it('gone is a liquidation at the engine’s price: the end of the episode, with nothing to follow', () => {
    const low = [100, 100, 100, 80];
    const at = pricedAt([100, 100, 100, 99, 99], { low });
    const steps = lived(at, ['long10x', 'hold', 'hold']);
    const last = steps.at(-1);
    expect(last).toMatchObject({ isLiquidated: true, tradesClosed: 1, position: { marginRatio: 1, leverage: 10 } });
    expect(last?.terms).toMatchObject({ liquidation: -5, trading: -1 });
    expect(last?.terms.margin).toBeCloseTo(-3, 12);
    // The margin of a tenth is lost, and no more than it and what trading costs.
    expect(last?.state.equity).toBeGreaterThan(10_000 * (1 - 0.1 - 0.01));
    expect(last?.state.equity).toBeLessThan(10_000 * (1 - 0.09));
    const own = leverageWorld(at, inputOf());
    const environment = leverageMarket(own, { range: { from: 200, to: 700 }, episodeBars: 240, rewardScale: 0.5 });
    const step = environment.step(last?.before.state as LeverageState, 0);
    expect([step.terminated, step.truncated]).toEqual([true, false]);
    expect(step.reward).toBeCloseTo(rewardOf(last?.terms ?? {}) / 2, 10);
    const holding = { ...environment, step: (state: LeverageState) => environment.step(state, 0) };
    const training = beginTraining(holding, marketSettings(inputOf()), 'liquidated');
    training.progress.state = last?.before.state as LeverageState;
    trainStep(training);
    expect([training.progress.episodes, training.dqn.kept(1).at(-1)?.[0]]).toEqual([1, 0]);
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

it('funding is paid on leverage at 00, 08 and 16 UTC, by longs to shorts', () => {
  const costs = { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0, fundingRate: 0.001 };
  const still = pricedAt([]);
  const paid = (action: LeverageAction): number =>
    10_000 - (lived(still, [action, ...Array<LeverageAction>(24).fill('hold')], { costs }).at(-1)?.state.equity ?? 0);
  // Three instants in 24 bars after the entry, a thousandth of 3,000 each; nothing without leverage.
  expect(paid('long3x')).toBeCloseTo(9, 8);
  expect(paid('short3x')).toBeCloseTo(-9, 8);
  expect(paid('long1x')).toBe(0);
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

const ground = { agentMarket: agentMarket(sliceSeries(bars, 0, split.seen)), split, barsPerYear: 8_760 };

function partOf(state: Uint8Array | null, toSteps: number, change: object = {}): TrainedPart {
  const trained = trainPart({ input: inputOf(change), seed: 7, state, toSteps, ground });
  if (trained === null) throw new Error('nobody called it off');
  return trained;
}

it('a training in parts comes to the same weights, and is judged like the spot agent’s', () => {
  const whole = partOf(null, 2_200);
  const parted = partOf(partOf(null, 2_061).state, 2_200);
  expect(parted.weightsHash).toBe(whole.weightsHash);
  const terms = ['pnl', 'riskAdjusted', 'volatilityFit', 'short', 'margin', 'liquidation', 'trading'];
  expect(Object.keys(whole.figures.rewardTerms ?? {})).toEqual(terms);
  const network = { seed: 7, steps: 2_200, weightsHash: whole.weightsHash, weights: whole.weights };
  const judged = judgeNetwork(network, inputOf(), { agentMarket: market, split });
  const { outOfSample, selection, valueSpread } = judged;
  expect(selection).toEqual(whole.figures.selection);
  expect(valueSpread).toBeGreaterThan(0);
  const names = ['buyAndHold', 'sellAndHold', 'rule', 'random'];
  expect(outOfSample.baselines.map(({ name }) => name)).toEqual(names);
  expect(outOfSample.bars).toBe((split.sealed?.to ?? 0) - (split.sealed?.from ?? 0));
  const seat = seatOf('leverage', [judged]);
  expect([seat.agent, seat.seated]).toEqual(['leverage', false]);
  expect(seat.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['seeds', 'majority', 'trades', 'timing', 'buyAndHold', 'rule']),
  );
  expect(() => marketNetwork('leverage', whole.weights.slice(4), false)).toThrow('of a leverage network');
}, 60_000);

it('its positions at other times are the same positions: at no shift the very walk', () => {
  const { uniform } = createRandom('walks');
  const range = { from: 300, to: 700 };
  const walked = walkLeverage(world, range, (state) => {
    const open = openActions(world.open(state));
    return uniform() < 0.7 ? 'hold' : (open[Math.floor(uniform() * open.length)] as LeverageAction);
  });
  expect(new Set(walked.leverages)).toEqual(new Set([0, 1, 3, 5, 10, -1, -3, -5, -10]));
  expect(new Set(walked.shares)).toContain(1);
  expect(Math.min(...walked.shares.filter((share) => share > 0))).toBeLessThan(0.6);
  const again = walkLeverage(world, range, shiftedLeverage(walked, 0));
  expect(Array.from(again.returns)).toEqual(Array.from(walked.returns));
  expect(again.tradeCount).toBe(walked.tradeCount);
  const later = walkLeverage(world, range, shiftedLeverage(walked, 50));
  expect(Array.from(later.leverages.slice(60, 400))).not.toEqual(Array.from(walked.leverages.slice(60, 400)));
  const stretch = stretchOf(market, inputOf(), range);
  const shifts: number[] = [];
  judgeAgent(stretch, walked, 1, (shift) => {
    shifts.push(shift);
    return walked.returns;
  });
  expect(shifts).toHaveLength(300);
});

it('an account that is ruined ends', () => {
  const account = leverageAccount(market.market, inputOf());
  const state = account.opened(300, 600);
  const environment = leverageMarket(world, { range: { from: 300, to: 700 }, episodeBars: 40, rewardScale: 1 });
  expect(environment.step({ ...state, cash: 1_900, equity: 1_900 }, 0).terminated).toBe(true);
  expect(environment.step(state, 0).terminated).toBe(false);
});

it('a walk that leaves debts has lost all, and no more than all', () => {
  const price = Float64Array.from(bars.close, (_, i) => (i < 310 ? 100 : 500));
  const gap = agentMarket({ ...bars, open: price, high: price, low: price, close: price });
  const leaping = leverageWorld(gap, inputOf());
  const { returns } = walkLeverage(leaping, { from: 290, to: 330 }, () => 'short10x');
  expect(Math.min(...returns)).toBe(-1);
  expect(returns.slice(returns.indexOf(-1) + 1).every((one) => one === 0)).toBe(true);
});
