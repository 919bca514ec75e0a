/**
 * `bars check`: what a file is worth, on the terminal, as a document and as a page; and files too large for any memory.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../schemas/problem.ts';
import { type CheckArguments, checkCommand } from '../../scripts/lib/bars/check-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bars-check-'));
afterAll(() => rmSync(folder, { recursive: true }));
const context = { nowMs: Date.parse('2026-04-01T00:00:00Z'), say: () => undefined };

function file(name: string, content: string | Buffer): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}
const check = (where: string, part: Partial<CheckArguments> = {}) => checkCommand({ file: where, ...part }, context);
const codes = async (where: string, part: Partial<CheckArguments> = {}) =>
  ((await check(where, part)).document.problems as { code: string }[]).map((one) => one.code);

const HEADER = 'time,open,high,low,close,volume';
const stamp = (hour: number): string => new Date(Date.parse('2026-01-31T20:00:00Z') + hour * 3_600_000).toISOString();
const bar = (hour: number, price = 100, volume = '5'): string =>
  `${stamp(hour)},${price},${price + 1},${price - 1},${price},${volume}`;
const GOOD = [HEADER, bar(0), bar(1, 100, '0'), bar(2), bar(5), bar(6, 900), bar(7, 900)].join('\n');

describe('bars check', () => {
  it('tells rows, range, interval, gaps, jumps, bars without volume and months', async () => {
    const { exitCode, document, lines } = await check(file('ETHUSDT_1h.csv', GOOD));
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      ...{ ok: true, kind: 'bars', symbol: 'ETHUSDT', interval: '1h', rows: 6, missingCount: 2 },
      ...{ missingFraction: 0.25, zeroVolumeCount: 1, duplicateCount: 0, jumpCount: 1, problemCountByCode: {} },
      gaps: [{ fromMs: Date.parse('2026-01-31T23:00:00Z'), missingCount: 2 }],
      months: [
        { month: '2026-01', bars: 3, missing: 1, zeroVolume: 1, jumps: 0 },
        { month: '2026-02', bars: 3, missing: 1, zeroVolume: 0, jumps: 1 },
      ],
    });
    expect(lines).toContain('  missing 2 of 8 bars (25.00 %), without volume 1, jumps 1');
    expect(lines.find((line) => line.startsWith('    2026-02 '))?.split(/\s+/)).toEqual([
      '',
      '2026-02',
      '3',
      '1',
      '0',
      '1',
    ]);
  });

  it('counts the problems of each code, lists the first hundred and the first of each code', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => bar(i).replace(/,5$/, ',-5'));
    const { exitCode, document, lines } = await check(
      file('many.csv', [HEADER, ...rows, bar(149), 'x,1,1,1,1,1'].join('\n')),
    );
    expect(exitCode).toBe(1);
    expect(document).toMatchObject({
      ...{ ok: false, problemCount: 152, duplicateCount: 1 },
      problemCountByCode: { DATA_VOLUME_INVALID: 150, DATA_TIME_DUPLICATE: 1, DATA_TIME_INVALID: 1 },
    });
    expect(lines).toContain('        150  DATA_VOLUME_INVALID');
    const listed = (document.problems as { code: string; hint: string }[]).slice(100);
    expect(listed).toMatchObject([
      { code: 'DATA_TIME_DUPLICATE' },
      { code: 'DATA_TIME_INVALID' },
      { code: 'DATA_PROBLEMS_OMITTED', hint: '50 are not listed' },
    ]);
  });

  it('knows quotes by their columns, or is told', async () => {
    const crossed = `time,bid,ask\n${stamp(0)},10,11\n${stamp(1)},12,11\n`;
    const answer = await check(file('q.csv', crossed));
    expect([answer.exitCode, answer.document.kind, answer.document.crossedCount]).toEqual([1, 'quotes', 1]);
    expect(await codes(file('q.json', `[{"t":"${stamp(0)}","bp":12,"ap":"11"}]`))).toEqual(['QUOTE_CROSSED']);
    expect(await codes(file('b.csv', GOOD), { kind: 'quotes' })).toContain('DATA_COLUMN_MISSING');
    const wrong = check(file('b.csv', GOOD), { kind: 'ticks', tick: '0', interval: '1h', symbol: 'x' });
    const refused = await wrong.catch((error: unknown) => error);
    const paths = refused instanceof InvalidInput ? refused.problems.map((one) => one.path) : [];
    expect(paths.toSorted()).toEqual(['--kind', '--symbol', '--tick']);
  });

  it('judges ticks and whole units where it is told to', async () => {
    const fine = [HEADER, `${stamp(0)},100,101.123456789012,99,100,1.5`].join('\n');
    expect(await codes(file('f.csv', fine))).toEqual([]);
    expect(await codes(file('f.csv', fine), { tick: '0.01', wholeUnits: true })).toEqual([
      'PRICE_TICK',
      'DATA_VOLUME_INVALID',
    ]);
  });
});

describe('the page of bars check', () => {
  const page = async (name: string, content: string): Promise<string> => {
    const html = path.join(folder, 'pages', `${name}.html`);
    await check(file(name, content), { html });
    return readFileSync(html, 'utf8');
  };

  it('shows figures, months, gaps, jumps and prices, and needs no network and no script', async () => {
    const html = await page('ETHUSDT_1h.csv', GOOD);
    for (const text of ['ETHUSDT 1h: data quality', 'Good: it can be used.', '25.00 %', '2026-01-31T23:00:00Z']) {
      expect(html).toContain(text);
    }
    expect(html).toContain('title="2026-02: 3 bars, 1 missing, 0 without volume, 1 jumps"');
    expect(html).toContain(`<tr><td>2026-02-01T02:00:00Z</td><td class="number">100</td><td class="number">900</td>`);
    expect(html).toContain('quarantined');
    expect(html).toMatch(/<svg class="prices"/);
    expect(html).toContain(`default-src 'none'`);
    expect(html).not.toMatch(/<script|<link|src=|url\(|@import/i);
  });

  it('escapes what stands in the file and in its name', async () => {
    const name = `<img src=x onerror=alert(1)>.csv`;
    const html = await page(name, `${HEADER}\n"<script>alert(1)</script>",1,1,1,1,1`);
    expect(html).toContain('Refused: 1 problems.');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<img/i);
  });

  it('is written for quotes and for an empty file too', async () => {
    expect(await page('q.csv', `time,bid,ask\n${stamp(0)},12,11`)).toContain('QUOTE_CROSSED');
    expect(await page('e.csv', HEADER)).toContain('DATA_EMPTY');
  });

  it('is refused where it cannot be written', async () => {
    const html = path.join(file('plain', ''), 'x.html');
    await expect(check(file('g.csv', GOOD), { html })).rejects.toThrow('OUTPUT_NOT_WRITABLE');
  });
});

const MEGABYTE = 1_048_576;
const READER = `
  import { readBarFile } from ${JSON.stringify(path.resolve('adapters/market-data/csv-file.ts'))};
  const { file, ...options } = JSON.parse(process.env.READ);
  const { problems } = await readBarFile(file, { symbol: 'BTC/USDT', nowMs: 1800000000000, pipes: true, ...options });
  const rssBytes = 1024 * process.resourceUsage().maxRSS;
  process.stdout.write(JSON.stringify({ codes: problems.map((one) => one.code), rssBytes }));`;

/** Reads a file in a process of its own and measures the most memory it ever had. */
function readInProcess(read: object): Promise<{ codes: string[]; rssBytes: number }> {
  const args = ['--import', 'tsx', '--input-type=module', '-e', READER];
  const child = spawn(process.execPath, args, { env: { ...process.env, READ: JSON.stringify(read) } });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(JSON.parse(output)));
  });
}

