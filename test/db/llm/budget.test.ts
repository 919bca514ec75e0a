/** The hard cap: whatever comes at once, no scope is ever charged beyond its limit, and nothing reserved is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reserveBudget, settleBudget } from '../../../db/llm/budget.ts';
import { inTransaction } from '../../../db/retry.ts';
import type { FullScope, ScopeLimit } from '../../../schemas/llm/budget.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from '../desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase(8);
});
afterAll(() => desk.close());

const day = (key: string, limitMicroUsd: number): ScopeLimit => ({ scope: 'day', key, limitMicroUsd });
const session = (key: string, limitMicroUsd: number): ScopeLimit => ({ scope: 'session', key, limitMicroUsd });

const reserve = (callId: string, amountMicroUsd: number, scopes: readonly ScopeLimit[]): Promise<FullScope[]> =>
  inTransaction(desk.db, (trx) => reserveBudget(trx, { callId, amountMicroUsd, scopes, atMs: START_MS }));
const settle = (callId: string, spentMicroUsd: number | null): Promise<number | null> =>
  inTransaction(desk.db, (trx) => settleBudget(trx, { callId, spentMicroUsd, atMs: START_MS }));

async function stands(scope: string, key: string) {
  const query = desk.db.selectFrom('budgets').selectAll().where('scope', '=', scope).where('key', '=', key);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : { reserved: row.reserved_micro_usd, spent: row.spent_micro_usd };
}

describe('a budget', () => {
  it('lets exactly 37 of 200 callers at once into a day that nobody has seen before', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => reserve(`rush-${n}`, 1_000, [day('rush', 37_500)])),
    );
    expect(answers.filter((full) => full.length === 0)).toHaveLength(37);
    expect(await stands('day', 'rush')).toEqual({ reserved: 37_000, spent: 0 });
  });

  it('lets in what costs nothing where more than the limit is spent, and nothing else', async () => {
    const scopes = [day('overspent', 1_000)];
    await reserve('over-1', 1_000, scopes);
    await settle('over-1', 5_000);
    expect(await reserve('over-2', 0, scopes)).toEqual([]);
    expect(await reserve('over-3', 1, scopes)).toMatchObject([{ scope: 'day', leftMicroUsd: -4_000 }]);
  });

  it('has the session stop a call though the day has room, and takes nothing of the day then', async () => {
    const scopes = [day('apart', 100_000), session('small', 2_500)];
    const answers = [
      await reserve('a-1', 1_000, scopes),
      await reserve('a-2', 1_000, scopes),
      await reserve('a-3', 1_000, scopes),
    ];
    expect(answers.map((full) => full.map(({ scope, leftMicroUsd }) => `${scope} ${leftMicroUsd}`))).toEqual([
      [],
      [],
      ['session 500'],
    ]);
    expect(await stands('day', 'apart')).toEqual({ reserved: 2_000, spent: 0 });
    expect(await stands('session', 'small')).toEqual({ reserved: 2_000, spent: 0 });
  });

  it('has the day stop sessions that have room', async () => {
    const full = await Promise.all(
      Array.from({ length: 30 }, (_, n) => reserve(`d-${n}`, 500, [day('shared', 5_000), session(`s-${n}`, 9_000)])),
    );
    expect(full.filter((one) => one.length === 0)).toHaveLength(10);
    expect(new Set(full.flat().map(({ scope }) => scope))).toEqual(new Set(['day']));
  });

  it('gives back what was not spent, once, and charges the reservation where nobody knows', async () => {
    const scopes = [day('settled', 10_000)];
    await reserve('known', 3_000, scopes);
    await reserve('unknown', 3_000, scopes);
    await reserve('crashed', 3_000, scopes);
    expect(await settle('known', 1_200)).toBe(1_200);
    expect(await settle('known', 3_000)).toBeNull();
    expect(await settle('unknown', null)).toBe(3_000);
    expect(await stands('day', 'settled')).toEqual({ reserved: 3_000, spent: 4_200 });
    expect(await reserve('next', 3_000, scopes)).toEqual([
      { scope: 'day', key: 'settled', limitMicroUsd: 10_000, leftMicroUsd: 2_800 },
    ]);
  });

  it('tells every scope that is full, and obeys a limit that was lowered', async () => {
    await reserve('l-1', 1_000, [day('lowered', 10_000), session('lowered', 10_000)]);
    const full = await reserve('l-2', 1_000, [day('lowered', 1_500), session('lowered', 500)]);
    expect(full.map(({ scope, leftMicroUsd }) => `${scope} ${leftMicroUsd}`)).toEqual(['day 500', 'session -500']);
  });
});
