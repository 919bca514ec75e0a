/** Strategies of two legs over bars: both legs or none, from the first order to the last. */
import { describe, expect, it } from 'vitest';
import type { Decided } from '../../../domain/backtest/decided.ts';
import { cancelLoneEntry } from '../../../domain/backtest/lone-leg.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { walkBar } from '../../../domain/backtest/walk-bar.ts';
import type { WalkBatch } from '../../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { cancelOrder } from '../../../domain/execution/book.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { complianceSchema, deskLimitsSchema } from '../../../schemas/risk.ts';
import { independentWalks, type Prices, tiedWalks } from '../signals/pair-prices.ts';
import { aContext, barsOf, CASH, flat, HOUR_MS, NO_COSTS, rowsOf, START_MS, walk } from './walk-fixture.ts';

const [A, B] = ['AAA/USD', 'BBB/USD'];
const PAIR = { type: 'pairsTrading' } as const;
const BOTH_WAYS = { direction: 'longShort' } as const;

const seriesOf = ({ a, b }: Prices): [BarSeries, BarSeries] => [
  barsOf([...a], { symbol: A }),
  barsOf([...b], { symbol: B }),
];
const tied = seriesOf(tiedWalks(3, 700));

/** Decisions by instant, those of the first symbol before those of the second. */
function byInstant(walked: WalkBatch): Decided[][] {
  const instants = new Map<number, Decided[]>();
  for (const one of walked.decisions) {
    instants.set(one.decision.asOfMs, [...(instants.get(one.decision.asOfMs) ?? []), one]);
  }
  return [...instants.values()];
}

const sends = (decided: Decided): boolean => decided.intents.length > 0;
const zOf = ({ decision }: Decided): number =>
  Number(/^z (-?[\d.]+)/.exec(decision.contributions[0]?.reasons[0] ?? '')?.[1]);
const hedgeRatioOf = ({ decision }: Decided): number =>
  Number(/hedge ratio (-?[\d.]+)/.exec(decision.contributions[0]?.reasons[1] ?? '')?.[1]);

