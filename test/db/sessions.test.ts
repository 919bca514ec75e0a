/** Sessions: one open per account and strategy, runs that go on with their sequence, and fenced checkpoints. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from '../../db/accounts.ts';
import { nextSequence } from '../../db/decision-sequences.ts';
import { insertDecisions } from '../../db/decisions.ts';
import { appendEquity, readEquity } from '../../db/equity.ts';
import { inTransaction, sqlState } from '../../db/retry.ts';
import { closeSession, type OpenSessionInput, openSession, readSession, saveCheckpoint } from '../../db/sessions.ts';
import { aDecision, anAccount, aSessionInput, type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
let accountCount = 0;
let accountId = '';
beforeAll(async () => {
  desk = await openDeskDatabase(8);
});
afterAll(() => desk.close());
beforeEach(async () => {
  accountCount += 1;
  accountId = `account-${accountCount}`;
  await createAccount(desk.db, anAccount({ accountId }), []);
});

/** A session of this test's own account; ids carry the account so that tests do not meet. */
const anInput = (name: string, change: Partial<OpenSessionInput> = {}): OpenSessionInput => {
  const sessionId = `${accountId}-${name}`;
  return aSessionInput({ sessionId, workflowId: `strategy-session:${sessionId}`, accountId, ...change });
};
const open = (input: OpenSessionInput) => inTransaction(desk.db, (trx) => openSession(trx, input));

describe('opening', () => {
  it('opens a first run with sequence 0, epoch 1 and its checkpoint', async () => {
    const input = anInput('a');
    const result = await open(input);
    expect(result).toEqual({
      outcome: 'opened',
      session: {
        ...input,
        state: 'open',
        runCount: 1,
        epoch: 1,
        firstSequence: 0,
        report: null,
        closedAtMs: null,
      },
    });
  });

  it('answers a repeated call of the same run with the row as it is', async () => {
    const input = anInput('a');
    await open(input);
    await saveCheckpoint(desk.db, { sessionId: input.sessionId, epoch: 1, expectedCursor: 0 }, { cursor: 500 });
    const repeated = await open(input);
    expect(repeated).toMatchObject({
      outcome: 'repeated',
      session: { runCount: 1, epoch: 1, checkpoint: { cursor: 500 } },
    });
  });

  it('lets one of eight sessions have an account and strategy, and names it to the others', async () => {
    const results = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => open(anInput(`s${n}`))));
    const opened = results.flatMap((result) => (result.outcome === 'opened' ? [result.session.sessionId] : []));
    const busy = results.flatMap((result) => (result.outcome === 'busy' ? [result.sessionId] : []));
    expect(opened).toHaveLength(1);
    expect(busy).toEqual(Array.from({ length: 7 }, () => opened[0]));
  });

  it('lets another strategy, a backtest and an analysis run beside it', async () => {
    await open(anInput('a'));
    expect((await open(anInput('b', { strategyId: 'other' }))).outcome).toBe('opened');
    expect((await open(anInput('c', { tradingMode: 'backtest' }))).outcome).toBe('opened');
    expect((await open(anInput('d', { tradingMode: 'analysis' }))).outcome).toBe('opened');
  });

  it('is guarded by the table itself, not only by the function', async () => {
    await open(anInput('a'));
    const copy = `insert into sessions
      select session_id || 'x', workflow_id, open_key, account_id, strategy_id, strategy, trading_mode, state, input,
        run_count, first_sequence, checkpoint, report, data_hash, data_ends_at_ms, epoch, opened_at, closed_at
      from sessions where account_id = '${accountId}'`;
    const error = await sql
      .raw(copy)
      .execute(desk.db)
      .catch((reason: unknown) => reason);
    expect(sqlState(error)).toBe('23505');
  });

  it('frees the place when the session is closed', async () => {
    const input = anInput('a');
    await open(input);
    await closeSession(desk.db, { sessionId: input.sessionId, epoch: 1 }, { bars: 1 }, START_MS);
    expect((await open(anInput('b'))).outcome).toBe('opened');
    expect(await open({ ...input, openKey: 'run-2' })).toEqual({ outcome: 'busy', sessionId: `${accountId}-b` });
  });

  it('has no session without an account', async () => {
    expect(await open(anInput('a', { accountId: 'nobody' }))).toEqual({ outcome: 'noAccount' });
  });
});

