/**
 * The leverage manager in the one step: it only ever lowers what a strategy
 * asks for, and gets out before its venue does.
 */
import { describe, expect, it } from 'vitest';
import { gateInputOf } from '../../../domain/backtest/gate-input-of.ts';
import { leverageSettingsOf } from '../../../domain/backtest/leverage-terms.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { walkBatch } from '../../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { flatPosition } from '../../../domain/execution/position.ts';
import type { LeverageRecord } from '../../../domain/learning/leverage/leverage-record.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { dayIn } from '../../../domain/market/trading-day.ts';
import { gate } from '../../../domain/risk/gate.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { codesOf } from '../../problems-of.ts';
import { order } from '../execution/support.ts';
import { aContext, barsOf, CASH, decisionAt, flat, HOUR_MS, NO_COSTS, START_MS, walk } from './walk-fixture.ts';

const MOMENTUM = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } } as const;
const bars = barsOf([...flat(25), 103, 103, 103]);
const managed = (change: Partial<NonNullable<WalkContext['leverage']>> = {}) => ({
  leverage: { targetVolatility: 5, record: [], ...change },
});
const ten = { ...MOMENTUM, leverage: 10 };

/** An account that had more when the day began. */
const lostToday = (dayStartEquity: string) => {
  const start = openWalk('sim:walk', CASH, START_MS);
  const dayKey = dayIn(start.risk.dayZone, START_MS + 26 * HOUR_MS);
  return { ...start, risk: { ...start.risk, dayKey, dayStartEquity } };
};

const entryOf = (change: Partial<WalkContext>, strategy = ten) => {
  const walked = walk([bars], strategy, { costs: NO_COSTS, ...change });
  const decided = walked.decisions.find(({ decision }) => decision === decisionAt(walked, bars, 25));
  const told = (decided?.inputs.leverage ?? {}) as Record<string, unknown>;
  return { walked, told, entry: decided?.intents[0], decision: decided?.decision };
};

describe('an entry of a strategy with leverage', () => {
  it('gets the leverage of the mode where it would be refused, and tells why, what it can cost and where it ends', () => {
    expect(entryOf({}).decision?.verdict).toMatchObject({ approved: false, reasons: [{ rule: 'leverageCap' }] });
    const { entry, told, decision, walked } = entryOf(managed());
    expect(entry).toMatchObject({ leverage: 3, side: 'buy' });
    // 8 % of 100,000 USD as margin, three times that at 103.
    expect(Number(entry?.quantity)).toBeCloseTo(24_000 / 103, 6);
    expect(decision?.sizeFraction).toBeCloseTo(0.08, 9);
    expect(walked.state.book.positions).toMatchObject([{ leverage: 3 }]);
    expect(told).toMatchObject({ action: 'long10x', leverage: 3, bestLeverage: 10, leverageCap: 3, warnings: [] });
    expect(told.reasoning).toEqual(
      expect.arrayContaining([expect.stringContaining('at most 3x by the operating mode')]),
    );
    // Without maintenance and fees a third of the price; with 1 % maintenance (103 − 34.33) / 0.99.
    expect(Number(told.liquidationPrice)).toBeCloseTo((103 - 103 / 3) / 0.99, 6);
    const atStop = 103 - Number(decision?.stopPrice);
    expect(Number(told.worstCaseLossUsd)).toBeCloseTo((24_000 / 103) * atStop * 1.25, 4);
  });

  it('gets less the more the market moves, and none at a network venue', () => {
    expect(entryOf(managed({ targetVolatility: 0.2 })).entry).toMatchObject({ leverage: 1 });
    const half = entryOf(managed({ targetVolatility: 0.02 }));
    const quarter = entryOf(managed({ targetVolatility: 0.01 }));
    expect(Number(half.entry?.quantity)).toBeCloseTo(2 * Number(quarter.entry?.quantity), 5);
    expect(entryOf({ ...managed(), venue: 'alpaca' }).told).toMatchObject({ leverageCap: 1 });
  });

  it('gets less where leverage has earned nothing in this regime, and nothing without an edge', () => {
    const count = { leverage: 3, regime: null, trades: 25, wins: 10, winSum: 0.1, lossSum: 0.11 };
    const won = { ...count, leverage: 1, trades: 400, wins: 300, winSum: 6, lossSum: 0.5 };
    const record: LeverageRecord = [count, won];
    expect(entryOf(managed({ record })).told).toMatchObject({ leverage: 1, leverageCap: 1 });
    expect(entryOf(managed({ record: [{ ...count, regime: 'bull' }, won] })).told).toMatchObject({ leverageCap: 3 });
    const lost = entryOf(managed({ record: [{ ...won, wins: 100, winSum: 1, lossSum: 6 }] }));
    expect(lost).toMatchObject({ entry: undefined, decision: { noDecision: 'SIZE_ZERO' }, told: { kellyFraction: 0 } });
  });

  it('is never larger than without the manager, whatever the market', () => {
    let entries = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 120, seed });
      const first = (change: Partial<WalkContext>) =>
        walk(
          [series],
          { ...MOMENTUM, parameters: { lookback: 5, threshold: 0.005 }, leverage: 3 },
          change,
        ).decisions.find(({ intents }) => intents[0]?.leg === 'entry');
      const [plain, held] = [first({}), first(managed({ targetVolatility: 0.5 }))];
      if (plain === undefined || held?.decision.sequence !== plain.decision.sequence) continue;
      entries += 1;
      expect(held.intents[0]?.leverage).toBeLessThanOrEqual(3);
      expect(Number(held.intents[0]?.quantity)).toBeLessThanOrEqual(Number(plain.intents[0]?.quantity));
    }
    expect(entries).toBeGreaterThan(5);
  });

  it('finds the day’s budget used up by what the day has lost', () => {
    const context = aContext([bars], ten, { costs: NO_COSTS, ...managed() });
    const walked = walkBatch(lostToday('102000'), context, { from: 25, until: 26, ordersAsChildren: false });
    const [decided] = walked.decisions;
    expect(decided?.decision).toMatchObject({ noDecision: 'SIZE_ZERO' });
    expect(decided?.inputs.leverage).toMatchObject({ riskBudgetLeftUsd: '0', leverage: 0 });
  });
});

