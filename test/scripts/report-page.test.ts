/** The report page: one file, no network, everything escaped; opened in a real browser where one is installed. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../domain/backtest/session-report.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../domain/market/bar-series.ts';
import type { ClosedTrade } from '../../schemas/execution.ts';
import { type ReportPageInput, reportPage, writeReportPage } from '../../scripts/lib/report-page.ts';
import { CANDLES_MAX, chartData, joinBars } from '../../scripts/lib/report-page-data.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);

/** A zigzag of hourly bars; `missingAfter` leaves three bars out. */
function bars(symbol: string, count: number, missingAfter = Number.POSITIVE_INFINITY): BarSeries {
  const rows = Array.from({ length: count }, (_value, i): BarRow => {
    const open = 100 + (i % 7);
    const openTimeMs = START + (i < missingAfter ? i : i + 3) * HOUR;
    return { openTimeMs, open, high: open + 2, low: open - 1, close: open + 1, volume: 10 };
  });
  return seriesFromRows(symbol, HOUR, rows);
}

const trade = (number: number, change: Partial<ClosedTrade> = {}): ClosedTrade => ({
  tradeId: `t${number}`,
  symbol: 'BTC/USDT',
  strategyId: 'momentum',
  side: 'long',
  quantity: '0.5',
  entryAtMs: START + number * HOUR,
  entryPrice: '101',
  exitAtMs: START + (number + 1) * HOUR,
  exitPrice: '103',
  pnl: '1234.5',
  fees: '0.05',
  exitReason: 'signal',
  ...change,
});

const HOSTILE = `</script><script>window.broken = true</script>"><img src=x onerror="window.broken = true">`;

function input(change: Partial<ReportPageInput> = {}, count = 60): ReportPageInput {
  const equity = Array.from({ length: count + 1 }, (_value, i): [number, number] => [
    START + i * HOUR,
    1_000 + (i % 9),
  ]);
  const trades = [trade(3), trade(10, { side: 'short', pnl: '-7', exitReason: 'stop' })];
  const report = buildReport({
    sessionId: 'page-test',
    stoppedBy: 'signal',
    stopReason: HOSTILE,
    strategyType: 'momentum',
    symbols: ['BTC/USDT'],
    barIntervalMs: HOUR,
    bars: count,
    gaps: 1,
    barsMissing: 3,
    decisions: count,
    noDecisionsByReason: {},
    orders: 4,
    fills: 4,
    refusalsByRule: {},
    equityStart: '1000',
    equityEnd: '1006',
    realizedPnl: '6',
    fees: '0.1',
    funding: '0',
    equity: equity.map(([, value]) => value),
    trades,
    modelCostMicroUsd: 0,
    dataHash: 'd'.repeat(64),
    codeVersion: '0.1.0',
  });
  const series = [bars('BTC/USDT', count, 40), bars('DOGE/USDT', count)];
  return { title: 'Momentum <on> BTC & "DOGE"', report, series, trades, equity, ...change };
}

