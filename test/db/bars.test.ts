/** Stored bars: exact in, exact out, idempotent by key, and quick enough for a whole file at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { barRange, deleteBars, insertBars, readBars, readExactBars } from '../../db/bars.ts';
import { listDataSets, quarantineReasons, saveDataSet } from '../../db/data-sets.ts';
import type { Bar } from '../../schemas/market.ts';
import { type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

const aBar = (index: number, change: Partial<Bar> = {}): Bar => ({
  openTimeMs: START_MS + index * HOUR_MS,
  open: '42000.1',
  high: '42100.25',
  low: '41900.00000001',
  close: '42050',
  volume: '0',
  ...change,
});

it('keeps a bar digit by digit and gives the nearest doubles for indicators', async () => {
  const exact = aBar(0, { volume: '123456789012345678901234567890.12345678', open: '0.1' });
  await insertBars(desk.db, 'EXACT', HOUR_MS, [exact]);
  expect(await readExactBars(desk.db, 'EXACT', HOUR_MS, null, null)).toEqual([exact]);
  const series = await readBars(desk.db, 'EXACT', HOUR_MS, null, null);
  expect(series.open[0]).toBe(0.1);
  expect(series.low[0]).toBe(41_900.00000001);
  expect(series.openTimeMs[0]).toBe(START_MS);
});

it('stores the same bars once, and counts those whose values differ', async () => {
  const bars = [aBar(0), aBar(1), aBar(2)];
  expect(await insertBars(desk.db, 'AGAIN', HOUR_MS, bars)).toEqual({ inserted: 3, changed: 0, same: 0 });
  expect(await insertBars(desk.db, 'AGAIN', HOUR_MS, bars)).toEqual({ inserted: 0, changed: 0, same: 3 });
  const other = [aBar(1), aBar(2, { close: '42051' }), aBar(3)];
  expect(await insertBars(desk.db, 'AGAIN', HOUR_MS, other)).toEqual({ inserted: 1, changed: 1, same: 1 });
  expect((await readExactBars(desk.db, 'AGAIN', HOUR_MS, null, null)).map((bar) => bar.close)).toEqual([
    '42050',
    '42050',
    '42051',
    '42050',
  ]);
});

it('reads from (inclusive) to (exclusive), in order of time, one interval and symbol only', async () => {
  await insertBars(
    desk.db,
    'RANGE',
    HOUR_MS,
    [3, 1, 2, 0].map((index) => aBar(index)),
  );
  await insertBars(desk.db, 'RANGE', 60_000, [aBar(1)]);
  const series = await readBars(desk.db, 'RANGE', HOUR_MS, START_MS + HOUR_MS, START_MS + 3 * HOUR_MS);
  expect([...series.openTimeMs]).toEqual([START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]);
  const range = await barRange(desk.db, 'RANGE', HOUR_MS);
  expect(range).toEqual({ fromMs: START_MS, toMs: START_MS + 3 * HOUR_MS, count: 4 });
  expect(await deleteBars(desk.db, 'RANGE', HOUR_MS)).toBe(4);
  expect(await barRange(desk.db, 'RANGE', HOUR_MS)).toBeUndefined();
  expect((await readBars(desk.db, 'RANGE', HOUR_MS, null, null)).close).toHaveLength(0);
});

it('takes in and gives out 65,590 bars (times printed, not judged)', async () => {
  const bars = Array.from({ length: 65_590 }, (_, index) => aBar(index, { close: `${40_000 + index / 100}` }));
  const writtenFrom = performance.now();
  expect((await insertBars(desk.db, 'BTC/USDT', HOUR_MS, bars)).inserted).toBe(65_590);
  const readFrom = performance.now();
  const series = await readBars(desk.db, 'BTC/USDT', HOUR_MS, null, null);
  const readMs = performance.now() - readFrom;
  console.info(`65,590 bars: written in ${Math.round(readFrom - writtenFrom)} ms, read in ${Math.round(readMs)} ms`);
  expect(series.close[65_589]).toBe(40_655.89);
});

it('keeps what is known of a data set', async () => {
  const dataSet = {
    symbol: 'BTC/USDT',
    intervalMs: HOUR_MS,
    origins: [],
    sourceName: 'BTCUSDT_spot_1h.csv.gz',
    rowCount: 65_590,
    gaps: [{ fromMs: START_MS, missingCount: 33 }],
    quarantined: 'DATA_JUMP',
    dataHash: 'abc',
    importedAtMs: START_MS,
  };
  await saveDataSet(desk.db, dataSet);
  const accepted = { ...dataSet, quarantined: null, gaps: [] };
  await saveDataSet(desk.db, { ...dataSet, symbol: 'ADA/USDT' });
  await saveDataSet(desk.db, accepted);
  expect(await listDataSets(desk.db)).toEqual([{ ...dataSet, symbol: 'ADA/USDT' }, accepted]);
});

it('quarantines a symbol, whichever interval the reason was found in', async () => {
  const quarantined = (symbol: string, intervalMs: number, reason: string | null) =>
    saveDataSet(desk.db, {
      ...{
        symbol,
        intervalMs,
        sourceName: 'a.csv',
        origins: [],
        rowCount: 1,
        gaps: [],
        dataHash: 'abc',
        importedAtMs: START_MS,
      },
      quarantined: reason,
    });
  await quarantined('SPY', HOUR_MS, null);
  await quarantined('SPY', 24 * HOUR_MS, 'DATA_JUMP: a split');
  await quarantined('QQQ', HOUR_MS, 'DATA_JUMP: an hour');
  await quarantined('QQQ', 24 * HOUR_MS, 'DATA_JUMP: a day');
  await quarantined('IWM', HOUR_MS, null);
  expect([...(await quarantineReasons(desk.db, ['SPY', 'QQQ', 'IWM'], HOUR_MS))].sort()).toEqual([
    ['QQQ', 'DATA_JUMP: an hour'],
    ['SPY', '1d bars: DATA_JUMP: a split'],
  ]);
  await quarantined('SPY', 24 * HOUR_MS, null);
  expect((await quarantineReasons(desk.db, ['SPY'], HOUR_MS)).size).toBe(0);
});