describe('the day’s risk budget', () => {
  const context = aContext([bars], { ...MOMENTUM, leverage: 3 }, { costs: NO_COSTS });
  const intent = walk([bars], { ...MOMENTUM, leverage: 3 }).decisions.find((one) => one.intents.length > 0)?.intents[0];
  if (intent === undefined) throw new Error('nothing was entered');
  const asked = { ...intent, quantity: '100', referencePrice: '100' };
  const facts = {
    ...{ confidence: 1, hasStop: true, barOpenTimeMs: START_MS, nowMs: START_MS + HOUR_MS, correlationGroup: [] },
    ...{ lastPrice: toDecimal(100), origin: 'session' as const },
  };
  const rulesAt = (stopDistance: string | null, one = asked) => {
    const distance = stopDistance === null ? null : toDecimal(stopDistance);
    const input = gateInputOf(lostToday('100900'), one, { ...facts, stopDistance: distance }, context);
    return gate(input).reasons.map(({ rule }) => rule);
  };

  it('lets a worst case pass that it can bear, and nothing beyond; without a stop all of the margin', () => {
    // 2,000 USD less the 900 of today: 100 × 8.8 to the stop and a quarter more.
    expect(rulesAt('8.8')).toEqual([]);
    expect(rulesAt('8.801')).toEqual(['riskBudget']);
    expect(rulesAt(null)).toEqual(['riskBudget']);
    expect(rulesAt(null, { ...asked, quantity: '33' })).toEqual([]);
    expect(rulesAt('50', { ...asked, leverage: 1, quantity: '10' })).toEqual([]);
  });

  it('is shared out between symbols that enter at one instant, whether their orders are in the book or handed over', () => {
    const pair = ['AAA/USDT', 'BBB/USDT'].map((symbol) => barsOf([...flat(25), 103, 103], { symbol }));
    const both = aContext(pair, ten, { costs: NO_COSTS, ...managed() });
    const quantities = (ordersAsChildren: boolean) =>
      walkBatch(lostToday('100900'), both, { from: 25, until: 26, ordersAsChildren }).decisions.map(
        ({ intents }) => intents[0]?.quantity,
      );
    const [first, second] = quantities(false);
    expect([Number(first) > 0, second]).toEqual([true, undefined]);
    expect(quantities(true)).toEqual([first, second]);
  });
});

