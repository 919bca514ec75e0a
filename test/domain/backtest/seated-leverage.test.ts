/** A seated leverage network in the one step: it sees what it was trained on, and only ever makes an entry smaller. */
import { describe, expect, it } from 'vitest';
import { prepareBars } from '../../../activities/session/prepare-live.ts';
import { seatedLeverageAgents } from '../../../activities/session/voters.ts';
import { seenAtEntry } from '../../../domain/backtest/leverage-base-at.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { walkBatch } from '../../../domain/backtest/walk-batch.ts';
import { prepareMarkets, type WalkContext } from '../../../domain/backtest/walk-context.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { flatPosition } from '../../../domain/execution/position.ts';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { agentMarket } from '../../../domain/learning/agents/agent-market.ts';
import { LEVERAGE_WARMUP_BARS } from '../../../domain/learning/agents/leverage-features.ts';
import { leverageWorld } from '../../../domain/learning/agents/leverage-market.ts';
import { seatedLeverage } from '../../../domain/learning/agents/seated-leverage.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../domain/learning/leverage/actions.ts';
import { type BarRow, type BarSeries, sliceSeries } from '../../../domain/market/bar-series.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { onTradeClosed } from '../../../domain/risk/risk-state.ts';
import { agentTrainingInputSchema } from '../../../schemas/agent-training.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { deskLimitsSchema } from '../../../schemas/risk.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import type { SeatedAgent } from '../../../schemas/session-walk.ts';
import { strategySchema } from '../../../schemas/signals.ts';
import { drawn, hashOf, valuing } from '../learning/agents/leverage-networks.ts';
import {
  aContext,
  barsOf,
  CASH,
  flat,
  HOUR_MS,
  NO_COSTS,
  rowsOf,
  START_MS,
  type StrategyText,
} from './walk-fixture.ts';

const MOMENTUM = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } } as const;

const seatOf = (weights: Uint8Array, change: Partial<SeatedAgent> = {}) => ({
  weights,
  seat: {
    ...{ runId: 'run-1', weightsHash: hashOf(weights) },
    ...{ direction: 'longShort' as const, dueling: false, temperature: 0.01, ...change },
  },
});

