/** Policies, kill switch, strategies and the desk's figures. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { createAccount } from '../../db/accounts.ts';
import { insertDecisions } from '../../db/decisions.ts';
import { readKillSwitch, writeKillSwitch } from '../../db/kill-switch.ts';
import { activePolicy, seedPolicy } from '../../db/policies.ts';
import { inTransaction } from '../../db/retry.ts';
import { openSession } from '../../db/sessions.ts';
import { listStrategies, readStrategy, saveStrategy } from '../../db/strategies.ts';
import { strategySchema } from '../../schemas/signals.ts';
import { aDecision, anAccount, aSessionInput, type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

it('sets the first policy once, whoever comes first', async () => {
  expect(await activePolicy(desk.db)).toBeUndefined();
  const { settings } = loadGovernance('config');
  const profile = settings.profiles.stability;
  const seed = (setBy: string) =>
    inTransaction(desk.db, (trx) =>
      seedPolicy(trx, { mode: 'stability', settings, setBy, reason: 'start', atMs: START_MS }),
    );
  const policies = await Promise.all(['a', 'b', 'c', 'd'].map(seed));
  expect(policies).toEqual(Array.from({ length: 4 }, () => ({ version: 1, mode: 'stability', profile })));
  expect(await activePolicy(desk.db)).toEqual({ version: 1, mode: 'stability', profile });
});

it('starts with the kill switch off, and remembers who set it', async () => {
  expect(await readKillSwitch(desk.db)).toEqual({ active: false, reason: null, setBy: null, atMs: null });
  const change = { active: true, reason: 'drill', setBy: 'operator', atMs: START_MS };
  await writeKillSwitch(desk.db, change);
  expect(await readKillSwitch(desk.db)).toEqual(change);
});

it('never reads a missing kill switch as "off"', async () => {
  const reading = inTransaction(desk.db, async (trx) => {
    await sql`delete from kill_switch`.execute(trx);
    return readKillSwitch(trx);
  });
  await expect(reading).rejects.toThrow();
});

it('keeps a strategy as the object a session takes', async () => {
  const definition = strategySchema.parse({ type: 'momentum', parameters: { lookback: 30 } });
  const strategy = { strategyId: 'momentum-30', definition, promoted: false, health: 'unknown' };
  await saveStrategy(desk.db, strategy);
  await saveStrategy(desk.db, { ...strategy, promoted: true });
  expect(await readStrategy(desk.db, 'momentum-30')).toEqual({ ...strategy, promoted: true });
  expect(await readStrategy(desk.db, 'momentum-31')).toBeUndefined();
  expect(await listStrategies(desk.db)).toHaveLength(1);
});

it('counts decisions, analyses and open sessions in one query', async () => {
  await createAccount(desk.db, anAccount(), []);
  const input = aSessionInput({ tradingMode: 'analysis' });
  await inTransaction(desk.db, (trx) => openSession(trx, input));
  const context = { accountId: 'paper-1', sessionId: input.sessionId, run: 1, correlationId: null };
  await insertDecisions(
    desk.db,
    context,
    [0, 1].map((n) => ({ decision: aDecision(n), inputs: {} })),
  );
  expect(await desk.db.selectFrom('desk_performance').selectAll().execute()).toEqual([
    {
      decisions_made: 2,
      trades_executed: 0,
      analysis_count: 2,
      active_sessions: 1,
      trading_modes: { analysis: 1 },
      model_usage: {},
    },
  ]);
});
