/** Days of bars that nobody else keeps: those of a file before a session begins, and those it walks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pastDays, walkedDays } from '../../activities/session/walked-days.ts';
import { replayMarketData } from '../../adapters/market-data/replay-market-data.ts';
import { timelineOf } from '../../domain/backtest/walk-context.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2024-01-01T00:00:00Z');
const FIRST_DAY = START_MS / DAY_MS;
const NOW_MS = START_MS + 30 * DAY_MS;
const never = (): never => {
  throw new Error('nothing is stored');
};
const market = replayMarketData({
  readBars: never,
  listDataSets: never,
  storedDataHash: never,
  nowMs: () => NOW_MS,
});
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-days-'));
  file = path.join(folder, 'hours.csv');
  const hours = Array.from({ length: 96 }, (_, i) => {
    const at = new Date(START_MS + i * 3_600_000).toISOString();
    return `${at},${100 + i},${101 + i},${99 + i},${100 + i},${1_000 + i}`;
  });
  writeFileSync(file, ['timestamp,open,high,low,close,volume', ...hours].join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const input = (source: object, tradingMode = 'paper') =>
  parseSessionInput(
    {
      ...{ accountId: 'paper-1', strategy: 'momentum', symbols: ['OWN/USDT'], barIntervalMs: 3_600_000 },
      ...{ tradingMode, market: source },
    },
    'strategy-session:days',
    NOW_MS,
  );

it('tells the days of the file before its first bar, and the part of a day that it begins in', async () => {
  const source = { source: 'replay', file, from: '2024-01-03T12:00:00Z' };
  expect(await pastDays(market, input(source))).toEqual([
    {
      symbol: 'OWN/USDT',
      days: [
        { day: FIRST_DAY, close: 123, volume: 1_023 },
        { day: FIRST_DAY + 1, close: 147, volume: 1_047 },
        { day: FIRST_DAY + 2, close: 159, volume: 1_059 },
      ],
    },
  ]);
  expect(await pastDays(market, input({ source: 'replay', file, from: '2024-01-01T00:00:00Z' }))).toEqual([]);
  expect(await pastDays(market, input(source, 'backtest'))).toEqual([]);
});

it('tells the days that were walked, up to the bar that was the last one', async () => {
  const walked = input({ source: 'replay', file });
  const request = { source: walked.market, symbol: 'OWN/USDT', intervalMs: 3_600_000, seed: 1 };
  const series = [await market.load(request)];
  const prepared = { series, timeline: timelineOf(series), markets: new Map() };
  const days = (from: number, until: number) =>
    walkedDays(walked, prepared, from, until).flatMap((one) => one.days.map(({ day, close }) => [day, close]));
  expect(days(20, 26)).toEqual([
    [FIRST_DAY, 123],
    [FIRST_DAY + 1, 125],
  ]);
  expect(days(26, 26)).toEqual([]);
  expect(walkedDays(input({ source: 'replay' }), prepared, 0, 26)).toEqual([]);
});
