/** Orders by hand and sessions against the hours of their market, on stored bars, through the real workflows. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesFromRows } from '../../domain/market/bar-series.ts';
import { isOpen } from '../../domain/market/calendar.ts';
import { barsExpected } from '../../domain/market/session-bars.ts';
import { importBars } from '../../scripts/lib/bars/store-bars.ts';
import { until } from '../../scripts/lib/until.ts';
import { orderQuery } from '../../workflows/messages/order-execution.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest } from './desk-under-test.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
  for (const [from, to] of [
    ['2011-03-07T00:00:00Z', '2011-03-16T00:00:00Z'],
    ['2019-11-18T00:00:00Z', '2019-12-04T00:00:00Z'],
  ] as const) {
    await storeHours('SPY', barsExpected('XNYS', HOUR_MS, at(from), at(to)));
    await storeHours('BTC/USDT', barsExpected('24x7', HOUR_MS, at(from), at(to)));
  }
});
afterAll(() => desk.close());

/** Bars that move a little up and down around 100, so that there is an ATR and now and then a signal. */
async function storeHours(symbol: string, stamps: readonly number[]): Promise<void> {
  const rows = stamps.map((openTimeMs, i) => {
    const [open, close] = [100 + (i % 7), 100 + ((i + 1) % 7)];
    return { openTimeMs, open, high: Math.max(open, close) + 1, low: Math.min(open, close) - 1, close, volume: 1e6 };
  });
  const bars = { series: seriesFromRows(symbol, HOUR_MS, rows), exactTexts: new Map<number, string>() };
  await importBars(desk.db, { sourceName: 'hours', bars, acceptJumps: true, replace: false, nowMs: Date.now() });
}

/** An order at the close of the last bar that opened before `to`. */
async function orderAt(symbol: string, to: string, change: Record<string, unknown> = {}) {
  const run = await desk.startOrder(freshId('hours'), {
    accountId: await openAccount(desk, freshId('paper')),
    symbol,
    side: 'buy',
    sizeFraction: 0.02,
    reasoning: 'a test of the hours',
    market: { source: 'replay', to },
    checkIntervalMs: 60_000,
    ...change,
  });
  const status = await until('an answer of the gate', async () => {
    const found = await run.query(orderQuery);
    return found.state === 'checking' ? null : found;
  });
  const { as_of } = await desk.db
    .selectFrom('decisions')
    .select('as_of')
    .where('decision_id', '=', status.decisionId)
    .executeTakeFirstOrThrow();
  await run.terminate('the test is over').catch(() => undefined);
  const { state, reasons, orders } = status;
  return {
    asOf: new Date(as_of).toISOString(),
    state,
    reasons,
    orders: orders.map((one) => `${one.leg} ${one.state}`),
  };
}

const closed = (symbol: string, next: string) => ({
  state: 'refused',
  orders: [],
  reasons: [
    { rule: 'marketHours', message: `MARKET_CLOSED: the market of ${symbol} is closed; next opening ${next}.000Z` },
  ],
});
const accepted = { state: 'working', reasons: [], orders: ['entry FILLED', 'stop ACKED'] };

describe('an order by hand', () => {
  it('for SPY at 13:00 New York of the half day 2019-11-29 is refused with the opening of Monday', async () => {
    const refused = await orderAt('SPY', '2019-11-29T18:30:00Z');
    expect(refused).toEqual({ asOf: '2019-11-29T18:00:00.000Z', ...closed('SPY', '2019-12-02T14:30:00') });
    const { rows } = await sql`select symbol from orders where symbol = 'SPY'`.execute(desk.db);
    expect(rows).toEqual([]);
  });

  it('for crypto at the same instant is accepted, and for SPY an hour before', async () => {
    expect(await orderAt('BTC/USDT', '2019-11-29T18:00:00Z')).toEqual({
      asOf: '2019-11-29T18:00:00.000Z',
      ...accepted,
    });
    expect(await orderAt('SPY', '2019-11-29T16:30:00Z')).toEqual({ asOf: '2019-11-29T17:00:00.000Z', ...accepted });
  });

  it('on the Friday before clocks change names an opening that is an hour earlier in UTC', async () => {
    const refused = await orderAt('SPY', '2011-03-13T12:00:00Z');
    expect(refused).toEqual({ asOf: '2011-03-11T21:00:00.000Z', ...closed('SPY', '2011-03-14T13:30:00') });
    expect(await orderAt('SPY', '2011-03-14T19:30:00Z')).toMatchObject(closed('SPY', '2011-03-15T13:30:00'));
    expect(await orderAt('SPY', '2011-03-14T14:00:00Z')).toEqual({ asOf: '2011-03-14T14:00:00.000Z', ...accepted });
  });

  it('is refused at the close too when it would only rest until the opening', async () => {
    const resting = { orderType: 'limit', limitPrice: '99', stop: '90' };
    expect(await orderAt('SPY', '2019-11-29T18:30:00Z', resting)).toMatchObject(closed('SPY', '2019-12-02T14:30:00'));
  });
});

it('a session fills its orders inside sessions only, those of the last hour at the next opening', async () => {
  const run = await desk.startSession(freshId('sessions'), {
    accountId: 'paper-1',
    strategy: { type: 'meanReversion', parameters: { lookback: 5, entryZ: 1, exitZ: 0.1 } },
    symbols: ['SPY'],
    tradingMode: 'backtest',
    barIntervalMs: HOUR_MS,
    market: { source: 'replay', from: '2019-11-18T00:00:00Z', to: '2019-12-04T00:00:00Z' },
  });
  const report = await run.result();
  expect(report).toMatchObject({ gaps: 0, barsMissing: 0, refusalsByRule: {}, noDecisionsByReason: { WARM_UP: 14 } });
  expect(report.fills).toBeGreaterThan(4);
  const { rows } = await sql<{ at: string; decided: string }>`select f.at, d.as_of as decided from fills f
    join orders o using (client_order_id) join decisions d using (decision_id)
    where d.session_id = ${report.sessionId}`.execute(desk.db);
  for (const { at: filled } of rows) {
    const openMs = new Date(filled).getTime();
    expect(isOpen('XNYS', openMs) || isOpen('XNYS', openMs + HOUR_MS / 2), filled).toBe(true);
  }
  const overnight = rows.filter(({ decided }) => !isOpen('XNYS', new Date(decided).getTime()));
  expect(overnight.length).toBeGreaterThan(0);
});
