/** The market of the spot agent: what it sees, what it is paid, that it is the engine's, and who is seated. */
import { expect, it } from 'vitest';
import { engineMarket } from '../../../../domain/engine/market.ts';
import type { Voice, Wish } from '../../../../domain/engine/signals.ts';
import { computeFeatureColumns } from '../../../../domain/features/feature-columns.ts';
import { agentMarket, stretchOf, trainingGround } from '../../../../domain/learning/agents/agent-market.ts';
import { judgeAgent, judgeSeat } from '../../../../domain/learning/agents/judge-seat.ts';
import { marketNet, marketNetwork } from '../../../../domain/learning/agents/market-network.ts';
import { holdingVoice, shiftedVoice, walkStretch } from '../../../../domain/learning/agents/market-walk.ts';
import { netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { probabilities, seatedVoice } from '../../../../domain/learning/agents/seated-agent.ts';
import { NO_POSITION, SPOT_FEATURES, spotRows } from '../../../../domain/learning/agents/spot-features.ts';
import type { SpotState } from '../../../../domain/learning/agents/spot-market.ts';
import { type TrainedPart, trainPart } from '../../../../domain/learning/agents/train-chunk.ts';
import { beginTraining, trainStep } from '../../../../domain/learning/agents/training.ts';
import { marketSettings } from '../../../../domain/learning/agents/training-settings.ts';
import { weightsHash } from '../../../../domain/learning/agents/training-store.ts';
import { bestOf } from '../../../../domain/learning/agents/value-targets.ts';
import { rewardOf } from '../../../../domain/learning/leverage/rewards.ts';
import { agentSplit } from '../../../../domain/learning/trial/data-split.ts';
import { type BarSeries, sliceSeries } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import type { MarketTrainingInput, OutOfSample } from '../../../../schemas/agent-training.ts';
import { bars, hoursOf, market, split, trainingOf } from './synthetic-ground.ts';

const inputOf = (change: object = {}): MarketTrainingInput => trainingOf('spot', change);

it('sees 18 numbers of a network of 12,867 parameters, none of them made of bars to come', () => {
  expect(SPOT_FEATURES).toHaveLength(18);
  expect(netLayout(marketNet('spot', false)).parameterCount).toBe(12_867);
  const cut = 900;
  const known = spotRows(computeFeatureColumns(sliceSeries(bars, 0, cut))).cells;
  expect(Array.from(known)).toEqual(Array.from(market.rows.cells.subarray(0, cut * SPOT_FEATURES.length)));
  const warm = market.rows.cells.subarray(300 * SPOT_FEATURES.length, 301 * SPOT_FEATURES.length);
  const seen = SPOT_FEATURES.filter((_, place) => warm[place] !== 0);
  expect(seen).toEqual(
    SPOT_FEATURES.filter((name) => !name.startsWith('position') && (name !== 'regime' || seen.includes(name))),
  );
});

/** Actions drawn by a seed, taken in the environment from the first bar of the stretch on. */
function lived(direction: MarketTrainingInput['direction'], actions: readonly number[]) {
  const environment = trainingGround(market, inputOf({ direction }), { ...split, folds: [{ from: 300, to: 560 }] });
  let state: SpotState = { ...environment.reset(() => 1e-9), bar: 300, lastBar: 300 + actions.length };
  return actions.map((action) => {
    const step = environment.step(state, action);
    state = step.state;
    return { ...step, seen: Array.from(environment.observe(state)) };
  });
}

const drawnActions = (seed: string, count: number): number[] => {
  const { uniform } = createRandom(seed);
  return Array.from({ length: count }, () => Math.floor(uniform() * 3));
};

it.each(['longOnly', 'shortOnly', 'longShort'] as const)('is the engine’s market, bar by bar: %s', (direction) => {
  const actions = drawnActions(direction, 200);
  const steps = lived(direction, actions);
  const wishes: Wish[] = actions.map((action) => ({ side: ([0, 1, -1] as const)[action] ?? 0, close: false }));
  const voice: Voice = { kind: 'asked', firstBar: 0, ask: (i) => wishes[i] as Wish };
  const stretch = stretchOf(market, inputOf({ direction }), { from: 300, to: 501 });
  const { returns, sides } = walkStretch(stretch, voice);
  const wealth = Array.from(returns).map((_, k) =>
    returns.slice(0, k + 1).reduce((all, one) => all * (1 + one), 10_000),
  );
  for (const [k, { state }] of steps.entries()) expect(state.equity).toBeCloseTo(wealth[k + 1] as number, 6);
  const positionAt = SPOT_FEATURES.indexOf('position');
  expect(steps.map(({ seen }) => seen[positionAt])).toEqual(Array.from(sides.subarray(0, 200)));
  expect(new Set(sides).size).toBe(direction === 'longShort' ? 3 : 2);
  const again = walkStretch(stretch, shiftedVoice(sides, 0));
  expect(Array.from(again.returns)).toEqual(Array.from(returns));
});

it('pays the log return of equity in percent, with costs in, and tells each term', () => {
  const [hold, buy, keep] = lived('longOnly', [0, 1, 0]);
  expect(hold?.terms).toEqual({ pnl: 0, riskAdjusted: 0, trading: 0, holding: 0 });
  const [open, close] = [bars.open[302] as number, bars.close[302] as number];
  // 95 % of the equity at the close of 301, bought 3 bp above the open with 5 bp of commission.
  const quantity = 9_500 / (bars.close[301] as number);
  const equity = 10_000 + quantity * (close - open * 1.0003 * 1.0005);
  expect(buy?.terms?.pnl).toBeCloseTo(1_000 * Math.log(equity / 10_000), 4);
  expect([buy?.terms?.trading, buy?.terms?.holding]).toEqual([-0.1, 0]);
  expect(keep?.terms?.trading).toBe(0);
  expect(Math.abs(keep?.terms?.holding ?? 0)).toBeGreaterThan(0);
  expect(keep?.reward).toBeCloseTo(rewardOf(keep?.terms ?? {}) * ((buy?.reward ?? 0) / rewardOf(buy?.terms ?? {})), 10);
});

it('the end of a window is no termination: what follows keeps its value', () => {
  const environment = trainingGround(market, inputOf(), split);
  const training = beginTraining(environment, marketSettings(inputOf()), 'limit');
  training.progress.state = { ...training.progress.state, lastBar: training.progress.state.bar + 1 };
  trainStep(training);
  expect(training.progress.episodes).toBe(1);
  expect(training.dqn.kept(1).at(-1)?.[0]).toBeCloseTo(0.95, 6);
});

const ground = { agentMarket: agentMarket(sliceSeries(bars, 0, split.seen)), split, barsPerYear: 8_760 };

function partOf(state: Uint8Array | null, toSteps: number, at = ground): TrainedPart {
  const trained = trainPart({ input: inputOf(), seed: 7, state, toSteps, ground: at });
  if (trained === null) throw new Error('nobody called it off');
  return trained;
}

it('a training in parts comes to the same weights, and the bars it is judged on change nothing', () => {
  const whole = partOf(null, 2_600);
  const parted = partOf(partOf(null, 2_111).state, 2_600);
  expect(parted.weightsHash).toBe(whole.weightsHash);
  expect(Object.keys(whole.figures.rewardTerms ?? {})).toEqual(['pnl', 'riskAdjusted', 'trading', 'holding']);
  const others = hoursOf(5);
  const mixed = (name: keyof BarSeries) =>
    Float64Array.from(bars[name] as Float64Array, (value, i) =>
      i < split.seen ? value : ((others[name] as Float64Array)[i] as number),
    );
  const changed = { ...bars, open: mixed('open'), high: mixed('high'), low: mixed('low'), close: mixed('close') };
  expect(partOf(null, 2_600, { ...ground, agentMarket: agentMarket(changed) }).weightsHash).toBe(whole.weightsHash);
  expect(whole.figures.selection?.tradeCount).toBeGreaterThanOrEqual(0);
}, 30_000);

it('cuts bars into what is learned from, compared on and judged on, with room between', () => {
  expect(agentSplit(10_000)).toEqual({
    folds: [{ from: 0, to: 5_000 }],
    selection: { from: 5_100, to: 6_500 },
    sealed: { from: 6_600, to: 10_000 },
    seen: 6_500,
  });
});

/** Knows the next two closes of so many bars in a hundred, and holds nothing else. */
function knowing(series: BarSeries, share: number): Voice {
  const { uniform } = createRandom('knowing');
  const told = Array.from(series.close, () => uniform() < share);
  return {
    kind: 'asked',
    firstBar: 0,
    ask: (i, { quantity }) => {
      const rise = (series.close[i + 2] ?? 0) / (series.open[i + 1] ?? 1) - 1;
      const side = told[i] !== true ? 0 : rise > 0.003 ? 1 : rise < -0.003 ? -1 : 0;
      return { side, close: quantity !== 0 && side === 0 };
    },
  };
}

const judged = (series: BarSeries, voice: Voice) => {
  const stretch = {
    ...stretchOf(market, inputOf(), { from: 0, to: series.close.length }),
    market: engineMarket(series),
  };
  return judgeAgent(stretch, walkStretch(stretch, voice), 1);
};

const short = sliceSeries(bars, 0, 700);

const failedOf = (one: OutOfSample): string[] =>
  judgeSeat(one, [one, one, one])
    .checks.filter(({ passed }) => !passed)
    .map(({ name }) => name);

it('seats who knows something, and neither who guesses nor who only holds in a market that falls', () => {
  const knows = judged(short, knowing(short, 0.5));
  expect(judgeSeat(knows, [knows, knows, knows])).toMatchObject({ seated: true, reason: 'every check passed' });
  expect(
    judgeSeat(knows, [knows, knows])
      .checks.filter(({ passed }) => !passed)
      .map(({ name }) => name),
  ).toEqual(['seeds']);
  const wishes = drawnActions('guess', 1_200).map((action) => ({
    side: ([0, 1, -1] as const)[action] ?? 0,
    close: false,
  }));
  const guesses = judged(short, { kind: 'asked', firstBar: 0, ask: (i) => wishes[i] as Wish });
  expect(failedOf(guesses)).toEqual(expect.arrayContaining(['majority', 'probability', 'timing']));
  expect(judgeSeat(knows, [knows, guesses, guesses]).checks.find(({ name }) => name === 'majority')?.passed).toBe(
    false,
  );
  const fall = (column: Float64Array): Float64Array => column.map((price, i) => price * Math.exp(-0.002 * i));
  const falling = {
    ...short,
    open: fall(short.open),
    high: fall(short.high),
    low: fall(short.low),
    close: fall(short.close),
  };
  const shorts = judged(falling, holdingVoice(-1));
  expect(shorts.returnFraction).toBeGreaterThan(0.5);
  expect(shorts.beatsBuyAndHold).toBe(true);
  expect(failedOf(shorts)).toEqual(expect.arrayContaining(['timing', 'sellAndHold']));
}, 30_000);

it('a seated network votes with its best action on the numbers it trained on, as sure as its values are apart', () => {
  const { weights, weightsHash: hash } = partOf(null, 2_600);
  const seat = { runId: 'run', weightsHash: hash, direction: 'longShort' as const, dueling: false, temperature: 0.02 };
  const voice = seatedVoice({ seat, weights }, computeFeatureColumns(bars));
  const values = marketNetwork('spot', weights, false);
  const position = { side: -1 as const, pnlFraction: 0.01, barsHeld: 4 };
  for (const [i, held] of [
    [400, NO_POSITION],
    [777, position],
  ] as const) {
    const row = market.rows.cells.slice(i * 18, (i + 1) * 18);
    if (held.side !== 0) row.set([-1, 0.5, Math.log(5) / Math.log(25)], 14);
    const own = Array.from(values(row));
    const vote = voice.vote(i, held);
    expect(vote?.side).toBe([0, 1, -1][bestOf(own)]);
    expect(vote?.confidence).toBeCloseTo(Math.max(...probabilities(own, 0.02)), 12);
  }
  expect(voice.vote(199, NO_POSITION)).toBeUndefined();
  expect(probabilities([0.1, 0.1, 0.1], 0.02).map((one) => one.toFixed(6))).toEqual(Array(3).fill('0.333333'));
  expect(weightsHash(new Float32Array(weights.slice().buffer))).toBe(hash);
  expect(() => seatedVoice({ seat: { ...seat, weightsHash: 'other' }, weights }, market as never)).toThrow(
    'expected other',
  );
});