describe('pairs trading', () => {
  const walked = walk(tied, PAIR, BOTH_WAYS);
  const entries = byInstant(walked).filter(([first]) => first?.intents[0]?.leg === 'entry');

  it('enters with two opposite legs of one group, only beyond |z| 2', () => {
    expect(entries.length).toBeGreaterThan(5);
    for (const [first, second] of entries as [Decided, Decided][]) {
      expect([first, second].map(sends)).toEqual([true, true]);
      expect(first.decision.groupId).toMatch(/^g-[0-9a-f]{30}$/);
      expect(second.decision.groupId).toBe(first.decision.groupId);
      expect(second.intents.every((one) => one.groupId === first.decision.groupId)).toBe(true);
      const z = zOf(second);
      expect(Math.abs(z)).toBeGreaterThan(2);
      expect([first, second].map(({ decision }) => decision.action)).toEqual(z > 0 ? ['buy', 'sell'] : ['sell', 'buy']);
    }
  });

  it('holds |β| of the first for one of the second, together no larger than one position may be', () => {
    for (const [first, second] of entries as [Decided, Decided][]) {
      const [a, b] = [first, second].map((one) => Number(one.intents[0]?.quantity)) as [number, number];
      expect(a / b).toBeCloseTo(Math.abs(hedgeRatioOf(second)), 5);
      const total = first.decision.sizeFraction + second.decision.sizeFraction;
      expect(total).toBeLessThanOrEqual(0.08 + 1e-12);
      expect(total).toBeGreaterThan(0);
    }
  });

  it('opens no leg where what was learnt speaks against it, and says so in both', () => {
    const onlineHealth = { health: 'degraded', reasons: ['six losses'] } as const;
    const learnt = { components: ['technical', 'online'], online: {}, onlineHealth } as const;
    const advised = byInstant(walk(tied, PAIR, { ...BOTH_WAYS, ...learnt }));
    expect(advised.flat().some(sends)).toBe(false);
    const refused = advised.filter(([first]) => first?.inputs.shouldTrade !== undefined);
    expect(refused[0]?.[0]?.decision.asOfMs).toBe(entries[0]?.[0]?.decision.asOfMs);
    for (const { decision, inputs } of refused.flat()) {
      expect(inputs.shouldTrade).toMatchObject({ trade: false, reason: 'degraded: six losses' });
      expect(decision.verdict?.reasons.map(({ rule }) => rule)).toEqual(['shouldTrade', 'pairedLeg']);
    }
  });

  it('leaves with both legs at one instant, and holds both or none after every bar', () => {
    let state = openWalk('sim:walk', CASH, START_MS);
    const context = aContext(tied, PAIR, BOTH_WAYS);
    let held = 0;
    for (let k = 0; k < context.timeline.openTimeMs.length; k += 1) {
      state = walkBar(state, k, context, true).state;
      const open = state.book.positions.filter((one) => !one.quantity.isZero());
      expect([0, 2]).toContain(open.length);
      held += open.length;
    }
    expect(held).toBeGreaterThan(50);
    expect(new Set(walked.trades.map(({ trade }) => trade.exitReason))).toEqual(new Set(['signal']));
    expect(walked.trades.length % 2).toBe(0);
  });

  it('tells the numbers it decided by', () => {
    const reasons = entries[0]?.[0]?.decision.contributions[0]?.reasons.join(' | ') ?? '';
    expect(reasons).toMatch(
      /^z -?\d+\.\d{3}, .*hedge ratio 1\.\d+, intercept .*ADF t -\d.* against -3\.36\d at 5 %, p .*: cointegrated/,
    );
    const { inputs } = (entries[0] as [Decided, Decided])[0];
    const pair = inputs.pair as Record<string, number>;
    expect(pair).toMatchObject({ cointegrated: 1, blocked: 0 });
    expect(Math.abs(pair.z ?? 0)).toBeGreaterThan(2);
    expect(pair.pValue).toBeLessThan(0.05);
    expect(pair.adf).toBeLessThan(pair.critical ?? Number.NEGATIVE_INFINITY);
  });

  it('opens nothing between walks that are not tied', () => {
    const prices = independentWalks(1, 270);
    const { decisions } = walk(seriesOf(prices), PAIR, BOTH_WAYS);
    const reasons = new Set(decisions.map(({ decision }) => decision.noDecision));
    expect(reasons).toEqual(new Set(['WARM_UP', 'NOT_COINTEGRATED']));
  });

  it('works its line out from past bars once a day, and holds it in between', () => {
    const byDay = new Map<number, Set<number>>();
    for (const one of walked.decisions.filter(
      ({ decision }) => decision.symbol === B && decision.noDecision !== 'WARM_UP',
    )) {
      const day = Math.floor((one.decision.asOfMs - 1) / (24 * HOUR_MS));
      byDay.set(day, (byDay.get(day) ?? new Set()).add(hedgeRatioOf(one)));
    }
    expect(byDay.size).toBeGreaterThan(15);
    expect([...byDay.values()].every((lines) => lines.size === 1)).toBe(true);
    expect(new Set([...byDay.values()].flatMap((lines) => [...lines])).size).toBeGreaterThan(10);

    // A bar cannot move the line it is traded by: not even the first of a day.
    const firstOfDay = 24 * 12;
    const other = tied.map((bars) => changedAt(bars, firstOfDay, 1.02)) as [BarSeries, BarSeries];
    const lineAt = (walkedAgain: WalkBatch) => hedgeRatioOf(byInstant(walkedAgain)[firstOfDay]?.[1] as Decided);
    expect(lineAt(walk(other, PAIR, BOTH_WAYS))).toBe(lineAt(walked));
  });

  it('gives up beyond stopZ, and enters again only after z was inside exitZ', () => {
    const prices = tiedWalks(3, 400, 1.7, 0.5);
    const jump = (i: number): number => (i < 300 ? 0 : i < 310 ? 9 : Math.max(0, 9 - (i - 309) * 0.25));
    const series = seriesOf({ a: prices.a, b: prices.b.map((price, i) => price + jump(i)) });
    const strategy = { ...PAIR, parameters: { entryZ: 1.5, stopZ: 3 } };
    const seconds = walk(series, strategy, BOTH_WAYS).decisions.filter(({ decision }) => decision.symbol === B);
    const broken = seconds.findIndex((one, index) => index > 290 && Math.abs(zOf(one)) > 3);
    const back = seconds.findIndex((one, index) => index > broken && Math.abs(zOf(one)) < 0.5);
    const between = seconds.slice(broken, back);
    expect(broken).toBeGreaterThan(0);
    expect(between.filter((one) => Math.abs(zOf(one)) > 1.5 && Math.abs(zOf(one)) < 3).length).toBeGreaterThan(3);
    expect(between.filter((one) => one.intents[0]?.leg === 'entry')).toEqual([]);
    expect(between[3]?.decision.contributions[0]?.reasons.at(-1)).toContain('stopped out');
  });
});

