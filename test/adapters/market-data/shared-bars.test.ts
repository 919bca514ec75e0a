/**
 * Every bar file of the shared market data: its gaps are those its makers list, and its bars come back as they stood.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { readColumnNames, readTable } from '../../../adapters/market-data/read-table.ts';
import { exactBar } from '../../../domain/market/bar-columns.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { createQuoteParser } from '../../../domain/market/quote-rows.ts';
import { parseInterval } from '../../../schemas/interval.ts';

const DATA = path.resolve(process.cwd(), '../shared/data');
const here = existsSync(path.join(DATA, 'gaps.json'));
if (!here) console.warn(`SKIPPED: gaps and bars of the shared market data, no ${DATA}/gaps.json`);

const MINUTE = 60_000;
const names = !here
  ? []
  : ['crypto', 'equities'].flatMap((folder) =>
      readdirSync(path.join(DATA, folder))
        .filter((name) => name.endsWith('.csv.gz'))
        .map((name) => `${folder}/${name}`),
    );
const listed: Readonly<Record<string, readonly (readonly [string, number])[]>> = here
  ? JSON.parse(readFileSync(path.join(DATA, 'gaps.json'), 'utf8'))
  : {};

/** BTCUSDT_spot_1h.csv.gz holds bars of BTCUSDT, one an hour. */
function optionsOf(name: string) {
  const words = path.basename(name).replace('.csv.gz', '').split('_');
  const interval = words.find((word) => /^\d+[mhd]$/.test(word)) ?? '';
  return { symbol: words[0] ?? '', intervalMs: parseInterval(interval), nowMs: Date.parse('2026-01-01T00:00:00Z') };
}

/** 1.50 is 1.5 and 7.0 is 7; the stamp stays. */
const withoutNeedlessZeros = (line: string): string =>
  line.replaceAll(/(\.\d*?)0+(?=,|$)/g, '$1').replaceAll(/\.(?=,|$)/g, '');

const columns = await Promise.all(names.map((name) => readColumnNames(path.join(DATA, name))));
const filesWith = (...wanted: string[]) =>
  names.filter((_name, i) => wanted.every((column) => columns[i]?.some((one) => one.toLowerCase() === column)));
const bars = filesWith('open', 'high', 'low', 'close', 'volume');
const quotes = filesWith('bid_close', 'ask_close');
const others = names.filter((name) => !bars.includes(name) && !quotes.includes(name));

describe.skipIf(!here)('the shared bar files', () => {
  it('are all there', () => {
    expect([bars.length, quotes.length]).toEqual([49, 2]);
    expect(Object.keys(listed).filter((name) => !bars.includes(name))).toEqual([]);
  });

  it.each(bars)('%s: the gaps, and the same bars back', { timeout: 120_000 }, async (name) => {
    const options = optionsOf(name);
    const { series, exactTexts, gaps, problems } = await readBarFile(path.join(DATA, name), options);
    expect(problems).toEqual([]);
    const text = gunzipSync(readFileSync(path.join(DATA, name)))
      .toString()
      .trimEnd()
      .split('\n');
    const back = Array.from(series.openTimeMs, (_ms, i) => {
      const bar = exactBar(series, exactTexts, i);
      return [isoText(bar.openTimeMs), bar.open, bar.high, bar.low, bar.close, bar.volume].join(',');
    });
    expect(back.join('\n') === text.slice(1).map(withoutNeedlessZeros).join('\n')).toBe(true);
    if (name.startsWith('equities/') && options.intervalMs < 24 * 60 * MINUTE) return;
    const wanted = listed[name] ?? [];
    const found = gaps.map((gap) => [isoText(gap.fromMs).slice(0, wanted[0]?.[0].length), gap.missingCount]);
    expect(found).toEqual(wanted);
  });

  it('of SPY by the minute miss no minute of regular hours in 2011, as their makers say', async () => {
    for (const name of ['equities/SPY_1m_2011-01.csv.gz', 'equities/SPY_1m_2011-03.csv.gz']) {
      expect((await readBarFile(path.join(DATA, name), optionsOf(name))).gaps).toEqual([]);
    }
  });

  it.each(quotes)('%s: no minute begins or ends crossed; those crossed inside are told', async (name) => {
    const parser = createQuoteParser({ kind: 'quoteBars', nowMs: optionsOf(name).nowMs });
    await readTable(path.join(DATA, name), parser, {});
    const { problems, goodCount, warnings } = parser.finish();
    expect(problems).toEqual([]);
    // Counted in the files by hand: bid high above ask high, bid low above ask low.
    expect(warnings.length).toBe(name.includes('SPY') ? 16 + 9 : 2 + 2);
    expect(goodCount).toBeGreaterThan(2_000);
  });

  it.each(others)('%s: no bars, and refused as such', async (name) => {
    const options = { symbol: 'SPY', intervalMs: 24 * 60 * MINUTE, nowMs: Date.parse('2026-01-01T00:00:00Z') };
    const { problems } = await readBarFile(path.join(DATA, name), options);
    expect([...new Set(problems.map((one) => one.code))]).toEqual(['DATA_COLUMN_MISSING']);
  });
});