/** Writes into a pipe until nobody reads any more; returns how many bytes that took. */
async function feedPipe(pipe: string, texts: Iterable<string>): Promise<number> {
  const target = createWriteStream(pipe);
  let open = true;
  const closed = new Promise<void>((resolve) => target.on('close', () => resolve()));
  target.on('error', () => {
    open = false;
  });
  let sentBytes = 0;
  for (const text of texts) {
    if (!open) break;
    sentBytes += text.length;
    const drained = new Promise<void>((resolve) => target.once('drain', () => resolve()));
    if (!target.write(text)) await Promise.race([drained, closed]);
  }
  target.destroy();
  return sentBytes;
}

/** 2 GB of good bars with a long note each. */
function* endlessBars(): Generator<string> {
  yield `${HEADER},note\n`;
  const note = 'n'.repeat(20_000);
  for (let second = 0; second < 100_000; second += 10) {
    const rows = Array.from({ length: 10 }, (_, i) => 1_600_000_000_000 + (second + i) * 1_000);
    yield rows.map((ms) => `${ms},10,12,9,11,5,${note}\n`).join('');
  }
}

describe('a file that is too large', { timeout: 120_000 }, () => {
  const intervalMs = 1_000;

  it('is cut off from an endless stream, before memory grows', async () => {
    const pipe = path.join(folder, 'pipe.csv');
    spawnSync('mkfifo', [pipe]);
    const caps = { fileBytesMax: 192 * MEGABYTE };
    const reading = readInProcess({ file: pipe, intervalMs, caps });
    const sentBytes = await feedPipe(pipe, endlessBars());
    const { codes: found, rssBytes } = await reading;
    console.info(`192 MiB of an endless stream: ${Math.round(rssBytes / MEGABYTE)} MiB of memory at most`);
    expect(found).toEqual(['DATA_TOO_LARGE']);
    expect(sentBytes).toBeLessThan(256 * MEGABYTE);
    expect(rssBytes).toBeLessThan(240 * MEGABYTE);
  });

  it('is refused as one line of 100 MB and as a gzip bomb of 1 : 1000', async () => {
    const line = file('line.csv', Buffer.alloc(100 * MEGABYTE, '9'));
    const bomb = file('bomb.csv.gz', gzipSync(Buffer.alloc(64 * MEGABYTE, '\n')));
    for (const where of [line, bomb]) {
      const read = await readInProcess({ file: where, intervalMs });
      expect(read.codes).toEqual(['DATA_TOO_LARGE']);
      expect(read.rssBytes).toBeLessThan(240 * MEGABYTE);
    }
  });
});
