/** Stored news: what was not known at an instant stays unread there, and a revised item does not rewrite the past. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { lookAtNews, readNews, readTopicTrend, saveNews } from '../../db/news.ts';
import type { NewsItem } from '../../schemas/news.ts';
import { type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from './desk-database.ts';

const DAY_MS = 24 * HOUR_MS;
let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.db.deleteFrom('news_items').execute();
});

const item = (change: Partial<NewsItem> = {}): NewsItem => ({
  source: 'wire',
  url: 'https://news.example/1',
  headline: 'Bank shares plunge after credit downgrade',
  summary: '',
  symbols: ['BANK'],
  publishedAtMs: START_MS,
  knownAtMs: START_MS,
  social: false,
  ...change,
});
const ask = (asOfMs: number, symbol: string | null = null) =>
  readNews(desk.db, { symbol, fromMs: START_MS - 30 * DAY_MS, toMs: START_MS + 30 * DAY_MS, asOfMs });

it('keeps an item whole, with its sentiment and topics', async () => {
  const told = item({
    summary: 'A "quoted" text; with signs ü €',
    symbols: ['BANK', 'BTC/USD'],
    social: true,
    url: null,
  });
  expect(await saveNews(desk.db, [told])).toEqual({ inserted: 1, same: 0 });
  const { items } = await ask(START_MS);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject(told);
  expect(items[0]?.sentiment).toBe('negative');
  expect(items[0]?.topics).toContain('analystRating');
});

it('refuses what was published before and learned after, and says so by id only', async () => {
  await saveNews(desk.db, [item({ headline: 'CANARY takeover', knownAtMs: START_MS + HOUR_MS })]);
  const before = await ask(START_MS + HOUR_MS - 1);
  expect(before.items).toEqual([]);
  expect(before.refused).toEqual([{ newsId: expect.any(String), code: 'KNOWN_LATER' }]);
  expect(JSON.stringify(before)).not.toContain('CANARY');
  expect((await ask(START_MS + HOUR_MS)).items).toHaveLength(1);
});

it('refuses what was published later', async () => {
  await saveNews(desk.db, [item({ publishedAtMs: START_MS + HOUR_MS, knownAtMs: START_MS + HOUR_MS })]);
  expect((await ask(START_MS)).refused.map(({ code }) => code)).toEqual(['PUBLISHED_LATER']);
});

it('reads the version of a story that was known then', async () => {
  await saveNews(desk.db, [item()]);
  const revised = item({ headline: 'Bank shares recover', knownAtMs: START_MS + HOUR_MS });
  expect(await saveNews(desk.db, [revised])).toEqual({ inserted: 1, same: 0 });
  const headlines = async (asOfMs: number) => (await ask(asOfMs)).items.map(({ headline }) => headline);
  expect(await headlines(START_MS)).toEqual(['Bank shares plunge after credit downgrade']);
  expect(await headlines(START_MS + HOUR_MS)).toEqual(['Bank shares recover']);
});

it('stores the same once, also from several importers at once; a return to the first wording again', async () => {
  const batch = Array.from({ length: 20 }, (_, i) => item({ url: `https://news.example/${i}` }));
  const results = await Promise.all([1, 2, 3, 4].map(() => saveNews(desk.db, batch)));
  expect(results.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(20);
  const again = [1, 2].map((hours) =>
    item({ headline: `Wording ${hours % 2}`, knownAtMs: START_MS + hours * HOUR_MS }),
  );
  await saveNews(desk.db, again);
  await saveNews(desk.db, [item({ headline: 'Wording 1', knownAtMs: START_MS + 3 * HOUR_MS })]);
  expect((await ask(START_MS + 3 * HOUR_MS)).items.filter(({ headline }) => headline === 'Wording 1')).toHaveLength(1);
});

it('finds a pair by the names that vendors use, and nothing else', async () => {
  const named = (symbols: string[], n: number) => item({ url: `https://news.example/${n}`, symbols });
  await saveNews(desk.db, [named(['BTCUSD'], 1), named(['BTC'], 2), named(['ETHUSD'], 3), named([], 4)]);
  expect((await ask(START_MS, 'BTC/USDT')).items).toHaveLength(2);
  expect((await ask(START_MS)).items).toHaveLength(4);
});

it('says what the news said together, and counts what it left out', async () => {
  await saveNews(desk.db, [
    item({ url: 'https://a.example/1', source: 'a', headline: 'Shares surge' }),
    item({ url: 'https://b.example/1', source: 'b', headline: 'Profit rises' }),
    item({ url: 'https://c.example/1', source: 'c', headline: 'Shares plunge', knownAtMs: START_MS + HOUR_MS }),
  ]);
  const range = { fromMs: START_MS - DAY_MS, toMs: START_MS, asOfMs: START_MS };
  const look = await lookAtNews(desk.db, { symbol: 'BANK', ...range });
  expect(look).toMatchObject({ label: 'positive', itemCount: 2, sourceCount: 2, withheldCount: 1 });
  expect(look.headlines.toSorted()).toEqual(['Profit rises', 'Shares surge']);
});

it('counts topics over 1, 7 and 30 days', async () => {
  const told = (daysAgo: number) => {
    const ms = START_MS - daysAgo * DAY_MS;
    return item({ url: `https://n.example/${daysAgo}`, headline: 'Profit report', publishedAtMs: ms, knownAtMs: ms });
  };
  await saveNews(desk.db, [0, 0.5, 3, 20, 31].map(told));
  const trend = await readTopicTrend(desk.db, START_MS);
  expect(trend).toContainEqual({ topic: 'earnings', days1: 2, days7: 3, days30: 4 });
});

it('is written once: the role of the workers cannot change it', async () => {
  const { rows } = await desk.db
    .selectNoFrom((eb) => [
      eb
        .fn<boolean>('has_table_privilege', [eb.val('quarterdeck_app'), eb.val('news_items'), eb.val('update')])
        .as('may'),
    ])
    .execute()
    .then((rows) => ({ rows }));
  expect(rows).toEqual([{ may: false }]);
});
