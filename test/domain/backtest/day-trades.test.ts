/** Day trades of US margin accounts: what counts as one, and whose entries they hold back. */
import { describe, expect, it } from 'vitest';
import { gateInputOf } from '../../../domain/backtest/gate-input-of.ts';
import { closeTrades } from '../../../domain/backtest/match-instant.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import type { WalkState } from '../../../domain/backtest/walk-state.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { flatPosition } from '../../../domain/execution/position.ts';
import { gate } from '../../../domain/risk/gate.ts';
import type { ClosedTrade } from '../../../schemas/execution.ts';
import { deskLimitsSchema } from '../../../schemas/risk.ts';
import { order } from '../execution/support.ts';
import { exposure } from '../risk/gate-fixture.ts';
import { aContext, barsOf, flat } from './walk-fixture.ts';

/** Wednesday 3 January 2024, 15:00 UTC: 10:00 in New York. */
const OPEN_MS = Date.UTC(2024, 0, 3, 15);
const MINUTE_MS = 60_000;

const trade = (symbol: string, minutes: number): ClosedTrade => ({
  ...{ tradeId: `${symbol}-${minutes}`, symbol, strategyId: 's-1', side: 'long', quantity: '1', pnl: '1', fees: '0' },
  ...{ entryAtMs: OPEN_MS, entryPrice: '100', exitAtMs: OPEN_MS + minutes * MINUTE_MS, exitPrice: '101' },
  exitReason: 'target',
});
const small = openWalk('a', '20000', OPEN_MS);
const after = (...trades: readonly ClosedTrade[]) => closeTrades(small, trades, { desk: deskLimitsSchema.parse({}) });
const three = (symbol: string) => after(trade(symbol, 1), trade(symbol, 2), trade(symbol, 3));

function rulesAgainst(venue: string, symbol: string, state: WalkState = three('SPY'), agesAtMs?: number): string[] {
  const context = aContext([barsOf(flat(20), { symbol })], { type: 'buyAndHold' }, { venue, tradingMode: 'paper' });
  const intent = order({ accountId: 'a', symbol, referencePrice: '100', quantity: '1' });
  const facts = {
    ...{ confidence: 1, hasStop: true, barOpenTimeMs: OPEN_MS, nowMs: OPEN_MS + 4 * MINUTE_MS },
    ...{ lastPrice: toDecimal('100'), correlationGroup: [], origin: 'session' as const },
  };
  const ages = agesAtMs === undefined ? {} : { agesAtMs };
  const input = gateInputOf(state, intent, facts, { ...context, ...ages, barIntervalMs: MINUTE_MS });
  return gate(input).reasons.map((one) => one.rule);
}

describe('three day trades below 25,000 USD', () => {
  it('hold back an entry in shares at Alpaca', () => {
    expect(rulesAgainst('alpaca-paper', 'SPY')).toContain('patternDayTrade');
    expect(rulesAgainst('alpaca-live', 'SPY')).toContain('patternDayTrade');
  });

  it('hold back neither coins there nor shares of the paper book', () => {
    expect(rulesAgainst('alpaca-paper', 'BTC/USD')).not.toContain('patternDayTrade');
    expect(rulesAgainst('paper', 'SPY')).not.toContain('patternDayTrade');
  });
});

describe('entries that could all be closed today', () => {
  const isHeldBack = (state: WalkState, agesAtMs?: number): boolean =>
    rulesAgainst('alpaca-paper', 'JPM', state, agesAtMs).includes('patternDayTrade');
  const holding = (openedAtMs: number, ...symbols: readonly string[]): WalkState => {
    const held = { quantity: toDecimal(1), markPrice: toDecimal(100), openedAtMs };
    const positions = symbols.map((symbol) => ({ ...flatPosition('s-1', symbol), ...held }));
    return { ...small, book: { ...small.book, positions } };
  };
  const DAY_MS = 24 * 60 * MINUTE_MS;

  it('are three at most, though none is a day trade yet', () => {
    expect(isHeldBack(holding(OPEN_MS, 'AAPL', 'MSFT'))).toBe(false);
    expect(isHeldBack(holding(OPEN_MS, 'AAPL', 'MSFT', 'XOM'))).toBe(true);
  });

  it('count beside the day trades made, whoever opened them', () => {
    const others = [exposure('AAPL', '-1', '100', { strategyId: 'other', openedAtMs: OPEN_MS })];
    const isHeldBackAfter = (...minutes: readonly number[]): boolean =>
      isHeldBack({ ...after(...minutes.map((one) => trade('SPY', one))), othersPositions: others });
    expect([isHeldBackAfter(1), isHeldBackAfter(1, 2)]).toEqual([false, true]);
  });

  it('count while they are at work', () => {
    const atWork = ['AAPL', 'MSFT'].map((symbol) => exposure(symbol, '1', '100'));
    expect(isHeldBack({ ...small, othersOrders: atWork })).toBe(false);
    expect(isHeldBack({ ...holding(OPEN_MS, 'XOM'), othersOrders: atWork })).toBe(true);
  });

  it('are neither shares held since an earlier session nor coins', () => {
    expect(isHeldBack(holding(OPEN_MS - DAY_MS, 'AAPL', 'MSFT', 'XOM'))).toBe(false);
    expect(isHeldBack(holding(OPEN_MS, 'BTC/USD', 'ETH/USD', 'SOL/USD'))).toBe(false);
  });

  it('are those of the day it is on a live market, not of its last bar', () => {
    expect(isHeldBack(holding(OPEN_MS, 'AAPL', 'MSFT', 'XOM'), OPEN_MS + DAY_MS)).toBe(false);
  });
});

it('only what an exchange trades makes a day trade, and only within one day', () => {
  expect(three('BTC/USD').risk.dayTradesAtMs).toEqual([]);
  expect(after(trade('SPY', 24 * 60)).risk.dayTradesAtMs).toEqual([]);
  expect(three('SPY').risk.dayTradesAtMs).toHaveLength(3);
});
