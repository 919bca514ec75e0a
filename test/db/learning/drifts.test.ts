/**
 * A market that changes under a session: one drift, one event, one search, however often and by whom it is looked at.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createAccount } from '../../../db/accounts.ts';
import { insertDecisions } from '../../../db/decisions.ts';
import { readEvents } from '../../../db/events.ts';
import { reviewTrade } from '../../../db/llm/trade-review.ts';
import { inTransaction } from '../../../db/retry.ts';
import { openSession } from '../../../db/sessions.ts';
import { insertTrades } from '../../../db/trades.ts';
import type { BarRow } from '../../../domain/market/bar-series.ts';
import { followDrift } from '../../../workers/drift-watch.ts';
import { storeBars, walkBars } from '../../workflows/research-bars.ts';
import {
  aDecision,
  anAccount,
  aSessionInput,
  type DeskDatabase,
  HOUR_MS,
  openDeskDatabase,
  START_MS,
} from '../desk-database.ts';

const COUNT = 1_550;
const SESSION_FROM = 1_100;
const CHANGE_AT = 1_300;
let desk: DeskDatabase;
let connection: Connection;
let client: Client;
const taskQueue = `drift-${randomUUID()}`;

beforeAll(async () => {
  desk = await openDeskDatabase();
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});
afterAll(async () => {
  await connection?.close();
  await desk?.close();
});

/** Returns grow five times as large from `CHANGE_AT` on. */
function changed(seed: string): BarRow[] {
  const calm = walkBars(seed, CHANGE_AT, 0.004);
  const last = calm.at(-1) as BarRow;
  const wild = walkBars(`${seed}-wild`, COUNT - CHANGE_AT, 0.02).map((row, k) => ({
    ...row,
    openTimeMs: last.openTimeMs + (k + 1) * HOUR_MS,
  }));
  return [...calm, ...wild];
}

let sequence = 0;
/** A session that has decided at the closes of these bars. */
async function session(
  symbol: string,
  tradingMode: 'paper' | 'backtest',
  rows: readonly BarRow[],
  at: readonly number[],
) {
  const accountId = `account-${symbol}`;
  const sessionId = `session-${symbol}`;
  await createAccount(desk.db, anAccount({ accountId, tradingMode }), []);
  const input = { symbols: [symbol], barIntervalMs: HOUR_MS };
  const more = { strategyId: `momentum-${symbol}`, workflowId: sessionId, openKey: sessionId };
  const strategy = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 }, stopAtr: 2, targetAtr: null };
  await inTransaction(desk.db, (trx) =>
    openSession(trx, aSessionInput({ ...more, sessionId, accountId, tradingMode, input, strategy })),
  );
  for (const index of at) await decided(symbol, rows, index);
}

async function decided(symbol: string, rows: readonly BarRow[], index: number): Promise<void> {
  sequence += 1;
  const asOfMs = (rows[index] as BarRow).openTimeMs + HOUR_MS;
  const decision = aDecision(sequence, { decisionId: `${symbol}-${index}`, symbol, asOfMs });
  const context = { accountId: `account-${symbol}`, sessionId: `session-${symbol}`, run: 1, correlationId: null };
  await insertDecisions(desk.db, context, [{ decision, inputs: {} }]);
}

const follow = () => followDrift({ db: desk.db, client, taskQueue });
const driftsOf = (symbol: string) => desk.db.selectFrom('drifts').selectAll().where('symbol', '=', symbol).execute();

