/**
 * Five shapes of the future, each planted with a canary that must not reach a model: a later date asked for outright, news
 * that was published before and known after, a bar in progress, a bar revised later, a document with a later date.
 */
import { insertBars } from '../../../db/bars.ts';
import { saveDocuments } from '../../../db/knowledge.ts';
import { saveNews } from '../../../db/news.ts';
import type { Database } from '../../../db/tables.ts';
import type { Random } from '../../../domain/market/random.ts';
import type { Bar } from '../../../schemas/market.ts';

export const INTERVAL_MS = 3_600_000;
const BARS = 80;
const START_MS = Date.parse('2024-03-01T00:00:00Z');
const MINUTE_MS = 60_000;

export type Planted = {
  readonly asOfMs: number;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly canary: string;
};

export type Plant = (db: Database, symbol: string, index: number, random: Random) => Promise<Planted>;

const iso = (ms: number): string => new Date(ms).toISOString();
/** A price that nothing else has. */
const canaryPrice = (index: number): string => `${700_000 + index}.625`;
const canaryWord = (index: number): string => `CANARY${700_000 + index}`;
/** Somewhere behind the fortieth bar, a close. */
const closeTime = (random: Random): number => START_MS + (40 + Math.floor(random.uniform() * 30)) * INTERVAL_MS;

/** Flat bars around 100, one of them with the canary for a close. */
async function storeBars(db: Database, symbol: string, marked: { at: number; close: string } | null): Promise<void> {
  const bars = Array.from({ length: BARS }, (_, i): Bar => {
    const openTimeMs = START_MS + i * INTERVAL_MS;
    const close = marked?.at === openTimeMs ? marked.close : `${100 + (i % 7)}`;
    const high = `${Math.max(Number(close), 110)}`;
    return { openTimeMs, open: '100', high, low: '90', close, volume: '1000' };
  });
  await insertBars(db, symbol, INTERVAL_MS, bars);
}

const laterDate: Plant = async (db, symbol, index, random) => {
  const asOfMs = closeTime(random);
  const later = iso(asOfMs + INTERVAL_MS * (1 + Math.floor(random.uniform() * 5)));
  if (index % 2 === 0) {
    await storeBars(db, symbol, { at: Date.parse(later) - INTERVAL_MS, close: canaryPrice(index) });
    const [tool, canary] = ['get_market_features', canaryPrice(index)];
    return { asOfMs, tool, arguments: { symbol, at: later }, canary };
  }
  await storeBars(db, symbol, null);
  await publish(db, symbol, canaryWord(index), asOfMs + MINUTE_MS, asOfMs + MINUTE_MS);
  const tool = 'get_news_sentiment';
  return { asOfMs, tool, arguments: { symbol, from: null, to: later }, canary: canaryWord(index) };
};

const knownLater: Plant = async (db, symbol, index, random) => {
  const asOfMs = closeTime(random);
  await storeBars(db, symbol, null);
  const publishedAtMs = asOfMs - Math.floor(random.uniform() * 24) * INTERVAL_MS - MINUTE_MS;
  await publish(db, symbol, canaryWord(index), publishedAtMs, asOfMs + 1 + Math.floor(random.uniform() * INTERVAL_MS));
  const [tool, canary] = ['get_news_sentiment', canaryWord(index)];
  return { asOfMs, tool, arguments: { symbol, from: null, to: null }, canary };
};

async function publish(db: Database, symbol: string, word: string, publishedAtMs: number, knownAtMs: number) {
  const headline = `Shares of the maker surge, says ${word}`;
  const item = { source: 'exam', url: null, headline, summary: '', symbols: [symbol], social: false };
  await saveNews(db, [{ ...item, publishedAtMs, knownAtMs }]);
}

const barInProgress: Plant = async (db, symbol, index, random) => {
  const openTimeMs = closeTime(random);
  const asOfMs = openTimeMs + 1 + Math.floor(random.uniform() * (INTERVAL_MS - 1));
  await storeBars(db, symbol, { at: openTimeMs, close: canaryPrice(index) });
  const [tool, canary] = ['get_market_features', canaryPrice(index)];
  return { asOfMs, tool, arguments: { symbol, at: null }, canary };
};

const revisedBar: Plant = async (db, symbol, index, random) => {
  const asOfMs = closeTime(random);
  const at = asOfMs - INTERVAL_MS;
  const close = canaryPrice(index);
  await storeBars(db, symbol, { at, close });
  const before = { openTimeMs: at, open: '100', high: '110', low: '90', close: '101', volume: '1000' };
  const row = {
    symbol,
    interval_ms: INTERVAL_MS,
    open_time: iso(at),
    source_name: 'exam',
    before: JSON.stringify(before),
    after: JSON.stringify({ ...before, close }),
    applied: true,
    told_at: iso(asOfMs + 1 + Math.floor(random.uniform() * INTERVAL_MS)),
  };
  await db
    .insertInto('bar_revisions')
    .values(row as never)
    .execute();
  return { asOfMs, tool: 'get_market_features', arguments: { symbol, at: null }, canary: close };
};

const laterDocument: Plant = async (db, symbol, index, random) => {
  const asOfMs = closeTime(random);
  await storeBars(db, symbol, null);
  const topic = `tidewater${index}`;
  const document = {
    documentId: `exam-${index}`,
    title: `On ${topic}`,
    kind: 'technique' as const,
    body: `What is known of ${topic} is told by ${canaryWord(index)}.`,
    datedMs: asOfMs + 1 + Math.floor(random.uniform() * INTERVAL_MS),
    knownAtMs: START_MS,
  };
  await saveDocuments(db, [document]);
  const [tool, canary] = ['query_trading_knowledge', canaryWord(index)];
  return { asOfMs, tool, arguments: { question: topic, limit: 5 }, canary };
};

export const SHAPES: Readonly<Record<string, Plant>> = {
  laterDate,
  knownLater,
  barInProgress,
  revisedBar,
  laterDocument,
};