describe('a leveraged position whose stop did not get it out', () => {
  // 10 at 100 with 3x: its venue takes it at (100 − 33.33) / 0.99 = 67.34.
  const held = {
    ...{ ...flatPosition('buyAndHold', 'BTC/USDT'), quantity: toDecimal(10), cost: toDecimal(1_000) },
    ...{ markPrice: toDecimal(100), leverage: 3, openedAtMs: START_MS, fundingDoneMs: START_MS },
    trip: {
      ...{ decisionId: 'd-1', sessionId: null, venue: 'paper', simulated: true, realizedPnl: toDecimal(0) },
      ...{ entryQuantity: toDecimal(10), entryValue: toDecimal(1_000), fees: toDecimal(0), funding: toDecimal(0) },
      ...{ exitQuantity: toDecimal(0), exitValue: toDecimal(0) },
    },
  };
  const stop = order({
    ...{ leg: 'stop', decisionId: 'd-1', side: 'sell', type: 'stop', stopPrice: '60', quantity: '10', state: 'ACKED' },
    ...{ accountId: 'sim:walk', strategyId: 'buyAndHold', symbol: 'BTC/USDT', sentAtMs: START_MS, leverage: 3 },
  });
  const fall = barsOf([...flat(20), 67.6, 67.6, 67.6, 67.5, 67.5], {}, (row) => ({ ...row, low: row.close - 0.05 }));
  const walkFrom = (change: Partial<WalkContext>) => {
    const context = aContext([fall], { type: 'buyAndHold', leverage: 3 }, { costs: NO_COSTS, ...change });
    const start = openWalk('sim:walk', CASH, START_MS);
    const book = { ...start.book, positions: [held], cash: toDecimal(99_000), orders: [stop] };
    return walkBatch({ ...start, book }, context, { from: 19, until: 25, ordersAsChildren: false });
  };
  const exits = (walked: ReturnType<typeof walkFrom>) =>
    walked.decisions.flatMap(({ decision, intents }) =>
      intents
        .filter(({ leg }) => leg === 'exit')
        .map(({ exitReason, quantity }) => [(decision.asOfMs - START_MS) / HOUR_MS - 1, exitReason, quantity]),
    );

  it('is halved once at a margin ratio of 0.70, and closed at 0.85, before its venue would take it', () => {
    const walked = walkFrom(managed());
    // 0.676 × 0.01 / (0.3333 − 0.324) = 0.72 at bar 20; 0.675 × 0.01 /
    // (0.3333 − 0.325) = 0.81 at bar 23, with 1.07 % 0.87.
    const told = walked.decisions.map(({ inputs }) => inputs.leverage as { action: string; marginRatio: number });
    expect(told.map(({ action }) => action)).toEqual(['hold', 'reduceHalf', 'hold', 'hold', 'hold', 'hold']);
    expect(exits(walked)).toEqual([[20, 'reduce', '5']]);
    expect(walked.state.book.positions[0]?.quantity.toString()).toBe('5');
    expect(walked.state.book.orders).toEqual([stop]);
    const closer = walkFrom({ ...managed(), costs: { ...NO_COSTS, maintenanceMarginFraction: 0.0107 } });
    expect(exits(closer)).toEqual([
      [20, 'reduce', '5'],
      [23, 'margin', '5'],
    ]);
    expect(closer.trades).toMatchObject([{ trade: { exitReason: 'margin', quantity: '10' } }]);
    expect(closer.orders.get(stop.clientOrderId)?.state).toBe('CANCELED');
  });

  it('is left alone where nobody manages leverage', () => {
    expect(exits(walkFrom({}))).toEqual([]);
  });
});

it('is on in paper and live, in virtual time where it is asked for, and not for pairs or without leverage', () => {
  const strategy = { type: 'momentum', leverage: 3 } as const;
  const asked = { leverage: { targetVolatility: 0.3 } };
  expect(leverageSettingsOf({ tradingMode: 'paper' }, strategy)).toEqual({ targetVolatility: 0.5 });
  expect(leverageSettingsOf({ tradingMode: 'backtest' }, strategy)).toBeNull();
  expect(leverageSettingsOf({ tradingMode: 'backtest', ...asked }, strategy)).toEqual({ targetVolatility: 0.3 });
  expect(leverageSettingsOf({ tradingMode: 'live', ...asked }, { ...strategy, leverage: 1 })).toBeNull();
  expect(leverageSettingsOf({ tradingMode: 'live', ...asked }, { ...strategy, type: 'pairsTrading' })).toBeNull();
});

it('is refused where it would have nothing to do, with all that is wrong at once', () => {
  const refusals = (strategy: object, leverage: object) => {
    const rest = { accountId: 'paper-1', tradingMode: 'backtest', barIntervalMs: HOUR_MS, symbols: ['BTC/USDT'] };
    const read = () => parseSessionInput({ ...rest, strategy, leverage }, 'strategy-session:asked', START_MS);
    return codesOf(read).sort();
  };
  expect(refusals({ type: 'momentum', leverage: 3 }, {})).toEqual([]);
  expect(refusals({ type: 'momentum' }, {})).toEqual(['INPUT_RANGE leverage']);
  const wrong = ['INPUT_RANGE leverage.targetVolatility', 'INPUT_UNKNOWN_FIELD leverage.targetVolatilty'];
  expect(refusals({ type: 'momentum', leverage: 3 }, { targetVolatility: 0, targetVolatilty: 1 })).toEqual(wrong);
});
