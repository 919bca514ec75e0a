import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barRange, readBars } from '../../db/bars.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { listDataSets } from '../../db/data-sets.ts';
import type { Database } from '../../db/tables.ts';
import { dataHash } from '../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { checkCommand } from '../../scripts/lib/bars/check-command.ts';
import { exportCommand } from '../../scripts/lib/bars/export-command.ts';
import { importCommand } from '../../scripts/lib/bars/import-command.ts';
import { listCommand } from '../../scripts/lib/bars/list-command.ts';
import { synthCommand } from '../../scripts/lib/bars/synth-command.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

const HOUR = 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'bars-script-'));
const inFolder = (name: string): string => path.join(folder, name);
const context = { nowMs: Date.parse('2026-01-06T00:00:00Z'), say: () => undefined };

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await db.deleteFrom('bars').execute();
  await db.deleteFrom('data_sets').execute();
});

const BARS = [
  '2026-01-05T00:00:00Z,10,12,9,11,5',
  '2026-01-05T01:00:00Z,11,13,10.000000000000000001,12,6',
  '2026-01-05T05:00:00Z,12,14,0.00000011,13,7.25',
];

function file(lines: readonly string[], name = 'bars.csv'): string {
  const text = `time,open,high,low,close,volume\n${lines.join('\n')}\n`;
  writeFileSync(inFolder(name), name.endsWith('.gz') ? gzipSync(text) : text);
  return inFolder(name);
}

const importFile = (where: string, part: object = {}) =>
  importCommand(
    db,
    {
      file: where,
      symbol: 'BTC/USDT',
      interval: '1h',
      acceptJumps: false,
      replace: false,
      wholeUnits: false,
      ...part,
    },
    context,
  );

/** Code and path of every problem of a refusal, without the folder. */
async function refusals(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map((one) => `${one.code} ${one.path.replace(`${folder}${path.sep}`, '')}`);
  }
}

describe('bars import', () => {
  it('stores the bars and tells rows, range, gaps and hash', async () => {
    const { document, exitCode } = await importFile(file(BARS));
    const series = await readBars(db, 'BTC/USDT', HOUR, null, null);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      ok: true,
      rows: 3,
      inserted: 3,
      changed: 0,
      same: 0,
      fromMs: Date.parse('2026-01-05T00:00:00Z'),
      toMs: Date.parse('2026-01-05T05:00:00Z'),
      gaps: [{ fromMs: Date.parse('2026-01-05T02:00:00Z'), missingCount: 3 }],
      missingCount: 3,
      dataHash: dataHash(series),
    });
    expect(Array.from(series.close)).toEqual([11, 12, 13]);
  });

  it('changes nothing when the same file is imported again', async () => {
    const first = await importFile(file(BARS));
    const again = await importFile(file(BARS, 'packed.csv.gz'));
    expect(again.document).toMatchObject({ inserted: 0, changed: 0, same: 3, dataHash: first.document.dataHash });
  });

  it('describes the whole data set when a second file goes on where the first ended', async () => {
    await importFile(file(BARS));
    const more = await importFile(file(['2026-01-05T06:00:00Z,13,14,12,13,1']));
    expect(more.document).toMatchObject({ rows: 1, storedRows: 4 });
    const [set] = await listDataSets(db);
    const whole = await readBars(db, 'BTC/USDT', HOUR, null, null);
    expect(set).toMatchObject({ rowCount: 4, dataHash: dataHash(whole) });
    expect(set?.gaps).toHaveLength(1);
  });

  it('stores all or nothing', async () => {
    const refused = importFile(file([...BARS, '2026-01-05T06:00:00Z,13,14,12,NaN,1']));
    expect(await refusals(refused)).toEqual(['DATA_NOT_A_NUMBER bars.csv:5:close']);
    expect(await barRange(db, 'BTC/USDT', HOUR)).toBeUndefined();
  });

  it('refuses to change a stored bar, names the line, and keeps what was stored', async () => {
    await importFile(file(BARS));
    const changed = [BARS[0] ?? '', '2026-01-05T01:00:00Z,11,13,10,12.5,6', '2026-01-05T06:00:00Z,12,14,11,13,7'];
    expect(await refusals(importFile(file(changed)))).toEqual(['DATA_TIME_DUPLICATE bars.csv:3:time']);
    expect(await barRange(db, 'BTC/USDT', HOUR)).toMatchObject({ count: 3 });
    const replaced = await importFile(file(changed), { replace: true });
    expect(replaced.document).toMatchObject({ inserted: 1, changed: 1, same: 1, storedRows: 4 });
  });

  it('quarantines a jump of over 50 %, until it is accepted', async () => {
    const split = ['2026-01-05T00:00:00Z,100,120,90,100,5', '2026-01-05T01:00:00Z,10,12,9,10,5'];
    const { document, exitCode } = await importFile(file(split));
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ ok: true, jumpCount: 1 });
    expect(document.quarantined).toContain('DATA_JUMP');
    const next = await importFile(file(['2026-01-05T02:00:00Z,10,12,9,10,5']));
    expect(next.document.quarantined).toContain('DATA_JUMP');
    const accepted = await importFile(file(split), { acceptJumps: true });
    expect(accepted.document.quarantined).toBeNull();
  });

  it('notices a jump between the stored bars and the new ones', async () => {
    await importFile(file(['2026-01-05T00:00:00Z,100,120,90,100,5']));
    const next = await importFile(file(['2026-01-05T01:00:00Z,10,12,9,10,5']));
    expect(next.document.quarantined).toContain('the first at 2026-01-05T01:00:00Z');
  });

  it('refuses wrong names, all at once', async () => {
    const wrong = importFile(file(BARS), { symbol: 'AAPL;DROP', interval: '60' });
    expect(await refusals(wrong)).toEqual(['SYMBOL_INVALID --symbol', 'INPUT_RANGE --interval']);
  });
});