describe('a second run under the same workflow id', () => {
  it('goes on with the next sequence, a new epoch and a fresh checkpoint', async () => {
    const input = anInput('a');
    const context = { accountId, sessionId: input.sessionId, correlationId: null };
    const decide = (sequence: number) => ({
      decision: aDecision(sequence, { decisionId: `${input.sessionId}-${sequence}`, asOfMs: START_MS }),
      inputs: {},
    });
    await open(input);
    await insertDecisions(desk.db, { ...context, run: 1 }, [decide(0)]);
    await closeSession(desk.db, { sessionId: input.sessionId, epoch: 1 }, { bars: 1 }, START_MS);
    const second = await open({ ...input, openKey: 'run-2' });
    expect(second).toMatchObject({
      outcome: 'opened',
      session: { runCount: 2, epoch: 2, firstSequence: 1, state: 'open', report: null, checkpoint: { cursor: 0 } },
    });
    await insertDecisions(desk.db, { ...context, run: 2 }, [decide(1)]);
    expect(await nextSequence(desk.db, input.workflowId)).toBe(2);
    expect(await nextSequence(desk.db, 'strategy-session:never-seen')).toBe(0);
  });

  it('goes on in the same run when the run was reset after its end', async () => {
    const input = anInput('a');
    await open(input);
    await closeSession(desk.db, { sessionId: input.sessionId, epoch: 1 }, { bars: 1 }, START_MS);
    const again = await open(input);
    expect(again).toMatchObject({ outcome: 'repeated', session: { runCount: 1, epoch: 1, state: 'open' } });
  });
});

describe('a checkpoint', () => {
  it('moves on once from one cursor, however many try', async () => {
    const { sessionId } = anInput('a');
    await open(anInput('a'));
    const fence = { sessionId, epoch: 1, expectedCursor: 0 };
    const saved = await Promise.all(
      [1, 2, 3, 4].map((n) => inTransaction(desk.db, (trx) => saveCheckpoint(trx, fence, { cursor: 500, writer: n }))),
    );
    expect(saved.filter(Boolean)).toHaveLength(1);
    expect((await readSession(desk.db, sessionId))?.checkpoint.cursor).toBe(500);
  });

  it('is refused to an older epoch and after the end', async () => {
    const { sessionId } = anInput('a');
    await open(anInput('a'));
    await open(anInput('a', { openKey: 'run-2' }));
    expect(await saveCheckpoint(desk.db, { sessionId, epoch: 1, expectedCursor: 0 }, { cursor: 1 })).toBe(false);
    expect(await closeSession(desk.db, { sessionId, epoch: 1 }, {}, START_MS)).toBe(false);
    expect(await saveCheckpoint(desk.db, { sessionId, epoch: 2, expectedCursor: 0 }, { cursor: 1 })).toBe(true);
    expect(await closeSession(desk.db, { sessionId, epoch: 2 }, { bars: 1 }, START_MS)).toBe(true);
    expect(await closeSession(desk.db, { sessionId, epoch: 2 }, { bars: 1 }, START_MS)).toBe(true);
    expect(await saveCheckpoint(desk.db, { sessionId, epoch: 2, expectedCursor: 1 }, { cursor: 2 })).toBe(false);
  });
});

describe('the equity curve', () => {
  it('comes back in order and exact, run by run', async () => {
    const { sessionId } = anInput('a');
    await open(anInput('a'));
    const points = { atMs: [START_MS, START_MS + 1], equity: ['100000', '99999.00000000000000000001'] };
    await appendEquity(desk.db, { sessionId, run: 1, fromIndex: 2 }, { atMs: [START_MS + 2], equity: ['1'] });
    await appendEquity(desk.db, { sessionId, run: 1, fromIndex: 0 }, points);
    await appendEquity(desk.db, { sessionId, run: 2, fromIndex: 0 }, { atMs: [START_MS], equity: ['7'] });
    expect(await readEquity(desk.db, sessionId, 1)).toEqual({
      atMs: [START_MS, START_MS + 1, START_MS + 2],
      equity: ['100000', '99999.00000000000000000001', '1'],
    });
    expect(await readEquity(desk.db, sessionId, 3)).toEqual({ atMs: [], equity: [] });
  });
});
