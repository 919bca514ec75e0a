/** The events table under many writers: numbers without gaps, in commit order, told by NOTIFY with the number only. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendEvents, EVENTS_CHANNEL, readEvents } from '../../db/events.ts';
import { inTransaction } from '../../db/retry.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase(8);
});
afterAll(() => desk.close());

const anEvent = (writer: number, step: number) => ({
  type: 'order_filled',
  payload: { writer, step },
  correlationId: null,
  atMs: START_MS + step,
});

it('numbers events without a gap under eight writers, some of whom roll back', async () => {
  const write = async (writer: number): Promise<number> => {
    let kept = 0;
    for (let step = 0; step < 25; step += 1) {
      const fails = (writer + step) % 3 === 0;
      await inTransaction(desk.db, async (trx) => {
        await appendEvents(trx, [anEvent(writer, step), anEvent(writer, step)]);
        if (fails) throw new Error('changed my mind');
      }).catch((error: unknown) => expect(String(error)).toContain('changed my mind'));
      if (!fails) kept += 2;
    }
    return kept;
  };
  const kept = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write))).reduce((a, b) => a + b, 0);
  const events = await readEvents(desk.db, 0, 10_000);
  expect(kept).toBe(266);
  expect(events.map((event) => event.sequence)).toEqual(Array.from({ length: kept }, (_, index) => index + 1));
});

it('reads on after a number, in order and up to a limit', async () => {
  const last = (await appendEvents(desk.db, [anEvent(9, 1), anEvent(9, 2), anEvent(9, 3)])) ?? 0;
  const events = await readEvents(desk.db, last - 2, 2);
  expect(events).toEqual([
    { ...anEvent(9, 2), sequence: last - 1 },
    { ...anEvent(9, 3), sequence: last },
  ]);
  expect(await appendEvents(desk.db, [])).toBeUndefined();
});

it('tells listeners the number at the commit, and nothing for what was rolled back', async () => {
  const listener = new pg.Client({ connectionString: desk.url });
  await listener.connect();
  const heard: (string | undefined)[] = [];
  listener.on('notification', (message) => heard.push(message.payload));
  await listener.query(`listen ${EVENTS_CHANNEL}`);
  const rolledBack = inTransaction(desk.db, async (trx) => {
    await appendEvents(trx, [anEvent(1, 1)]);
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  const last = await inTransaction(desk.db, (trx) => appendEvents(trx, [anEvent(1, 1), anEvent(1, 2)]));
  await expect.poll(() => heard).toEqual([String(last)]);
  await listener.end();
});