describe('chartData', () => {
  const many = (count: number) => {
    const equity = Array.from({ length: count }, (_value, i): [number, number] => [
      START + i * HOUR,
      1_000 - ([0, 3, 1, 2][i % 4] ?? 0),
    ]);
    return { series: [bars('BTC/USDT', count)], trades: [trade(6)], fills: [], equity };
  };

  it('keeps every bar up to the limit and joins them beyond', () => {
    expect(chartData(many(50), 50)).toMatchObject({ barsPerCandle: 1 });
    const joined = chartData(many(51), 50);
    expect(joined.barsPerCandle).toBe(2);
    expect(joined.symbols[0]?.candles.t).toHaveLength(26);
  });

  it('shows 65,590 bars as candles of four', () => {
    const data = chartData(many(65_590));
    expect(data.barsPerCandle).toBe(4);
    expect(data.symbols[0]?.candles.t.length).toBeLessThanOrEqual(CANDLES_MAX);
  });

  it('joins bars to first open, highest high, lowest low, last close', () => {
    expect(joinBars(bars('BTC/USDT', 4), 2 * HOUR)).toEqual({
      t: [START / 1_000, START / 1_000 + 7_200],
      o: [100, 102],
      h: [103, 105],
      l: [99, 101],
      c: [102, 104],
    });
  });

  it('keeps the deepest drawdown of joined bars, never their mean', () => {
    const data = chartData(many(100), 25);
    expect(data.drawdown.v).toEqual(new Array(25).fill(-0.003));
  });

  it('puts entry and exit on the candle that holds their time', () => {
    const marks = chartData(many(100), 25).symbols[0]?.marks;
    expect(marks?.map(({ t, kind }) => [t, kind])).toEqual([
      [START / 1_000 + 4 * 3_600, 'longEntry'],
      [START / 1_000 + 4 * 3_600, 'win'],
    ]);
  });

  it('marks the entry of a position that is still open, by its fill', () => {
    const fill = {
      venue: 'paper',
      accountId: 'paper-1',
      tradeId: 'f1',
      clientOrderId: 'o1',
      strategyId: 'momentum',
      symbol: 'BTC/USDT',
      side: 'sell' as const,
      quantity: '1',
      price: '104',
      fee: '0',
      atMs: START + 20 * HOUR,
    };
    const earlier = { ...fill, tradeId: 'f0', atMs: START + 6 * HOUR };
    const marks = chartData({ ...many(50), fills: [earlier, fill] }).symbols[0]?.marks;
    expect(marks?.at(-1)).toMatchObject({ kind: 'shortEntry', text: 'short 104, open' });
    expect(marks).toHaveLength(3);
  });

  it('stays empty without bars, trades or wealth', () => {
    expect(chartData({ series: [], trades: [], fills: [], equity: [] })).toMatchObject({
      symbols: [],
      barsPerCandle: 1,
    });
  });
});