describe('a planted change of volatility', () => {
  it('starts one search, whoever looks, as soon as three checks have seen it and never again for it', async () => {
    const symbol = 'DRIFT/USDT';
    const rows = changed('drift');
    await storeBars(desk.db, symbol, rows);
    await session(symbol, 'paper', rows, [SESSION_FROM, CHANGE_AT - 1]);
    expect(await follow()).toEqual([]);
    await decided(symbol, rows, COUNT - 1);
    const started = (await Promise.all([follow(), follow(), follow()])).flat();
    expect([...started, ...(await follow())]).toHaveLength(1);
    const drifts = await driftsOf(symbol);
    expect(drifts).toHaveLength(1);
    const [drift] = drifts;
    expect(drift?.features.map(({ feature }) => feature)).toContain('volatility');
    const seenAt = ((drift?.seen_until.getTime() ?? 0) - (rows[0] as BarRow).openTimeMs) / HOUR_MS;
    expect(seenAt).toBeGreaterThanOrEqual(CHANGE_AT + 100);
    expect(seenAt).toBeLessThanOrEqual(CHANGE_AT + 200);
    const run = client.workflow.getHandle(`parameter-search:${drift?.drift_id}`);
    expect((await run.describe()).type).toBe('parameterSearch');
    await run.terminate('seen');
    const to = drift?.seen_until.toISOString();
    expect(drift?.search).toEqual({ symbol, barIntervalMs: HOUR_MS, strategyType: 'momentum', to });
    const events = (await readEvents(desk.db, 0, 100)).filter(({ type }) => type === 'drift_detected');
    expect(events).toHaveLength(1);
    expect(events[0]?.payload).toMatchObject({ driftId: drift?.drift_id, symbol, search: drift?.drift_id });
  });

  it('of which the search was asked for but not started is started by whoever looks next, and only once', async () => {
    const search = { search_started_at: null };
    await desk.db.updateTable('drifts').set(search).execute();
    expect(await follow()).toEqual([]);
    expect((await driftsOf('DRIFT/USDT'))[0]?.search_started_at).not.toBeNull();
  });
});

describe('nothing is started', () => {
  it('for a market that stays as it was, for one of a backtest, and for too few bars', async () => {
    const calm = walkBars('calm', COUNT, 0.004);
    await storeBars(desk.db, 'CALM/USDT', calm);
    await session('CALM/USDT', 'paper', calm, [SESSION_FROM, COUNT - 1]);
    const past = changed('past');
    await storeBars(desk.db, 'PAST/USDT', past);
    await session('PAST/USDT', 'backtest', past, [SESSION_FROM, COUNT - 1]);
    const few = changed('few').slice(CHANGE_AT - 300, CHANGE_AT + 200);
    await storeBars(desk.db, 'FEW/USDT', few);
    await session('FEW/USDT', 'paper', few, [0, few.length - 1]);
    expect(await follow()).toEqual([]);
    for (const symbol of ['CALM/USDT', 'PAST/USDT', 'FEW/USDT']) expect(await driftsOf(symbol)).toEqual([]);
  });
});

describe('a search after a drift', () => {
  it('is narrowed around the parameters of strategies that paid', async () => {
    const symbol = 'WON/USDT';
    const rows = changed('won');
    await storeBars(desk.db, symbol, rows);
    await session(symbol, 'paper', rows, [SESSION_FROM, COUNT - 1]);
    for (let n = 0; n < 10; n += 1) {
      const [entryAtMs, exitAtMs] = [START_MS + n * HOUR_MS, START_MS + (n + 1) * HOUR_MS];
      const trade = {
        ...{ tradeId: `won-${n}`, symbol, strategyId: `momentum-${symbol}`, side: 'long' as const, quantity: '1' },
        ...{ entryPrice: '100', exitPrice: '102', entryAtMs, exitAtMs, pnl: n < 6 ? '2' : '-1', fees: '0' },
        exitReason: 'signal' as const,
      };
      const context = { accountId: `account-${symbol}`, sessionId: `session-${symbol}` };
      await insertTrades(desk.db, context, [{ trade, entryFeatures: null, regime: null }]);
      await reviewTrade(desk.db, trade.tradeId, START_MS);
    }
    const [workflowId = ''] = await follow();
    await client.workflow.getHandle(workflowId).terminate('seen');
    expect((await driftsOf(symbol))[0]?.search).toMatchObject({
      // It had no target: the middle of the range stands for it.
      prior: { weight: 0.2, points: [{ lookback: 20, threshold: 0.02, stopAtr: 2, targetAtr: 5.5 }] },
    });
  });
});
