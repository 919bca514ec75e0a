import { describe, expect, it } from 'vitest';
import { quoteLiquidation } from '../../../domain/execution/liquidation-quote.ts';
import { runPaper } from '../../../domain/execution/run-paper.ts';
import { costs, exitOrder, flatBar, HOUR, MIDNIGHT, order, stopLeg } from './support.ts';

describe('a run of the paper account from bars and orders', () => {
  const input = {
    accountId: 'sim:test',
    currency: 'USD',
    startingCash: '1000',
    symbol: 'BTC/USDT',
    intervalMs: HOUR,
    costs: costs(),
    bars: [flatBar(0, 100), flatBar(1, 110), flatBar(2, 120), flatBar(3, 130)],
    orders: [exitOrder({ sentAtMs: MIDNIGHT + 2 * HOUR }), order(), stopLeg('105')],
    nowMs: MIDNIGHT + 4 * HOUR,
  };

  it('places each order when it falls due, and gives fills, entries and final positions', () => {
    const run = runPaper(input);
    expect(run.fills.map((one) => [one.side, one.price])).toEqual([
      ['buy', '100'],
      ['sell', '100'],
    ]);
    const safe = runPaper({ ...input, orders: [order(), stopLeg('90'), exitOrder({ sentAtMs: MIDNIGHT + 2 * HOUR })] });
    expect(safe.closedTrades[0]).toMatchObject({ exitPrice: '120', pnl: '20', exitReason: 'signal' });
    expect(safe).toMatchObject({ cash: '1020', equity: '1020' });
    expect(safe.positions[0]).toMatchObject({ quantity: '0', realizedPnl: '20' });
    expect(safe.orders.map((one) => one.state)).toEqual(['FILLED', 'CANCELED', 'FILLED']);
    expect(safe.entries[0]).toMatchObject({ book: 'cash', kind: 'deposit', amount: '1000' });
  });

  it('does not look at bars that have not closed', () => {
    expect(runPaper({ ...input, nowMs: MIDNIGHT + HOUR - 1 }).fills).toEqual([]);
  });
});

describe('a liquidation quote', () => {
  const long = {
    side: 'long',
    quantity: '1',
    entryPrice: '10',
    leverage: 5,
    maintenanceMarginFraction: '0.01',
  } as const;

  it('differs by venue, and none is the shortcut', () => {
    expect(quoteLiquidation({ ...long, venue: 'gateOkx', takerFeeFraction: '0.0006' })).toEqual({
      liquidationPrice: '8.08570851',
      bankruptcyPrice: '8',
      margin: '2',
      distanceFraction: '0.19142915',
    });
    expect(quoteLiquidation({ ...long, venue: 'binance', maintenanceAmount: '0.01' }).liquidationPrice).toBe(
      '8.07070707',
    );
    expect(quoteLiquidation({ ...long, venue: 'bybit', margin: '2.5' }).liquidationPrice).toBe('7.6');
  });

  it('refuses a position of nothing', () => {
    expect(() => quoteLiquidation({ ...long, venue: 'bybit', quantity: '0' })).toThrow('quantity must be positive');
  });
});