describe('bars import of JSON', () => {
  const bar = (hour: number, close: string) =>
    `{"t":"2026-01-05T0${hour}:00:00Z","o":10,"h":12.0,"l":"9","c":${close},"v":5,"id":8389766145050669870}`;

  it('stores the same exact bars as CSV, and names the record that differs from a stored bar', async () => {
    writeFileSync(inFolder('bars.json'), `[${bar(0, '11.000000000000000000000001')},\n${bar(1, '"11.50"')}]`);
    expect((await importFile(inFolder('bars.json'))).document).toMatchObject({ inserted: 2 });
    await exportCommand(db, { symbol: 'BTC/USDT', interval: '1h', out: inFolder('json.csv') });
    expect(readFileSync(inFolder('json.csv'), 'utf8').split('\n')).toEqual([
      'time,open,high,low,close,volume',
      '2026-01-05T00:00:00Z,10,12,9,11.000000000000000000000001,5',
      '2026-01-05T01:00:00Z,10,12,9,11.5,5',
      '',
    ]);
    writeFileSync(inFolder('bars.json'), `[${bar(0, '11.000000000000000000000002')}]`);
    expect(await refusals(importFile(inFolder('bars.json')))).toEqual(['DATA_TIME_DUPLICATE bars.json[0]:time']);
  });

  it('refuses prices off a tick that is given', async () => {
    writeFileSync(inFolder('bars.json'), `[${bar(0, '11.123456789012')}]`);
    expect(await refusals(importFile(inFolder('bars.json'), { tick: '0.01' }))).toEqual(['PRICE_TICK bars.json[0]:c']);
    expect(await refusals(importFile(inFolder('bars.json'), { tick: 'x' }))).toEqual(['ARGUMENT_VALUE --tick']);
    expect(await barRange(db, 'BTC/USDT', HOUR)).toBeUndefined();
  });
});

