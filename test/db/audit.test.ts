/** The audit chain: intact under many writers, and naming the first row that a hand has touched. */
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAudit, verifyAudit } from '../../db/audit.ts';
import { inTransaction } from '../../db/retry.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase(8);
});
afterAll(() => desk.close());

const aRow = (number: number) => ({
  kind: 'intent',
  body: { order: `order-${number}`, quantity: '0.00000001', fraction: 0.1, list: [1, { b: 2, a: null }], empty: {} },
  atMs: START_MS + number,
});

it('is intact when empty', async () => {
  expect(await verifyAudit(desk.db)).toBeNull();
});

it('stays one chain under eight writers, some of whom roll back', async () => {
  const write = async (writer: number): Promise<void> => {
    for (let step = 0; step < 10; step += 1) {
      await inTransaction(desk.db, async (trx) => {
        await appendAudit(trx, [aRow(writer), aRow(step)]);
        if ((writer + step) % 4 === 0) throw new Error('changed my mind');
      }).catch((error: unknown) => expect(String(error)).toContain('changed my mind'));
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));
  const rows = await desk.db.selectFrom('audit').select('sequence').orderBy('sequence').execute();
  expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  expect(await verifyAudit(desk.db)).toBeNull();
});

describe('names the first bad row', () => {
  /** The verdict after an edit by the owner of the tables; the edit is taken back. */
  async function verdictAfter(edit: RawBuilder<unknown>): Promise<number | null | undefined> {
    const rollBack = new Error('roll back');
    let verdict: number | null | undefined;
    const edited = inTransaction(desk.db, async (trx) => {
      await edit.execute(trx);
      verdict = await verifyAudit(trx);
      throw rollBack;
    });
    await expect(edited).rejects.toBe(rollBack);
    return verdict;
  }

  it.each([
    [
      'a changed body',
      sql`update audit set body = jsonb_set(body, '{quantity}', '"0.00000002"') where sequence = 57`,
      57,
    ],
    ['a changed kind', sql`update audit set kind = 'refusal' where sequence = 3`, 3],
    ['a microsecond', sql`update audit set at = at + interval '1 microsecond' where sequence = 100`, 100],
    ['a changed hash', sql`update audit set hash = repeat('a', 64) where sequence = 20`, 20],
    ['a changed link', sql`update audit set previous_hash = repeat('b', 64) where sequence = 30`, 30],
    ['a removed row', sql`delete from audit where sequence = 41`, 41],
    ['a removed first row', sql`delete from audit where sequence = 1`, 1],
    ['a cut-off end', sql`delete from audit where sequence > 118`, 119],
    ['an appended row', sql`insert into audit select 121, hash, previous_hash, kind, body, at from audit limit 1`, 121],
    ['two exchanged rows', sql`update audit set sequence = 1000 - sequence where sequence = 120`, 120],
  ])('%s', async (_, edit, first) => {
    expect(await verdictAfter(edit)).toBe(first);
  });

  it('and goes on unharmed when the edit is taken back', async () => {
    expect(await verifyAudit(desk.db)).toBeNull();
  });
});

it('is not misled by rows that are appended while it walks', async () => {
  const appending = async (): Promise<void> => {
    for (let step = 0; step < 30; step += 1) await inTransaction(desk.db, (trx) => appendAudit(trx, [aRow(step)]));
  };
  const verdicts: (number | null)[] = [];
  const writers = Promise.all([appending(), appending()]);
  for (let walk = 0; walk < 10; walk += 1) verdicts.push(await verifyAudit(desk.db));
  await writers;
  expect(verdicts).toEqual(Array.from({ length: 10 }, () => null));
});

it('refuses to go on from a missing row', async () => {
  const broken = inTransaction(desk.db, async (trx) => {
    await sql`delete from audit where sequence = 180`.execute(trx);
    await appendAudit(trx, [aRow(1)]);
  });
  await expect(broken).rejects.toThrow('audit row 180 is missing');
});
