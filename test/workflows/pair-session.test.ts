/** Sessions of two legs against the real server and the real database: both legs or none, whatever happens to one. */
import path from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { writeKillSwitch } from '../../db/kill-switch.ts';
import type { WaitingOrder } from '../../schemas/approval.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { runLoop } from '../../scripts/lib/backtest/run-loop.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import type { DeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { verifyLedger } from '../../scripts/lib/verify/verify-ledger.ts';
import { cancelOrderUpdate } from '../../workflows/messages/order-execution.ts';
import {
  approveOrderUpdate,
  pauseSignal,
  statusQuery,
  stopSignal,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import { tiedWalks } from '../domain/signals/pair-prices.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';
import { allTaskFailures, runsOf, taskFailures } from './histories.ts';
import { openKillable } from './killable-desk.ts';

const HOUR_MS = 3_600_000;
const ENTRY_BAR = 16;
const VENUES = ['BTC/USDT:A', 'BTC/USDT:B'] as const;
const PAIR = ['AAA/USDT', 'BBB/USDT'] as const;

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
  await storeVenues(desk);
  const { a, b } = tiedWalks(3, 300);
  await storeCloses(desk.db, PAIR[0], [...a]);
  await storeCloses(desk.db, PAIR[1], [...b]);
});
afterAll(() => desk.close());

/** The second venue is 50 bp dearer from bar 16 on: the pair opens there and never closes by itself. */
async function storeVenues({ db }: Pick<DeskInProcess, 'db'>): Promise<void> {
  await storeCloses(
    db,
    VENUES[0],
    Array.from({ length: 30 }, () => 100),
  );
  await storeCloses(
    db,
    VENUES[1],
    Array.from({ length: 30 }, (_, i) => (i < ENTRY_BAR ? 100 : 100.5)),
  );
}

/** Real time at an hour a bar, so that only ticks move it. */
const onPaper = (accountId: string, change: Record<string, unknown> = {}) => ({
  accountId,
  strategy: { type: 'crossVenue' },
  symbols: VENUES,
  tradingMode: 'paper',
  barIntervalMs: HOUR_MS,
  checkIntervalMs: 100,
  ...change,
});

type Run = Awaited<ReturnType<DeskInProcess['startSession']>>;
const tick = (run: Run) => run.executeUpdate(tickUpdate, { args: [{}] });
async function ticks(run: Run, count: number): Promise<void> {
  for (let bar = 0; bar < count; bar += 1) await tick(run);
}

const ordersOf = async ({ db }: Pick<DeskInProcess, 'db'>, sessionId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('orders')
    .select(['symbol', 'leg', 'state', 'exit_reason'])
    .where('session_id', '=', sessionId)
    .orderBy('created_at')
    .orderBy('symbol')
    .orderBy('leg')
    .execute();
  return rows.map(({ symbol, leg, state, exit_reason }) =>
    [symbol.slice(-1), leg, state, exit_reason ?? ''].join(' ').trim(),
  );
};

const heldBy = async ({ db }: Pick<DeskInProcess, 'db'>, accountId: string) => {
  const rows = await db
    .selectFrom('positions')
    .select(['symbol', 'quantity'])
    .where('account_id', '=', accountId)
    .execute();
  return rows
    .filter((row) => row.quantity !== '0')
    .map((row) => `${row.symbol.slice(-1)} ${Math.sign(Number(row.quantity))}`)
    .sort();
};

const refusalsOf = async ({ db }: Pick<DeskInProcess, 'db'>, sessionId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('gate_refusals')
    .innerJoin('decisions', 'decisions.decision_id', 'gate_refusals.decision_id')
    .select(['decisions.symbol', 'stage', 'rule'])
    .where('session_id', '=', sessionId)
    .execute();
  return rows.map(({ symbol, stage, rule }) => `${symbol.slice(-1)} ${stage} ${rule}`);
};

const ledgerOf = ({ db }: Pick<DeskInProcess, 'db'>, accountId: string) =>
  verifyLedger(db, deskMarketData(barReaders(db)), { accountId, sessionId: null });

