/**
 * The market of an exam: symbols at a fixed price, with bars up to the last full hour, so that the desk's last close and
 * the venue's price are the same when an experiment begins.
 */
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { seriesFromRows } from '../../domain/market/bar-series.ts';
import { importBars } from '../../scripts/lib/bars/store-bars.ts';

export type ExamSymbol = { readonly symbol: string; readonly price: number };

export const EXAM_SYMBOLS: readonly ExamSymbol[] = [
  { symbol: 'BTC/USD', price: 60_000 },
  { symbol: 'ETH/USD', price: 3_000 },
  { symbol: 'SOL/USD', price: 150 },
  { symbol: 'LTC/USD', price: 80 },
  { symbol: 'AVAX/USD', price: 40 },
  { symbol: 'LINK/USD', price: 20 },
];

/** As many symbols as there may be positions: while an order of one is in doubt, new openings of that one wait. */
export const CROWD_SYMBOLS: readonly ExamSymbol[] = Array.from({ length: 10 }, (_, index) => ({
  symbol: `C${String(index + 1).padStart(2, '0')}/USD`,
  price: 20 + 50 * index,
}));

export const EXAM_INTERVAL_MS = 3_600_000;
const BARS = 60;
/** Half a bar's range, as a fraction of the price: the true range is 1 %. */
const HALF_RANGE = 0.005;

/** Stores the bars of all symbols; the last one closed at the last full hour. */
export async function storeExamBars(databaseUrl: string, symbols: readonly ExamSymbol[]): Promise<void> {
  const db = openDatabase(databaseUrl, { poolSize: 2, applicationName: 'quarterdeck exam' });
  const nowMs = Date.now();
  try {
    for (const one of symbols) {
      const bars = { series: flatSeries(one, nowMs), exactTexts: new Map<number, string>() };
      await importBars(db, { sourceName: 'exam', bars, acceptJumps: true, replace: false, nowMs });
    }
  } finally {
    await closeDatabase(db);
  }
}

function flatSeries({ symbol, price }: ExamSymbol, nowMs: number) {
  const endMs = Math.floor(nowMs / EXAM_INTERVAL_MS) * EXAM_INTERVAL_MS;
  const rows = Array.from({ length: BARS }, (_, index) => ({
    openTimeMs: endMs - (BARS - index) * EXAM_INTERVAL_MS,
    open: price,
    high: price * (1 + HALF_RANGE),
    low: price * (1 - HALF_RANGE),
    close: price,
    volume: 1_000_000,
  }));
  return seriesFromRows(symbol, EXAM_INTERVAL_MS, rows);
}