describe('bars export', () => {
  it('gives back the same bars to the last decimal, plain and packed', async () => {
    await importFile(file(BARS));
    const wanted = { symbol: 'BTC/USDT', interval: '1h' };
    await exportCommand(db, { ...wanted, out: inFolder('out.csv') });
    await exportCommand(db, { ...wanted, out: inFolder('out.csv.gz') });
    const text = readFileSync(inFolder('out.csv'), 'utf8');
    expect(text).toBe(`time,open,high,low,close,volume\n${BARS.join('\n')}\n`);
    expect(gunzipSync(readFileSync(inFolder('out.csv.gz'))).toString()).toBe(text);
    expect((await importFile(inFolder('out.csv'))).document).toMatchObject({ same: 3 });
  });

  it('takes from (inclusive) and to (exclusive)', async () => {
    await importFile(file(BARS));
    const range = { from: '2026-01-05T01:00:00Z', to: '2026-01-05T05:00:00Z' };
    const answer = await exportCommand(db, { symbol: 'BTC/USDT', interval: '1h', out: inFolder('part.csv'), ...range });
    expect(answer.document).toMatchObject({ rows: 1 });
  });

  it('joins bars into higher ones, exactly, and leaves out the one that is not complete', async () => {
    await importFile(file(BARS));
    const higher = { symbol: 'BTC/USDT', interval: '1h', as: '2h', out: inFolder('joined.csv') };
    expect((await exportCommand(db, higher)).document).toMatchObject({ rows: 2, interval: '2h' });
    expect(readFileSync(inFolder('joined.csv'), 'utf8').trim().split('\n').slice(1)).toEqual([
      '2026-01-05T00:00:00Z,10,13,9,12,11',
      '2026-01-05T04:00:00Z,12,14,0.00000011,13,7.25',
    ]);
    expect((await exportCommand(db, { ...higher, as: '4h' })).document).toMatchObject({ rows: 1 });
    expect(await refusals(exportCommand(db, { ...higher, as: '90m' }))).toEqual(['INPUT_RANGE --as']);
  });

  it('refuses what is not stored, a bad instant and a file that cannot be written', async () => {
    await importFile(file(BARS));
    const out = inFolder('none.csv');
    expect(await refusals(exportCommand(db, { symbol: 'BTC/USD', interval: '1h', out }))).toEqual(['DATA_EMPTY bars']);
    const noZone = { symbol: 'x', interval: '1h', out, from: '2026-01-05T00:00' };
    expect(await refusals(exportCommand(db, noZone))).toEqual([
      'SYMBOL_INVALID --symbol',
      'DATA_TIME_ZONE_MISSING --from',
    ]);
    const nowhere = { symbol: 'BTC/USDT', interval: '1h', out: inFolder('no/such/folder.csv') };
    expect(await refusals(exportCommand(db, nowhere))).toEqual(['OUTPUT_NOT_WRITABLE --out']);
    expect(existsSync(out)).toBe(false);
  });
});

describe('bars list', () => {
  it('is empty at first, then shows each data set', async () => {
    expect((await listCommand(db)).document).toEqual({ ok: true, dataSets: [] });
    await importFile(file(BARS));
    const { document, lines } = await listCommand(db);
    expect(document.dataSets).toMatchObject([
      { symbol: 'BTC/USDT', interval: '1h', rows: 3, gapCount: 1, missingCount: 3, sourceName: 'bars.csv' },
    ]);
    expect(lines[0]).toContain('2026-01-05T00:00:00Z to 2026-01-05T05:00:00Z');
  });
});

describe('bars check', () => {
  it('measures the interval and finds a file good, with its gaps', async () => {
    const { document, exitCode } = await checkCommand({ file: file(BARS), symbol: 'BTC/USDT' }, context);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ ok: true, interval: '1h', rows: 3, missingCount: 3, problems: [] });
  });

  it('ends with 1 and every problem when the file would be refused', async () => {
    const broken = file(['2026-01-05T00:00:00Z,10,12,9,x,5', '2026-01-05T01:00:00Z,10,12,9,11,-5']);
    const { document, exitCode } = await checkCommand({ file: broken, interval: '1h' }, context);
    expect(exitCode).toBe(1);
    expect(document).toMatchObject({ ok: false, problemCount: 2 });
  });
});

describe('bars synth', () => {
  const synth = (part: object = {}) =>
    synthCommand(
      async () => db,
      { symbol: 'SYN/USDT', interval: '1m', count: '50', seed: '7', replace: false, ...part },
      context,
    );

  it('stores seeded bars like an import', async () => {
    await synth();
    const stored = await readBars(db, 'SYN/USDT', 60_000, null, null);
    const expected = syntheticSeries({ symbol: 'SYN/USDT', intervalMs: 60_000, count: 50, seed: 7 });
    expect(dataHash(stored)).toBe(dataHash(expected));
    expect((await synth({ count: '60' })).document).toMatchObject({ inserted: 10, same: 50 });
  });

  it('writes them into a file that can be imported', async () => {
    await synth({ out: inFolder('syn.csv.gz') });
    const imported = await importFile(inFolder('syn.csv.gz'), { symbol: 'SYN/USDT', interval: '1m' });
    const expected = syntheticSeries({ symbol: 'SYN/USDT', intervalMs: 60_000, count: 50, seed: 7 });
    expect(imported.document).toMatchObject({ inserted: 50, dataHash: dataHash(expected) });
  });

  it('never mixes seeds or real bars, unless told to replace', async () => {
    await synth();
    expect(await refusals(synth({ seed: '8' }))).toEqual(['DATA_MIXED --symbol']);
    expect(await refusals(importFile(file(BARS), { symbol: 'SYN/USDT', interval: '1m' }))).not.toEqual([]);
    expect((await synth({ seed: '8', count: '20', replace: true })).document).toMatchObject({ storedRows: 20 });
  });

  it('refuses a count and a seed out of range, together', async () => {
    expect(await refusals(synth({ count: '0', seed: '-1' }))).toEqual([
      'ARGUMENT_VALUE --count',
      'ARGUMENT_VALUE --seed',
    ]);
  });
});

