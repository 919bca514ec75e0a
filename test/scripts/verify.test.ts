/** `npm run verify`: agrees with what the desk wrote, whatever way it was written, and notices every edit by hand. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { verifyAudit } from '../../db/audit.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { readSession } from '../../db/sessions.ts';
import { resultHash } from '../../domain/backtest/session-report.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { sessionReportSchema } from '../../schemas/strategy-session.ts';
import { importBars } from '../../scripts/lib/bars/store-bars.ts';
import type { SessionRequest } from '../../scripts/lib/session-run.ts';
import { until } from '../../scripts/lib/until.ts';
import { verifyEvents } from '../../scripts/lib/verify/verify-events.ts';
import { type LedgerAnswer, type LedgerScope, verifyLedger } from '../../scripts/lib/verify/verify-ledger.ts';
import { stopSignal } from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from '../workflows/desk-under-test.ts';

const HOUR_MS = 3_600_000;
const WHOLE_DESK: LedgerScope = { accountId: null, sessionId: null };
const backtestId = freshId('plain');
const leveragedId = freshId('leveraged');
const paperId = freshId('paper');
const otherId = freshId('other');

let desk: DeskUnderTest;
/** The owner of the tables: may do what no part of the desk may. */
let owner: pg.Client;

const request = (strategy: SessionRequest['strategy'], change: Partial<SessionRequest>): SessionRequest => ({
  accountId: 'paper-1',
  strategy,
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: HOUR_MS,
  market: { source: 'synthetic', count: 1_200 },
  ...change,
});

const momentum = { type: 'momentum' as const, parameters: { lookback: 10, threshold: 0.01 } };

/** Paper time at a million hours an hour: every bar is due at once. */
const paper = (strategy: SessionRequest['strategy'], count: number): SessionRequest =>
  request(strategy, { tradingMode: 'paper', market: { source: 'synthetic', count, speed: 1_000_000 } });

beforeAll(async () => {
  desk = await openDeskUnderTest();
  owner = new pg.Client({ connectionString: desk.database.url });
  await owner.connect();
  const leveraged = {
    symbols: ['BTC/USDT', 'ETH/USDT'],
    direction: 'longShort' as const,
    market: { source: 'synthetic' as const, count: 260 },
    costs: { fundingRate: 0.0003, maintenanceMarginFraction: 0.32 },
  };
  const started = [
    await desk.startSession(backtestId, request('momentum', {})),
    await desk.startSession(leveragedId, request({ ...momentum, leverage: 3 }, leveraged)),
  ];
  await Promise.all(started.map((run) => run.result()));
}, 120_000);
afterAll(async () => {
  await owner.end();
  await desk.close();
});

const verify = (scope = WHOLE_DESK): Promise<LedgerAnswer> =>
  verifyLedger(desk.db, deskMarketData(barReaders(desk.db)), scope);

describe('what the desk wrote', () => {
  it('agrees after backtests, with leverage, funding, shorts, two symbols and child workflows', async () => {
    const answer = await verify();
    expect(answer.problems).toEqual([]);
    expect(answer.warnings).toEqual([]);
    expect(answer).toMatchObject({ ok: true, accounts: 3, sessions: 2 });
    const { rows } = await owner.query("select count(*)::int as paid from ledger_entries where kind = 'funding'");
    expect(rows[0].paid).toBeGreaterThan(0);
    expect(Number((await one("select count(*) as n from orders where leg = 'liquidation'")).n)).toBeGreaterThan(0);
  });

  it('agrees after paper sessions that share an account, a manual order, a flattening, and a second run', async () => {
    const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 100, seed: 1 });
    const bars = { series, exactTexts: new Map<number, string>() };
    await importBars(desk.db, { sourceName: 'test', bars, acceptJumps: true, replace: true, nowMs: Date.now() });
    const first = await desk.startSession(paperId, paper(momentum, 120));
    const other = await desk.startSession(otherId, paper('buyAndHold', 100_000));
    await until('the other session holds a position', async () => {
      const { rows } = await owner.query(
        "select 1 from positions where strategy_id like 'buyAndHold-%' and quantity > 0",
      );
      return rows[0] ?? null;
    });
    const size = { side: 'buy', sizeFraction: 0.01, reasoning: 'a test', market: { source: 'replay' } };
    const order = await desk.startOrder(freshId('manual'), { accountId: 'paper-1', symbol: 'BTC/USDT', ...size });
    await until('the manual order is filled', async () => {
      const { rows } = await owner.query("select 1 from fills where strategy_id = 'manual'");
      return rows[0] ?? null;
    });
    expect((await verify()).problems).toEqual([]);
    await first.result();
    await other.signal(stopSignal, { reason: 'enough', flatten: true });
    await other.result();
    expect((await verify()).problems).toEqual([]);
    await (await desk.startSession(paperId, paper(momentum, 90))).result();
    await (await desk.startSession(backtestId, request('momentum', {}))).result();
    const answer = await verify();
    expect(answer.problems).toEqual([]);
    expect(answer.accounts).toBe(4);
    const traded = await one("select count(distinct strategy_id) as n from fills where account_id = 'paper-1'");
    expect(traded.n).toBe('3');
    await order.terminate();
  }, 90_000);

  it('can be asked about one account or one session alone', async () => {
    expect(await verify({ accountId: 'paper-1', sessionId: null })).toMatchObject({
      ok: true,
      accounts: 1,
      sessions: 2,
    });
    expect(await verify({ accountId: null, sessionId: leveragedId })).toMatchObject({
      ok: true,
      accounts: 1,
      sessions: 1,
    });
    await expect(verify({ accountId: 'nobody', sessionId: null })).rejects.toThrow(/ACCOUNT_UNKNOWN/);
    await expect(verify({ accountId: null, sessionId: 'nobody' })).rejects.toThrow(/SESSION_UNKNOWN/);
  });
});