describe('the page as text', () => {
  it('escapes whatever comes from outside', async () => {
    const html = await reportPage(input({ series: [bars(HOSTILE, 20), bars('BTC/USDT', 20)] }));
    expect(html).toContain('<h1>Momentum &lt;on&gt; BTC &amp; &quot;DOGE&quot;</h1>');
    expect(html).not.toContain('<script>window.broken');
    expect(html).not.toContain('<img');
  });

  it('needs no other file and forbids every request', async () => {
    const html = await reportPage(input());
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(html).toContain('TradingView Lightweight Charts');
  });

  it('lists gaps by symbol and trades with their profit', async () => {
    const html = await reportPage(input());
    expect(html).toMatch(/<td>BTC\/USDT<\/td><td>2024-01-02 16:00<\/td>\s*<td class="number">3<\/td>/);
    expect(html).toContain('+1,234.50');
    expect(html).toContain('-7.00');
  });

  it('lists the last 200 of many trades, the newest first, under their own numbers', async () => {
    const html = await reportPage(input({ trades: Array.from({ length: 230 }, (_value, i) => trade(i % 50)) }));
    expect(html).toContain('The last 200 of 230 trades');
    expect(html.match(/<tr><td class="number">\d+<\/td><td>BTC/g)?.[0]).toContain('230');
    expect(html).toContain('<tr><td class="number">31</td>');
    expect(html).not.toContain('<tr><td class="number">30</td>');
  });

  it('says so where nothing was traded and nothing is missing', async () => {
    const html = await reportPage(input({ trades: [], series: [bars('BTC/USDT', 20)] }));
    expect(html).toContain('No trade was closed.');
    expect(html).toContain('None: every bar of the range is there.');
  });

  it('tells what wealth did month by month, the start apart', async () => {
    const html = await reportPage(input());
    const table = /<h2 id="months">[\s\S]*?<\/section>/.exec(html)?.[0] ?? '';
    expect(table.match(/<tr><th scope="row">/g)).toHaveLength(1);
    expect(table).toContain('<tr><th scope="row">2024</th><td class="number up">0.60 %</td><td class="number">–</td>');
  });

  it('writes the same bytes twice', async () => {
    expect(await reportPage(input())).toBe(await reportPage(input()));
  });
});

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (browserPath === undefined) console.warn('SKIPPED: no Chromium here, so the report page was read but not opened');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(browserPath === undefined)('the page in a browser', () => {
  let folder = '';
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'report page '));
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: FLAGS });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the page and collects every complaint and every request that leaves the file. */
  async function open(content: ReportPageInput, scheme: 'light' | 'dark' = 'light') {
    const file = path.join(folder, 'deeper', `${scheme}.html`);
    await writeReportPage(file, content);
    const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1_200, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const isOurReading = message.text().includes('willReadFrequently');
      if (!isOurReading) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-ready]', { timeout: 20_000 });
    return { page, complaints, file };
  }

  /** Which colours of the style sheet are seen on the chart: up is that of rising candles, short that of a mark. */
  const coloursSeen = (page: Page) =>
    page.evaluate(`(() => {
      const style = getComputedStyle(document.documentElement);
      const names = ['up', 'down', 'accent', 'short'];
      const colourOf = (name) => parseInt(style.getPropertyValue('--' + name).trim().slice(1), 16);
      const wanted = new Map(names.map((name) => [colourOf(name), name]));
      const seen = new Set();
      for (const canvas of document.querySelectorAll('#chart canvas')) {
        if (canvas.width === 0 || canvas.height === 0) continue;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) seen.add(wanted.get(data[i] << 16 | data[i + 1] << 8 | data[i + 2]));
      }
      return names.filter((name) => seen.has(name));
    })()`);

  it('draws candles, equity and drawdown without a request or a complaint, and runs no planted script', async () => {
    const { page, complaints } = await open(input());
    await page.waitForTimeout(300);
    expect(await coloursSeen(page)).toEqual(['up', 'down', 'accent', 'short']);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    await page.selectOption('#symbol', 'DOGE/USDT');
    await page.click('#last');
    await page.click('#whole');
    await page.waitForTimeout(100);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('draws candles and equity, and no marks, where nothing was traded', async () => {
    const flat = input({ trades: [], equity: [0, 60].map((hour): [number, number] => [START + hour * HOUR, 1_000]) });
    const { page, complaints } = await open(flat);
    await page.waitForTimeout(300);
    const seen = await coloursSeen(page);
    expect(seen).toEqual(expect.arrayContaining(['up', 'accent']));
    expect(seen).not.toContain('short');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('has one first heading, then its sections in order, and tables with captions', async () => {
    const { page } = await open(input());
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Price, equity and drawdown',
      'Figures',
      'Returns by month',
      'Trades',
      'Gaps in the bars',
    ]);
    expect(await page.getByRole('region', { name: 'Trades' }).last().getByRole('row').count()).toBe(3);
    expect(await page.locator('.scroll caption').count()).toBe(3);
    await page.close();
  }, 60_000);

  it('follows the light or dark wish of the reader', async () => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    const [light, dark] = [await open(input()), await open(input(), 'dark')];
    expect(await light.page.evaluate(background)).not.toBe(await dark.page.evaluate(background));
    await Promise.all([light.page.close(), dark.page.close()]);
  }, 60_000);

  it('opens 65,590 bars from a file below 5 MB', async () => {
    const trades = Array.from({ length: 2_000 }, (_value, i) => trade(i * 30));
    const content = input({ trades, series: [bars('BTC/USDT', 65_590)] }, 65_590);
    const { page, complaints, file } = await open(content);
    expect(await page.locator('.bar').textContent()).toContain('Each candle joins 4 bars');
    expect((await readFile(file)).byteLength).toBeLessThan(5_000_000);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);
});