/** What happens in the database at a moment of the test's choosing: a trigger, as its owner. */
async function whenever(
  url: string,
  table: string,
  event: string,
  condition: string,
  then: string,
): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create function drill() returns trigger language plpgsql security definer as
    $$ begin if ${condition} then ${then}; end if; return new; end $$`);
  await client.query(`create trigger drill after ${event} on ${table} for each row execute function drill()`);
  return async () => {
    await client.query(`drop trigger drill on ${table}`);
    await client.query('drop function drill');
    await client.end();
  };
}

const QUARANTINE = `update data_sets set quarantined = 'a drill' where symbol = '${VENUES[1]}'`;
const releaseQuarantine = ({ db }: Pick<DeskInProcess, 'db'>) =>
  db.updateTable('data_sets').set({ quarantined: null }).execute();
const ENTRY_OF = (symbol: string) => `new.symbol = '${symbol}' and new.leg = 'entry'`;

it('a backtest of a pair is the same with children, without, and continued as new; its ledger is right', async () => {
  const input = (change: Record<string, unknown>) => ({
    ...onPaper('paper-1'),
    strategy: { type: 'pairsTrading', parameters: { lookback: 60 } },
    symbols: PAIR,
    tradingMode: 'backtest',
    ...change,
  });
  const ids = [freshId('children'), freshId('plain'), freshId('renewed')] as const;
  const runs = await Promise.all([
    desk.startSession(ids[0], input({ ordersAsChildren: true })),
    desk.startSession(ids[1], input({ ordersAsChildren: false })),
    desk.startSession(ids[2], input({ ordersAsChildren: true, maxHistoryEvents: 300 })),
  ]);
  const [first, second, third] = await Promise.all(runs.map((run) => run.result()));
  expect(first?.trades).toBeGreaterThan(5);
  expect({ ...first, sessionId: '' }).toEqual({ ...second, sessionId: '' });
  expect({ ...third, sessionId: '' }).toEqual({ ...second, sessionId: '' });
  for (const id of ids)
    expect(await ledgerOf(desk, `sim:${id}`)).toMatchObject({ ok: true, problems: [], sessions: 1 });
  const loop = await runLoop(parseSessionInput(input({}), `strategy-session:${ids[1]}`, Date.now()), {
    market: deskMarketData(barReaders(desk.db)),
    configFolder: path.join(projectFolder, 'config'),
    codeVersion: second?.codeVersion ?? '',
    seedIndicators: 'talib',
  });
  expect(loop.report).toEqual(second);
  const groups = await sql<{ legs: number; symbols: number }>`select count(*)::int as legs,
    count(distinct i.symbol)::int as symbols from order_intents i join decisions d using (decision_id, group_id)
    where d.session_id = ${ids[0]} and i.leg in ('entry', 'exit') group by i.group_id`.execute(desk.db);
  expect(groups.rows.length).toBeGreaterThan(3);
  expect(groups.rows.every((row) => row.legs === 2 && row.symbols === 2)).toBe(true);
}, 60_000);

it('opens both legs on paper, holds them as inventory, and flattens both', async () => {
  const accountId = await openAccount(desk, freshId('both'));
  const sessionId = freshId('both');
  const run = await desk.startSession(sessionId, onPaper(accountId));
  await ticks(run, ENTRY_BAR + 3);
  expect(await heldBy(desk, accountId)).toEqual(['A 1', 'B -1']);
  await run.signal(stopSignal, { flatten: true });
  expect(await run.result()).toMatchObject({ orders: 6, fills: 4, trades: 2, refusalsByRule: {} });
  expect(await heldBy(desk, accountId)).toEqual([]);
  expect(await ledgerOf(desk, accountId)).toMatchObject({ ok: true, problems: [] });
});

it('waits for a person to approve both legs before either leaves, and a denial of one is of both', async () => {
  const waitingOf = async (run: Run) => {
    await ticks(run, ENTRY_BAR + 1);
    const [one, other] = (await run.query(statusQuery)).approvals;
    if (one === undefined || other === undefined) throw new Error('two orders have to wait');
    const answer = (order: WaitingOrder, approve: boolean) => {
      const { decisionId, orderHash } = order;
      return run.executeUpdate(approveOrderUpdate, { args: [{ decisionId, orderHash, approve, by: 'anna' }] });
    };
    return { one, other, answer };
  };
  const sessionId = freshId('both');
  const asking = { approval: { entries: 'always' } };
  const run = await desk.startSession(sessionId, onPaper(await openAccount(desk, 'pair-asks'), asking));
  const pair = await waitingOf(run);
  expect(await pair.answer(pair.one, true)).toMatchObject({ approved: true, sent: null });
  expect(await ordersOf(desk, sessionId)).toEqual([]);
  expect(await pair.answer(pair.other, true)).toMatchObject({ approved: true, sent: true });
  expect(await ordersOf(desk, sessionId)).toHaveLength(4);
  await tick(run);
  expect(await heldBy(desk, 'pair-asks')).toEqual(['A 1', 'B -1']);
  await run.signal(stopSignal, { flatten: true });
  await run.result();

  const deniedId = freshId('denied');
  const denied = await desk.startSession(deniedId, onPaper(await openAccount(desk, 'pair-denied'), asking));
  const legs = await waitingOf(denied);
  await legs.answer(legs.one, true);
  await legs.answer(legs.other, false);
  await denied.signal(stopSignal);
  expect(await denied.result()).toMatchObject({ orders: 0, refusalsByRule: { approval: 2 } });
});

it('a leg that the gate refuses when its intent is to be written takes the other with it, at once', async () => {
  const accountId = await openAccount(desk, freshId('refused'));
  const sessionId = freshId('refused');
  const drop = await whenever(desk.database.url, 'order_intents', 'insert', ENTRY_OF(VENUES[0]), QUARANTINE);
  try {
    const run = await desk.startSession(sessionId, onPaper(accountId));
    await ticks(run, ENTRY_BAR + 1);
    expect(await refusalsOf(desk, sessionId)).toEqual(['B intent quarantine']);
    expect(await ordersOf(desk, sessionId)).toEqual(['A entry CANCELED', 'A stop CANCELED']);
    await run.signal(stopSignal);
    expect(await run.result()).toMatchObject({ orders: 2, fills: 0 });
  } finally {
    await drop();
    await releaseQuarantine(desk);
  }
  expect(await heldBy(desk, accountId)).toEqual([]);
  expect(await ledgerOf(desk, accountId)).toMatchObject({ ok: true, problems: [] });
});

it('a leg that the venue rejects takes the other with it', async () => {
  const accountId = await openAccount(desk, freshId('rejected'));
  const sessionId = freshId('rejected');
  const condition = `${ENTRY_OF(VENUES[1])} and new.state = 'SENT'`;
  const then = `update kill_switch set active = true, reason = 'a drill'`;
  await writeKillSwitch(desk.db, { active: false, reason: '', setBy: 'a test', atMs: Date.now() });
  const drop = await whenever(desk.database.url, 'orders', 'update', condition, then);
  try {
    const run = await desk.startSession(sessionId, onPaper(accountId));
    await ticks(run, ENTRY_BAR + 1);
    expect(await ordersOf(desk, sessionId)).toEqual([
      'A entry CANCELED',
      'A stop CANCELED',
      'B entry REJECTED',
      'B stop REJECTED',
    ]);
    await run.signal(stopSignal);
    await run.result();
  } finally {
    await drop();
    await writeKillSwitch(desk.db, { active: false, reason: '', setBy: 'a test', atMs: Date.now() });
  }
  expect(await heldBy(desk, accountId)).toEqual([]);
});

it('a refused first leg keeps the second from being sent', async () => {
  const accountId = await openAccount(desk, freshId('first'));
  const sessionId = freshId('first');
  const then = QUARANTINE.replace(VENUES[1], VENUES[0]);
  const drop = await whenever(
    desk.database.url,
    'decisions',
    'insert',
    `new.approved and new.group_id is not null`,
    then,
  );
  try {
    const run = await desk.startSession(sessionId, onPaper(accountId));
    await ticks(run, ENTRY_BAR + 1);
    expect(await refusalsOf(desk, sessionId)).toEqual(['A intent quarantine', 'B intent pairedLeg']);
    expect(await ordersOf(desk, sessionId)).toEqual([]);
    await run.signal(stopSignal);
    await run.result();
  } finally {
    await drop();
    await releaseQuarantine(desk);
  }
});

it('an entry that is cancelled by hand takes the other with it between two bars, paused or not', async () => {
  const accountId = await openAccount(desk, freshId('cancelled'));
  const sessionId = freshId('cancelled');
  const run = await desk.startSession(sessionId, onPaper(accountId));
  await ticks(run, ENTRY_BAR + 1);
  await run.signal(pauseSignal);
  const { rows } = await sql<{ sequence: number }>`select sequence::int from decisions join orders using (decision_id)
    where decisions.session_id = ${sessionId} and decisions.symbol = ${VENUES[1]} and leg = 'entry'`.execute(desk.db);
  const child = desk.client.workflow.getHandle(`${run.workflowId}/order:${rows[0]?.sequence}`);
  await child.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'a person' }] });
  await until('both entries gone', async () => {
    const orders = await ordersOf(desk, sessionId);
    return orders.every((one) => one.endsWith('CANCELED')) && orders.length === 4 ? true : null;
  });
  await run.signal(stopSignal);
  await run.result();
  expect(await heldBy(desk, accountId)).toEqual([]);
});

it('a leg that was filled alone leaves by an exit of its own, and the next bar fills it', async () => {
  const [first, second] = ['ETH/USDT:A', 'ETH/USDT:B'];
  const volumes = (index: number): number => (index > ENTRY_BAR && index < ENTRY_BAR + 3 ? 0 : 1e6);
  await storeCloses(
    desk.db,
    first,
    Array.from({ length: 30 }, () => 100),
  );
  for (let i = 0; i < 30; i += 1) await storeCloses(desk.db, second, [i < ENTRY_BAR ? 100 : 100.5], i, volumes(i));
  const accountId = await openAccount(desk, freshId('alone'));
  const sessionId = freshId('alone');
  const run = await desk.startSession(sessionId, onPaper(accountId, { symbols: [first, second] }));
  await ticks(run, ENTRY_BAR + 2);
  expect(await heldBy(desk, accountId)).toEqual(['A 1']);
  const { rows } = await sql<{ sequence: number }>`select sequence::int from decisions join orders using (decision_id)
    where decisions.session_id = ${sessionId} and decisions.symbol = ${second} and leg = 'entry'`.execute(desk.db);
  const child = desk.client.workflow.getHandle(`${run.workflowId}/order:${rows[0]?.sequence}`);
  await child.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'a person' }] });
  await until('an exit at work', async () =>
    (await ordersOf(desk, sessionId)).includes('A exit ACKED unpaired') ? true : null,
  );
  await tick(run);
  expect(await heldBy(desk, accountId)).toEqual([]);
  expect((await run.query(statusQuery)).activePositions).toBe(0);
  await run.signal(stopSignal);
  expect(await run.result()).toMatchObject({ trades: 1, fills: 2 });
  const trades = await desk.db.selectFrom('trades').select('exit_reason').where('session_id', '=', sessionId).execute();
  expect(trades).toEqual([{ exit_reason: 'unpaired' }]);
  expect(await ledgerOf(desk, accountId)).toMatchObject({ ok: true, problems: [] });
});

it('refuses what no pair can be made of, with every reason', async () => {
  const refused = async (change: Record<string, unknown>) =>
    (await problemsOf(await desk.startSession(freshId('wrong'), onPaper('paper-1', change)))).map(
      (one) => `${one.code} ${one.path}`,
    );
  expect(await refused({ symbols: [VENUES[0]], direction: 'longOnly' })).toEqual([
    'INPUT_ITEMS symbols',
    'INPUT_ENUM direction',
  ]);
  expect(await refused({ symbols: PAIR })).toEqual(['INPUT_ITEMS symbols']);
  expect(await refused({ strategy: 'pairsTrading', symbols: [...PAIR, VENUES[0]] })).toEqual(['INPUT_ITEMS symbols']);
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});

it('unwinds the other leg when the worker is killed in between', async () => {
  const killed = await openKillable();
  const accountId = 'paper-1';
  try {
    await storeVenues(killed.desk);
    const sessionId = freshId('killed');
    const refuse = await whenever(killed.database.url, 'order_intents', 'insert', ENTRY_OF(VENUES[0]), QUARANTINE);
    const run = await killed.desk.startSession(sessionId, onPaper(accountId));
    killed.spawn();
    await ticks(run, ENTRY_BAR);
    // The unwinding stops in the middle of its transaction, which is where the worker dies.
    const owner = new pg.Client({ connectionString: killed.database.url });
    await owner.connect();
    await owner.query(`create table drill_on (on_now boolean); insert into drill_on values (true);
      create function stall() returns trigger language plpgsql security definer as $$ begin
        if new.state = 'CANCELED' and exists (select from drill_on) then perform pg_sleep(60); end if;
        return new; end $$;
      create trigger stall before update on orders for each row execute function stall()`);
    const ticking = tick(run).catch(() => undefined);
    await until(
      'the unwinding',
      async () => {
        const { rows } = await owner.query(
          `select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
        );
        return rows.length > 0 ? true : null;
      },
      60_000,
    );
    expect(await ordersOf(killed.desk, sessionId)).toEqual(['A entry ACKED', 'A stop ACKED']);
    await killed.kill();
    await owner.query(`delete from drill_on; select pg_terminate_backend(pid) from pg_stat_activity
      where wait_event = 'PgSleep' and datname = current_database()`);
    await refuse();
    killed.spawn();
    await until(
      'both legs gone',
      async () => {
        const orders = await ordersOf(killed.desk, sessionId);
        return orders.length === 2 && orders.every((one) => one.endsWith('CANCELED')) ? true : null;
      },
      60_000,
    );
    await ticking;
    await owner.end();
    await run.signal(stopSignal);
    expect(await run.result()).toMatchObject({ fills: 0, orders: 2, refusalsByRule: { quarantine: 1 } });
    expect(await ledgerOf(killed.desk, accountId)).toMatchObject({ ok: true, problems: [] });
    const [events = []] = await runsOf(killed.desk.client, run.workflowId, run.firstExecutionRunId);
    expect(taskFailures(events)).toEqual([]);
  } finally {
    await killed.close();
  }
}, 180_000);
