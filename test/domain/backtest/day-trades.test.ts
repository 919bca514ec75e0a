/** Day trades of US margin accounts: what counts as one, and whose entries they hold back. */
import { describe, expect, it } from 'vitest';
import { gateInputOf } from '../../../domain/backtest/gate-input-of.ts';
import { closeTrades } from '../../../domain/backtest/match-instant.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { gate } from '../../../domain/risk/gate.ts';
import type { ClosedTrade } from '../../../schemas/execution.ts';
import { deskLimitsSchema } from '../../../schemas/risk.ts';
import { order } from '../execution/support.ts';
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

function rulesAgainst(venue: string, symbol: string): string[] {
  const context = aContext([barsOf(flat(20), { symbol })], { type: 'buyAndHold' }, { venue, tradingMode: 'paper' });
  const intent = order({ accountId: 'a', symbol, referencePrice: '100', quantity: '1' });
  const facts = {
    ...{ confidence: 1, hasStop: true, barOpenTimeMs: OPEN_MS, nowMs: OPEN_MS + 4 * MINUTE_MS },
    ...{ lastPrice: toDecimal('100'), correlationGroup: [], origin: 'session' as const },
  };
  const input = gateInputOf(three('SPY'), intent, facts, { ...context, barIntervalMs: MINUTE_MS });
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

it('only what an exchange trades makes a day trade, and only within one day', () => {
  expect(three('BTC/USD').risk.dayTradesAtMs).toEqual([]);
  expect(after(trade('SPY', 24 * 60)).risk.dayTradesAtMs).toEqual([]);
  expect(three('SPY').risk.dayTradesAtMs).toHaveLength(3);
});
