/** The knowledge base on a real Postgres: what is found, what it cites, and what must not be quoted yet. */
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMarkdownFolder } from '../../adapters/knowledge/markdown-folder.ts';
import { countDocuments, lookUpKnowledge, saveDocuments, searchKnowledge } from '../../db/knowledge.ts';
import type { KnowledgeDocument } from '../../schemas/knowledge.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
let desk: DeskDatabase;
let starter: KnowledgeDocument[];
beforeAll(async () => {
  desk = await openDeskDatabase();
  starter = await readMarkdownFolder(path.resolve('knowledge'), NOW_MS);
  await saveDocuments(desk.db, starter);
});
afterAll(() => desk.close());

const search = (question: string, asOfMs = NOW_MS, limit = 3) => searchKnowledge(desk.db, { question, limit, asOfMs });
const idsOf = async (question: string, asOfMs = NOW_MS) =>
  (await search(question, asOfMs)).passages.map(({ documentId }) => documentId);

describe('the starter base', () => {
  it('has at least 25 documents of every kind and of some length, none dated in the future', () => {
    expect(starter.length).toBeGreaterThanOrEqual(25);
    expect(new Set(starter.map(({ kind }) => kind))).toEqual(new Set(['strategy', 'pattern', 'technique', 'event']));
    for (const { body, datedMs } of starter) {
      expect(body.length).toBeGreaterThan(400);
      expect(datedMs).toBeLessThan(NOW_MS);
    }
  });

  it('changes nothing when imported again, and replaces what was edited', async () => {
    expect(await saveDocuments(desk.db, starter)).toEqual({ inserted: 0, replaced: 0, same: starter.length });
    const [first] = starter;
    if (first === undefined) throw new Error('no documents');
    expect(await saveDocuments(desk.db, [{ ...first, body: `${first.body} More.` }])).toMatchObject({ replaced: 1 });
    await saveDocuments(desk.db, starter);
    expect(await countDocuments(desk.db)).toBe(starter.length);
  });

  it.each([
    ['What happened when the Swiss National Bank gave up its floor?', 'swiss-franc-2015'],
    ['overbought oscillator of Wilder between 0 and 100', 'relative-strength-index'],
    ['why do all positions lose together in a crisis, correlation', 'correlation-and-diversification'],
    ['how large should a bet be by Kelly', 'position-sizing-kelly'],
    ['cointegration hedge ratio spread of two instruments', 'pairs-trading'],
    ['bankruptcy of Lehman', 'lehman-2008'],
    ['too many trials make a backtest look good', 'backtest-overfitting'],
  ])('answers "%s" with %s', async (question, id) => expect(await idsOf(question)).toContain(id));

  it('cites its documents: the passage stands in the body of the document that it names', async () => {
    const { passages } = await search('liquidation of leveraged positions');
    expect(passages.length).toBeGreaterThan(0);
    for (const { documentId, text } of passages) {
      const body = starter.find((one) => one.documentId === documentId)?.body ?? '';
      for (const part of text.split(' … ')) expect(body).toContain(part.trim());
    }
  });
});

describe('at an earlier instant', () => {
  it('refuses a document that is dated later, says which, and quotes nothing of it', async () => {
    const before = Date.UTC(2022, 9, 31);
    const found = await search('collapse of FTX and the token of its exchange', before, 20);
    expect(found.passages.map(({ documentId }) => documentId)).not.toContain('ftx-2022');
    expect(found.refused).toContainEqual({ documentId: 'ftx-2022', code: 'DATED_LATER' });
    expect(JSON.stringify(found.passages)).not.toContain('Alameda');
    expect(await idsOf('collapse of FTX and the token of its exchange')).toContain('ftx-2022');
  });

  it('refuses one that is dated earlier and could be read only later', async () => {
    const late = { ...(starter[0] as KnowledgeDocument), documentId: 'late', body: 'zebra canary', knownAtMs: NOW_MS };
    await saveDocuments(desk.db, [late]);
    const look = await lookUpKnowledge(desk.db, { question: 'zebra', limit: 3, asOfMs: NOW_MS - 1 });
    expect(JSON.stringify(look.passages)).not.toContain('canary');
    expect(look.withheldCount).toBe(1);
    expect((await search('zebra', NOW_MS - 1)).refused).toEqual([{ documentId: 'late', code: 'KNOWN_LATER' }]);
    expect(await idsOf('zebra')).toContain('late');
    await desk.db.deleteFrom('knowledge_documents').where('document_id', '=', 'late').execute();
  });

  it('knows nothing before the first document', async () => {
    expect((await search('trend', Date.UTC(1900, 0, 1))).passages).toEqual([]);
  });
});

it('takes any text as a question', async () => {
  for (const question of ["';--", '"unclosed', '& | ! ( )', '-', 'x'.repeat(500), '日本']) {
    expect((await search(question)).passages.length).toBeLessThanOrEqual(3);
  }
  expect((await search('the of and')).passages).toEqual([]);
});

it('ranks in Postgres as it ranks here, where there is a type of vectors', async () => {
  const questions = ['trend following', 'leverage and margin in a crash', 'stop orders'];
  const here = await Promise.all(questions.map((one) => idsOf(one)));
  // The extension's type, cast and negative dot product, as far as they are used.
  await sql`create domain vector as real[]`.execute(desk.db);
  await sql`create function minus_dot(a real[], b real[]) returns double precision language sql immutable as
    'select -sum(x::double precision * y) from unnest(a, b) as t (x, y)'`.execute(desk.db);
  await sql`create operator <#> (leftarg = real[], rightarg = real[], function = minus_dot)`.execute(desk.db);
  expect(await Promise.all(questions.map((one) => idsOf(one)))).toEqual(here);
});