describe('what it sees at an entry', () => {
  const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 1_200, seed: 4 });
  const columns = computeFeatureColumns(bars);
  const seat = seatOf(drawn(1));
  const costs = costsSchema.parse({ fundingRate: 0.0002 });

  it('is, bar by bar, what its training saw of the same account there', () => {
    const asked = { environment: 'market', agent: 'leverage', symbol: 'BTC/USDT', costs: { fundingRate: 0.0002 } };
    const input = agentTrainingInputSchema.parse(asked);
    if (input.environment !== 'market') throw new Error('a market was asked for');
    const world = leverageWorld(agentMarket(bars), input);
    const voice = seatedLeverage(seat, columns);
    const { uniform } = createRandom('lived');
    let { risk } = openWalk('sim:walk', CASH, START_MS);
    let [state, compared, lossesMax] = [world.opened(250, 1_199), 0, 0];
    while (state.bar < state.lastBar) {
      const before = { equity: toDecimal(state.equity), peakEquity: toDecimal(state.peak), risk };
      if (state.lane.quantity === 0) {
        const own = Array.from(voice.sight(state.bar, seenAtEntry(before, { costs })));
        expect(own, `bar ${state.bar}`).toEqual(Array.from(world.observe(state)));
        compared += 1;
        lossesMax = Math.max(lossesMax, risk.lossStreak);
      }
      const action = uniform() < 0.3 ? 'close' : (LEVERAGE_ACTIONS[Math.floor(uniform() * 11)] as LeverageAction);
      const lived = world.step(state, action);
      if (lived.tradesClosed > 0) {
        const pnl = toDecimal(lived.position?.pnlFraction ?? 0);
        risk = onTradeClosed(risk, { pnl, dayTrade: false }, START_MS, deskLimitsSchema.parse({}));
      }
      state = lived.state;
    }
    expect([compared > 150, lossesMax > 2, risk.recentResults?.length]).toEqual([true, true, 20]);
  });

  it('is the same over the columns of a loop, a batch and a live window, and made of no bar to come', () => {
    const account = seenAtEntry(openWalk('sim:walk', CASH, START_MS), { costs });
    const settings = { strategy: strategySchema.parse(MOMENTUM), costs };
    const inputs = { symbols: ['BTC/USDT'], barIntervalMs: HOUR_MS, costs };
    const seats = { leverageAgents: { 'BTC/USDT': seat } };
    const text = ({ openTimeMs, ...cells }: BarRow) => ({
      ...{ openTimeMs, open: String(cells.open), high: String(cells.high), low: String(cells.low) },
      ...{ close: String(cells.close), volume: String(cells.volume) },
    });
    const seen = rowsOf(bars).map((row, instant) => ({ ...text(row), symbol: 'BTC/USDT', instant }));
    const whole = prepareMarkets([bars], { ...settings, ...seats }).get('BTC/USDT')?.leverageAgent;
    const live = prepareBars(seen, settings, inputs, seats).markets.get('BTC/USDT')?.leverageAgent;
    for (const i of [LEVERAGE_WARMUP_BARS - 1, 700, 1_199]) {
      const cut = seatedLeverage(seat, computeFeatureColumns(sliceSeries(bars, 0, i + 1)));
      const values = whole?.values(i, account);
      expect(values).toHaveLength(11);
      expect([live?.values(i, account), cut.values(i, account)]).toEqual([values, values]);
    }
    expect(whole?.values(LEVERAGE_WARMUP_BARS - 2, account)).toBeUndefined();
    const wrong = { ...seat, seat: { ...seat.seat, weightsHash: 'other' } };
    expect(() => seatedLeverage(wrong, columns)).toThrow('expected other');
  });
});

type Told = {
  readonly base: { readonly maskedActions?: readonly { readonly action: string }[] };
  readonly bestLeverage: number;
  readonly adjustedLeverage: number;
  readonly reasoning: readonly string[];
};

/** A walk up to the entry at bar 300 under a network, and what is kept with its decision. */
const rising = barsOf([...flat(300), 103, 103, 103]);

function entryOf(
  weights: Uint8Array,
  change: Partial<WalkContext> = {},
  {
    leverage = 10,
    bars = rising,
    seat = {},
    from = 0,
  }: { leverage?: number; bars?: BarSeries; seat?: Partial<SeatedAgent>; from?: number } = {},
) {
  const strategy: StrategyText = { ...MOMENTUM, leverage };
  const leverageAgents = { 'BTC/USDT': seatOf(weights, seat) };
  const costs = change.costs ?? NO_COSTS;
  const markets = prepareMarkets([bars], { strategy: strategySchema.parse(strategy), costs, leverageAgents });
  const managed = { leverage: { targetVolatility: 5, record: [] }, components: ['technical', 'agent'] as const };
  const context = aContext([bars], strategy, { costs, markets, ...managed, ...change });
  const until = bars.close.length;
  const walked = walkBatch(openWalk('sim:walk', CASH, START_MS), context, { from, until, ordersAsChildren: false });
  const decided = walked.decisions.find(({ intents }) => intents[0]?.leg === 'entry');
  return { entry: decided?.intents[0], told: decided?.inputs.leverage as Told | undefined };
}