/** Does `statement` as the owner, past every trigger, looks, and puts the rows of `table` where `where` back. */
async function tampered(
  table: string,
  where: string,
  statement: string,
  sessionId = leveragedId,
): Promise<LedgerAnswer> {
  const before = await owner.query(`select to_jsonb(t)::text as row from ${table} t where ${where}`);
  const asOwner = async (work: () => Promise<unknown>): Promise<void> => {
    await owner.query("set session_replication_role = 'replica'");
    await work();
    await owner.query("set session_replication_role = 'origin'");
  };
  await asOwner(() => owner.query(statement));
  const answer = await verify({ accountId: null, sessionId });
  await asOwner(async () => {
    await owner.query(`delete from ${table} t where ${where}`);
    for (const { row } of before.rows) {
      await owner.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row]);
    }
  });
  return answer;
}

const paths = ({ problems }: LedgerAnswer): string[] => problems.map((one) => one.path);
const matching = (answer: LedgerAnswer, pattern: RegExp): string[] => paths(answer).filter((one) => pattern.test(one));

async function one(query: string): Promise<Record<string, string>> {
  const { rows } = await owner.query(query);
  return rows[0];
}

describe('an edit by hand', () => {
  const accountId = `sim:${leveragedId}`;
  const ofAccount = `account_id = '${accountId}'`;

  it.each([
    ['price', 'price + 0.00000001'],
    ['quantity', 'quantity + 0.00000001'],
    ['fee', 'fee + 0.01'],
  ])('of the %s of one fill is noticed: cash, its posting, the curve and the report', async (column, value) => {
    const { trade_id: id } = await one(`select trade_id from fills where ${ofAccount} order by at, trade_id limit 1`);
    const where = `trade_id = '${id}'`;
    const answer = await tampered('fills', where, `update fills set ${column} = ${value} where ${where}`);
    expect(answer.ok).toBe(false);
    expect(answer.problems.every((problem) => problem.code === 'LEDGER_MISMATCH')).toBe(true);
    expect(paths(answer)).toContain(`accounts.${accountId}.cash`);
    expect(paths(answer)).toContain(`ledger.${id}.cash`);
    expect(matching(answer, /^sessions\..*\.equity\[0?\d+\]$/)).toHaveLength(1);
    if (column === 'fee') expect(paths(answer)).toContain(`sessions.${leveragedId}.report.fees`);
    if (column === 'quantity') expect(matching(answer, /^orders\..*\.quantityFilled$/)).toHaveLength(1);
    expect((await verify()).problems).toEqual([]);
  });

  it('that deletes a fill is noticed', async () => {
    const { trade_id: id } = await one(`select trade_id from fills where ${ofAccount} order by at desc limit 1`);
    const answer = await tampered('fills', `trade_id = '${id}'`, `delete from fills where trade_id = '${id}'`);
    expect(matching(answer, /^orders\..*\.quantityFilled$/)).toHaveLength(1);
    expect(paths(answer)).toContain(`ledger.${id}`);
    expect(paths(answer)).toContain(`sessions.${leveragedId}.report.fills`);
  });

  it('that adds a fill beyond its order is noticed', async () => {
    const statement = `insert into fills select venue, account_id, 'extra', client_order_id, strategy_id, symbol, side,
      quantity, price, fee, at from fills where ${ofAccount} order by at limit 1`;
    const answer = await tampered('fills', "trade_id = 'extra'", statement);
    expect(matching(answer, /^orders\..*\.fills$/)).toHaveLength(1);
    expect(paths(answer)).toContain('ledger.extra.cash');
  });

  it('of a ledger entry is noticed, also when its posting still sums to zero', async () => {
    const { posting_id: id } = await one(`select posting_id from ledger_entries where ${ofAccount}
      and trade_id is not null order by at limit 1`);
    const where = `posting_id = '${id}'`;
    const one_ = `update ledger_entries set amount = amount + 1 where ${where} and entry_id like '%-1'`;
    expect(paths(await tampered('ledger_entries', where, one_))).toContain(`ledger.${id}`);
    const both = `update ledger_entries set amount = amount + case when entry_id like '%-1' then 1 else -1 end
      where ${where} and entry_id ~ '-[12]$'`;
    const answer = await tampered('ledger_entries', where, both);
    expect(paths(answer)).not.toContain(`ledger.${id}`);
    expect(paths(answer)).toContain(`ledger.${id}.cash`);
  });

  it('of a funding payment is noticed, and so is a posting that belongs to nothing', async () => {
    const { posting_id: id } = await one(`select posting_id from ledger_entries where ${ofAccount}
      and kind = 'funding' limit 1`);
    const where = `posting_id = '${id}'`;
    const doubled = await tampered(
      'ledger_entries',
      where,
      `update ledger_entries set amount = 2 * amount where ${where}`,
    );
    expect(paths(doubled)).toContain(`accounts.${accountId}.cash`);
    const gift = `insert into ledger_entries select 'gift', 'gift-' || n, account_id, book, 'deposit', amount,
      currency, 'x', 'gift', at from ledger_entries, generate_series(1, 1) n where ${ofAccount} and kind = 'deposit'`;
    const gifted = await tampered(
      'ledger_entries',
      "posting_id = 'gift'",
      gift.replace("'gift-' || n", "'gift-' || book"),
    );
    expect(paths(gifted)).toContain('ledger.gift');
  });

  it.each([
    ['equityEnd', '100000'],
    ['realizedPnl', '1'],
    ['fees', '0'],
    ['returnFraction', 0.5],
    ['sharpe', 3],
    ['drawdownFractionMax', 0],
    ['hitRate', 1],
    ['trades', 0],
    ['decisions', 1],
    ['bars', 1],
    ['dataHash', 'none'],
  ])('of %s in a report is noticed, also when the hash is made to fit', async (field, value) => {
    const session = await readSession(desk.db, leveragedId);
    const report = { ...sessionReportSchema.parse(session?.report), [field]: value };
    for (const edited of [report, { ...report, resultHash: resultHash(report) }]) {
      const statement = `update sessions set report = '${JSON.stringify(edited)}' where session_id = '${leveragedId}'`;
      const answer = await tampered('sessions', `session_id = '${leveragedId}'`, statement);
      expect(paths(answer)).toContain(`sessions.${leveragedId}.report.${field}`);
      expect(paths(answer).includes(`sessions.${leveragedId}.report.resultHash`)).toBe(edited === report);
    }
  });

  it.each([
    ['accounts', 'cash = cash + 0.01', /^accounts\..*\.cash$/],
    ['accounts', 'equity = equity + 0.01', /^accounts\..*\.equity$/],
    ['accounts', 'starting_cash = starting_cash + 1', /^accounts\..*\.startingCash$/],
    ['positions', 'quantity = quantity + 1', /^positions\..*\.quantity$/],
    ['positions', 'realized_pnl = realized_pnl + 1', /^positions\..*\.realizedPnl$/],
    ['trades', 'pnl_net = pnl_net + 0.00000001', /^trades\..*\.pnl$/],
    ['trades', "side = case side when 'long' then 'short' else 'long' end", /^trades\..*\.side$/],
    ['orders', 'quantity_filled = 0', /^orders\..*\.quantityFilled$/],
    ['order_intents', "side = case side when 'buy' then 'sell' else 'buy' end", /^orders\..*\.side$/],
  ])('of %s (%s) is noticed', async (table, change, pattern) => {
    const statement = `update ${table} set ${change} where ${ofAccount}`;
    expect(matching(await tampered(table, ofAccount, statement), pattern).length).toBeGreaterThan(0);
  });

  it('of the equity curve is noticed at its place', async () => {
    const where = `session_id = '${backtestId}' and run = 2 and from_index = 0`;
    const answer = await tampered(
      'session_equity',
      where,
      `update session_equity set equity[8] = 1 where ${where}`,
      backtestId,
    );
    expect(paths(answer)).toContain(`sessions.${backtestId}.equity[7]`);
  });

  it('that removes an intent is noticed: no order without one', async () => {
    const { client_order_id: id } = await one(`select client_order_id from orders where ${ofAccount} limit 1`);
    const where = `client_order_id = '${id}'`;
    expect(paths(await tampered('order_intents', where, `delete from order_intents where ${where}`))).toContain(
      `orders.${id}`,
    );
  });

  it('leaves nothing behind in this test', async () => {
    expect((await verify()).problems).toEqual([]);
  });
});

describe('audit and events', () => {
  it('agree, and say where a row was changed or is missing', async () => {
    expect(await verifyAudit(desk.db)).toBeNull();
    expect(await verifyEvents(desk.db)).toMatchObject({ ok: true, problems: [] });
    await owner.query('update audit set body = body || \'{"edited": true}\' where sequence = 3');
    expect(await verifyAudit(desk.db)).toBe(3);
    const { rows } = await owner.query('select max(sequence)::int as last from events');
    await owner.query('delete from events where sequence = 5 or sequence = $1', [rows[0].last]);
    const answer = await verifyEvents(desk.db);
    expect(answer.problems.map((problem) => `${problem.code} ${problem.path}`)).toEqual([
      'EVENTS_GAP events.5',
      'EVENTS_COUNTER counters.events',
    ]);
  });
});
