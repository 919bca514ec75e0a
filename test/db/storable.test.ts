/** Text that Postgres refuses is stored with U+FFFD in its place, whichever way it comes; all other text as it is. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAudit, verifyAudit } from '../../db/audit.ts';
import { insertFills } from '../../db/fills.ts';
import { readPayload, storePayload } from '../../db/llm/payloads.ts';
import { createToolLog } from '../../db/llm/tool-calls.ts';
import { inTransaction } from '../../db/retry.ts';
import { asStored, jsonText } from '../../db/storable.ts';
import { aFill, type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

/** What cannot be stored, and how it reads afterwards. */
const ODD = 'a\0b\ud83dc\ude80';
const READ = 'a\ufffdb\ufffdc\ufffd';
/** Looks like an escape and is none: a backslash, a u and four digits. */
const WHOLE = ['🚀', '\\u0000', '\\\\ud83d', 'line\nbreak\u0007', '"quoted"'];

describe('JSON text', () => {
  it('has no halves and no NUL, in keys neither', () => {
    expect(JSON.parse(jsonText({ [ODD]: [ODD] }))).toEqual({ [READ]: [READ] });
  });

  it('of whole text is that of JSON.stringify', () => {
    expect(jsonText(WHOLE)).toBe(JSON.stringify(WHOLE));
    expect(asStored(WHOLE)).toBe(WHOLE);
    expect(asStored({ odd: ODD, whole: WHOLE })).toEqual({ odd: READ, whole: WHOLE });
  });
});

it('every kind of parameter', async () => {
  const { rows } = await sql<Record<string, unknown>>`
    select ${ODD}::text as text, ${[ODD, 'b']}::text[] as list, ${{ [ODD]: ODD }}::jsonb as object,
      ${JSON.stringify(WHOLE)}::jsonb as whole, ${WHOLE[1]}::text as literal,
      ${Buffer.from([0, 1])}::bytea as bytes`.execute(desk.db);
  expect(rows[0]).toEqual({
    ...{ text: READ, list: [READ, 'b'], object: { [READ]: READ }, whole: WHOLE, literal: WHOLE[1] },
    bytes: Buffer.from([0, 1]),
  });
});

it('rows of many, their texts and their JSON', async () => {
  const said = [ODD, ...WHOLE].join(' ');
  const ref = await storePayload(desk.db, said);
  expect(await readPayload(desk.db, ref)).toBe([READ, ...WHOLE].join(' '));
  const call = { callId: 'c', position: 0, tool: ODD, arguments: { [ODD]: ODD }, asOfMs: START_MS, refused: null };
  await createToolLog(desk.db).record({ ...call, withheld: [ODD], result: said, atMs: START_MS });
  const row = await desk.db.selectFrom('tool_calls').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ tool: READ, arguments: { [READ]: READ }, withheld: [READ], result_ref: ref });
});

it('an audited body: the chain is over what is kept', async () => {
  await inTransaction(desk.db, (trx) => appendAudit(trx, [{ kind: 'odd', body: { [ODD]: ODD }, atMs: START_MS }]));
  expect(await verifyAudit(desk.db)).toBeNull();
});

it('a fill whose id holds it is known when it is told again, and is no other fill', async () => {
  const fills = [aFill(1, { tradeId: ODD }), aFill(2, { tradeId: 'abc' })];
  expect(await inTransaction(desk.db, (trx) => insertFills(trx, fills))).toHaveLength(2);
  expect(await inTransaction(desk.db, (trx) => insertFills(trx, fills))).toEqual([]);
});