describe('an entry', () => {
  it('begins with the rung of the voted side that the network likes best, and tells so', () => {
    const network = valuing({ long5x: 1, long3x: 0.5, short10x: 0.9 });
    const { entry, told } = entryOf(network);
    const plain = entryOf(network, { components: ['technical'] });
    expect([entry?.side, plain.entry?.leverage]).toEqual(['buy', 3]);
    expect(told).toMatchObject({ action: 'long5x', bestLeverage: 5 });
    expect(told?.adjustedLeverage).toBeCloseTo((plain.told?.adjustedLeverage ?? 0) / 2, 3);
    const base = { from: 'agent', runId: 'run-1', weightsHash: hashOf(network), preferred: 'long5x', action: 'long5x' };
    expect(told?.base).toMatchObject({ ...base, confidence: expect.closeTo(1, 4) });
    expect(told?.base.maskedActions?.map(({ action }) => action)).toEqual(['close', 'reduceHalf']);
    expect(told?.reasoning[0]).toBe('base of the seated network: long5x, confidence 1.000');
  });

  it('is at most at the strategy’s leverage: a dearer wish becomes the best rung below, no surer than it was', () => {
    const dear = valuing({ long10x: 1, long1x: 0.5, long3x: 0.4 });
    const { told } = entryOf(dear, {}, { leverage: 5, seat: { temperature: 1 } });
    const confidence = Math.sqrt(Math.E) / (Math.E + Math.sqrt(Math.E) + Math.exp(0.4) + 6);
    expect(told?.base).toMatchObject({
      preferred: 'long10x',
      action: 'long1x',
      confidence: expect.closeTo(confidence, 6),
    });
    const masked = ['long10x', 'short10x', 'close', 'reduceHalf'];
    expect(told?.base.maskedActions?.map(({ action }) => action)).toEqual(masked);
    expect(told?.bestLeverage).toBe(1);
    expect(entryOf(valuing({ long10x: 1, long5x: 0.9 }), {}, { leverage: 5 }).told).toMatchObject({ bestLeverage: 5 });
  });

  it('gets no leverage, and less size, where the network would take the other side or stay out', () => {
    const backed = entryOf(valuing({ long1x: 1 }));
    for (const other of ['short3x', 'short1x', 'hold'] as const) {
      // Of e^1 for what it would rather, and e^0 for the eight others.
      const { entry, told } = entryOf(valuing({ [other]: 1 }), {}, { seat: { temperature: 1 } });
      expect(entry).toMatchObject({ side: 'buy', leverage: 1 });
      const base = {
        from: 'agent',
        preferred: other,
        action: 'long1x',
        confidence: expect.closeTo(1 / (Math.E + 8), 6),
      };
      expect(told?.base).toMatchObject(base);
      expect(told?.reasoning[0]).toContain(`it would rather ${other}`);
      expect(Number(entry?.quantity)).toBeLessThan(Number(backed.entry?.quantity) / 5);
    }
  });

  it('begins with the strategy where the network has nothing to say, or is not listened to', () => {
    const network = valuing({ long1x: 1 });
    const plain = entryOf(network, { components: ['technical', 'llm'] });
    expect(plain).toMatchObject({ entry: { leverage: 3 }, told: { bestLeverage: 10, base: { from: 'strategy' } } });
    const early = entryOf(network, {}, { bars: barsOf([...flat(200), 103, 103]) });
    expect(early).toMatchObject({ entry: { leverage: 3 }, told: { base: { from: 'strategy' } } });
    expect(early.told?.reasoning[0]).toContain('has not warmed up');
    const short = entryOf(network, {}, { seat: { direction: 'shortOnly' } });
    expect(short.told).toMatchObject({ bestLeverage: 10, base: { from: 'strategy' } });
    expect(short.told?.reasoning[0]).toContain('trained for shortOnly');
    const long = entryOf(valuing({ short5x: 9, long3x: 1 }), {}, { seat: { direction: 'longOnly' } });
    expect(long.told?.base).toMatchObject({ preferred: 'long3x', action: 'long3x' });
  });

  it('is never larger than without the network, whatever that wants and the market does', () => {
    let [entries, smaller] = [0, 0];
    for (let seed = 1; seed <= 8; seed += 1) {
      const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 400, seed });
      const given = [{ direction: 'longShort' as const }, { bars, from: 280, seat: { temperature: 0.3 } }] as const;
      const [network, [change, rest]] = [drawn(seed), given];
      const heard = entryOf(network, change, rest);
      const plain = entryOf(network, { ...change, components: ['technical'] }, rest);
      if (plain.entry === undefined || heard.entry?.decisionId !== plain.entry.decisionId) continue;
      entries += 1;
      expect(heard.entry.leverage).toBeLessThanOrEqual(plain.entry.leverage);
      expect(Number(heard.entry.quantity)).toBeLessThanOrEqual(Number(plain.entry.quantity));
      if (Number(heard.entry.quantity) < Number(plain.entry.quantity)) smaller += 1;
    }
    expect([entries >= 5, smaller >= 3]).toEqual([true, true]);
  });

  it('that is held at the end of its margin is closed, however much the network would like to hold it', () => {
    const held = {
      ...{ ...flatPosition('buyAndHold', 'BTC/USDT'), quantity: toDecimal(10), cost: toDecimal(1_000) },
      ...{ markPrice: toDecimal(100), leverage: 10, openedAtMs: START_MS, fundingDoneMs: START_MS },
    };
    const fall = barsOf([...flat(300), 91.05, 91.05], {}, (row) => ({ ...row, low: Math.min(row.open, row.close) }));
    const leverageAgents = { 'BTC/USDT': seatOf(valuing({ long10x: 1e6, hold: 1e6 })) };
    const strategy = { type: 'buyAndHold', leverage: 10 } as const;
    const markets = prepareMarkets([fall], {
      strategy: strategySchema.parse(strategy),
      costs: NO_COSTS,
      leverageAgents,
    });
    const managed = { leverage: { targetVolatility: 5, record: [] }, components: ['technical', 'agent'] as const };
    const context = aContext([fall], strategy, { costs: NO_COSTS, markets, ...managed });
    const start = openWalk('sim:walk', CASH, START_MS);
    const book = { ...start.book, positions: [held], cash: toDecimal(99_000) };
    const walked = walkBatch({ ...start, book }, context, { from: 300, until: 302, ordersAsChildren: false });
    const [decided] = walked.decisions;
    // 0.9105 × 0.01 / (0.1 − 0.0895) = 0.87 of its margin.
    expect(decided?.inputs.leverage).toMatchObject({ action: 'close' });
    expect(decided?.intents).toMatchObject([{ leg: 'exit', exitReason: 'margin', quantity: '10' }]);
  });
});