const changedAt = (bars: BarSeries, index: number, factor: number): BarSeries =>
  seriesFromRows(
    bars.symbol,
    bars.intervalMs,
    rowsOf(bars).map((row, i) => (i === index ? { ...row, close: row.close * factor, high: row.high * 1.1 } : row)),
  );

describe('both legs or none', () => {
  /** The second venue is 30 bp dearer from bar 20 on; costs are 10 bp an order. */
  const costs = { ...NO_COSTS, commissionBps: 7, halfSpreadBps: 1, slippageBps: 2 };
  const VENUES = { type: 'crossVenue' } as const;
  const apart = (change: (row: BarRow, index: number) => BarRow = (row) => row): [BarSeries, BarSeries] => [
    barsOf(flat(40), { symbol: 'BTC/USDT:A' }, change),
    barsOf([...flat(20), ...flat(20, 100.3)], { symbol: 'BTC/USDT:B' }),
  ];
  const context = (series: readonly BarSeries[], change: Partial<WalkContext> = {}) =>
    walk(series, VENUES, { ...BOTH_WAYS, costs, ...change });

  it('30 bp apart at 10 bp a side trades: long the cheap, short the dear, in equal quantities', () => {
    const walked = context(apart());
    const [first, second] = byInstant(walked)[20] as [Decided, Decided];
    expect([first, second].map(({ decision }) => decision.action)).toEqual(['buy', 'sell']);
    expect(first.intents[0]?.quantity).toBe(second.intents[0]?.quantity);
    expect(first.decision.contributions[0]?.reasons[0]).toBe(
      'edge 9.96 bp = difference 29.96 bp - costs 10.00 + 10.00 bp',
    );
    const held = walked.state.book.positions.map((one) => Math.sign(one.quantity.toNumber()));
    expect(held).toEqual([1, -1]);
    expect(walked.trades).toEqual([]);
  });

  it('15 bp apart it does not', () => {
    const series = [barsOf(flat(40), { symbol: 'BTC/USDT:A' }), barsOf(flat(40, 100.15), { symbol: 'BTC/USDT:B' })];
    expect(context(series)).toMatchObject({ intents: [], fills: [] });
  });

  it('keeps both positions when prices only meet again, and closes when the opposite difference pays', () => {
    const later = (price: number): [BarSeries, BarSeries] => [
      barsOf(flat(60), { symbol: 'BTC/USDT:A' }),
      barsOf([...flat(20), ...flat(20, 100.3), ...flat(20, price)], { symbol: 'BTC/USDT:B' }),
    ];
    expect(context(later(100)).trades).toEqual([]);
    const closed = context(later(99.6)).trades.map(({ trade }) => [trade.symbol, trade.side, trade.exitReason]);
    expect(closed).toEqual([
      ['BTC/USDT:A', 'long', 'signal'],
      ['BTC/USDT:B', 'short', 'signal'],
    ]);
  });

  it('one leg refused by the gate refuses the other, which names it', () => {
    const compliance = complianceSchema.parse({ symbolsDenied: ['BTC/USDT:B'] });
    const walked = context(apart(), { compliance });
    const [first, second] = byInstant(walked)[20] as [Decided, Decided];
    expect(walked.intents).toEqual([]);
    expect(first.decision.verdict?.reasons.map((one) => one.rule)).toEqual(['pairedLeg']);
    expect(first.decision.verdict?.reasons[0]?.message).toContain('BTC/USDT:B, which is refused by complianceSymbols');
    expect(second.decision.verdict?.reasons.map((one) => one.rule)).toEqual(['complianceSymbols']);
  });

  it('judges the second leg with the first on its way', () => {
    const walked = context(apart(), { desk: deskLimitsSchema.parse({ ordersPerMinuteMax: 1 }) });
    const [first, second] = byInstant(walked)[20] as [Decided, Decided];
    expect(walked.intents).toEqual([]);
    expect(second.decision.verdict?.reasons.map((one) => one.rule)).toEqual(['ordersPerMinute']);
    expect(first.decision.verdict?.reasons.map((one) => one.rule)).toEqual(['pairedLeg']);
  });

  it('a leg that is stopped out takes its partner with it at the next open, and opens nothing meanwhile', () => {
    const crash = 25;
    const series = apart((row, index) => (index === crash ? { ...row, low: 40 } : row));
    const walked = context(series);
    expect(
      walked.trades.slice(0, 2).map(({ trade }) => [trade.symbol, trade.exitReason, hoursOf(trade.exitAtMs)]),
    ).toEqual([
      ['BTC/USDT:A', 'stop', crash],
      ['BTC/USDT:B', 'unpaired', crash + 1],
    ]);
    const [first, second] = byInstant(walked)[crash] as [Decided, Decided];
    expect(first.decision.noDecision).toBe('UNPAIRED');
    expect(second.intents.map((one) => [one.leg, one.exitReason])).toEqual([['exit', 'unpaired']]);
  });

  const hoursOf = (atMs: number): number => (atMs - START_MS) / HOUR_MS;

  it('an entry whose partner is gone before it fills is cancelled at the next bar', () => {
    const series = apart((row, index) => (index > 20 ? { ...row, volume: 0 } : row));
    const silent = seriesFromRows(
      'BTC/USDT:B',
      HOUR_MS,
      rowsOf(series[1]).map((row) => ({ ...row, volume: 0 })),
    );
    const walkContext = aContext([series[0], silent], VENUES, { ...BOTH_WAYS, costs });
    let state = openWalk('sim:walk', CASH, START_MS);
    for (let k = 0; k <= 20; k += 1) state = walkBar(state, k, walkContext, true).state;
    const [first, other] = state.book.orders.filter((one) => one.leg === 'entry');
    state = { ...state, book: cancelOrder(state.book, first?.clientOrderId ?? '', 'CANCELED').book };
    const step = walkBar(state, 21, walkContext, true);
    expect(step.orders.map((one) => [one.clientOrderId, one.state])).toContainEqual([other?.clientOrderId, 'CANCELED']);
    expect(step.state.book.orders.map((one) => one.clientOrderId)).not.toContain(other?.clientOrderId);
    expect(step.state.book.positions).toEqual([]);
  });

  it('at a network venue the order is cancelled by its own workflow', () => {
    const walkContext = aContext(apart(), VENUES, { ...BOTH_WAYS, costs });
    let state = openWalk('sim:walk', CASH, START_MS);
    for (let k = 0; k <= 20; k += 1) state = walkBar(state, k, walkContext, true).state;
    const [first, other] = state.book.orders.filter((one) => one.leg === 'entry');
    const book = cancelOrder(state.book, first?.clientOrderId ?? '', 'CANCELED').book;
    const parted = cancelLoneEntry({ ...state, book }, { ...walkContext, venue: 'alpaca-paper' });
    expect(parted).toMatchObject({ orders: [], cancels: [other?.decisionId], state: { book } });
  });

  it('decides nothing at an instant at which only one of the two has a bar, nor after a gap of either', () => {
    const [first, second] = apart();
    const missing = seriesFromRows(
      second.symbol,
      HOUR_MS,
      rowsOf(second).filter((_, index) => index < 20 || index > 27),
    );
    const walked = context([first, missing]);
    const alone = byInstant(walked).slice(20, 28);
    expect(alone.map((made) => made.map(({ decision }) => decision.noDecision))).toEqual(
      Array.from({ length: 8 }, () => ['PARTNER_BAR_MISSING']),
    );
    const after = byInstant(walked)[28] as Decided[];
    expect(after.map(({ decision }) => decision.noDecision)).toEqual(['DATA_GAP', 'DATA_GAP']);
    expect(byInstant(walked)[29]?.map(sends)).toEqual([true, true]);
  });

  it('two orders, two fills, and cash that is what they moved', () => {
    const walked = context(apart());
    const fills = walked.fills.filter((one) => one.clientOrderId.endsWith('-entry'));
    expect(fills.map((one) => [one.side, one.price])).toEqual([
      ['buy', '100.03'],
      ['sell', '100.26991'],
    ]);
    const moved = fills.reduce(
      (cash, { side, quantity, price, fee }) =>
        cash
          .minus(
            toDecimal(quantity)
              .times(price)
              .times(side === 'buy' ? 1 : -1),
          )
          .minus(fee),
      toDecimal(CASH),
    );
    expect(walked.state.book.cash.eq(moved)).toBe(true);
    const entries = walked.entries.reduce((sum, one) => sum.plus(one.amount), toDecimal(0));
    expect(entries.isZero()).toBe(true);
  });
});