describe('the command line of bars', () => {
  const bars = (...words: string[]) => {
    const args = ['scripts/run.mjs', 'bars', ...words];
    const environment = { ...process.env, QUARTERDECK_HOME: inFolder('no-desk'), DATABASE_URL: database.appUrl };
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', env: environment });
    return { exitCode: run.status, document: run.stdout.startsWith('{') ? JSON.parse(run.stdout) : null, ...run };
  };

  it('answers with one document and the exit code', () => {
    const imported = bars('import', file(BARS), '--symbol', 'BTC/USDT', '--interval', '1h', '--json');
    expect([imported.exitCode, imported.document?.ok, imported.document?.inserted]).toEqual([0, true, 3]);
    const checked = bars('check', file(['2026-01-05T00:00:00Z,10,12,9,x,5']), '--interval=1h', '--json');
    expect([checked.exitCode, checked.document?.problems[0]?.code]).toEqual([1, 'DATA_NOT_A_NUMBER']);
  });

  it('lists all mistakes of a call and ends with 2', () => {
    const { exitCode, document } = bars('import', '--symbol', 'a', '--interval', '60', '--repalce', '--json');
    expect(exitCode).toBe(2);
    expect(document.problems.map((one: { code: string; path: string }) => `${one.code} ${one.path}`)).toEqual([
      'ARGUMENT_MISSING FILE',
      'ARGUMENT_UNKNOWN --repalce',
      'SYMBOL_INVALID --symbol',
      'INPUT_RANGE --interval',
    ]);
  });
});

const BTC = path.resolve(process.cwd(), '../shared/data/crypto/BTCUSDT_spot_1h.csv.gz');
if (!existsSync(BTC)) console.warn(`SKIPPED: import of the whole BTC file, no ${BTC}`);

describe.skipIf(!existsSync(BTC))('the whole BTC file', () => {
  it('is imported in a few seconds and comes back equal', async () => {
    const startedAt = performance.now();
    const { document } = await importFile(BTC);
    const tookMs = performance.now() - startedAt;
    expect(document).toMatchObject({ rows: 65_590, inserted: 65_590, missingCount: 122 });
    expect(tookMs).toBeLessThan(30_000);
    await exportCommand(db, { symbol: 'BTC/USDT', interval: '1h', out: inFolder('btc.csv.gz') });
    const text = (where: string) => gunzipSync(readFileSync(where)).toString();
    expect(text(inFolder('btc.csv.gz')) === text(BTC)).toBe(true);
    console.info(`65,590 bars imported in ${Math.round(tookMs)} ms`);
  });
});

const QQQ = path.resolve(process.cwd(), '../shared/data/equities/QQQ_1d_raw.csv.gz');
if (!existsSync(QQQ)) console.warn(`SKIPPED: gaps of the QQQ file, no ${QQQ}`);

describe.skipIf(!existsSync(QQQ))('a daily file with years missing', () => {
  it('keeps each missing trading day that its makers list, and comes back equal', async () => {
    const listed = JSON.parse(readFileSync(path.join(path.dirname(QQQ), '../gaps.json'), 'utf8'));
    await importFile(QQQ, { symbol: 'QQQ', interval: '1d' });
    const [set] = await listDataSets(db);
    const kept = set?.gaps.map((gap) => [new Date(gap.fromMs).toISOString().slice(0, 10), gap.missingCount]);
    expect(kept).toEqual(listed['equities/QQQ_1d_raw.csv.gz']);
    await exportCommand(db, { symbol: 'QQQ', interval: '1d', out: inFolder('qqq.csv.gz') });
    const text = (where: string) => gunzipSync(readFileSync(where)).toString();
    expect(text(inFolder('qqq.csv.gz')) === text(QQQ)).toBe(true);
  });
});