it('is taken into a session that lists the component and whose leverage is managed, and into no other', async () => {
  const seat = seatOf(drawn(1)).seat;
  const asked: string[] = [];
  const parts = {
    seatedAgent: async (agent: string, symbol: string, intervalMs: number) => {
      asked.push(`${agent} ${symbol} ${intervalMs}`);
      return symbol === 'BTC/USDT' ? seat : undefined;
    },
  };
  const strategy = strategySchema.parse({ ...MOMENTUM, leverage: 3 });
  const opened = (change: object) => {
    const rest = {
      accountId: 'paper-1',
      tradingMode: 'backtest',
      barIntervalMs: HOUR_MS,
      components: ['technical', 'agent'],
    };
    const input = { ...rest, strategy, symbols: ['BTC/USDT', 'ETH/USDT'], leverage: {}, ...change };
    return seatedLeverageAgents(parts, parseSessionInput(input, 'strategy-session:seated', START_MS), strategy);
  };
  expect(await opened({})).toEqual({ leverageAgents: { 'BTC/USDT': seat } });
  expect(asked).toEqual([`leverage BTC/USDT ${HOUR_MS}`, `leverage ETH/USDT ${HOUR_MS}`]);
  expect(await opened({ components: ['technical'] })).toEqual({});
  expect(await opened({ leverage: undefined })).toEqual({});
  expect(await opened({ symbols: ['ETH/USDT'] })).toEqual({});
});
