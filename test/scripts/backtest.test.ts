/** `npm run backtest`: flags with all mistakes at once, and one document whoever walked the bars, loop or session. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSeries } from '../../activities/session/prepare.ts';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { lastDecisions } from '../../db/decisions.ts';
import { ordersOfSession } from '../../db/orders.ts';
import { activePolicy } from '../../db/policies.ts';
import { readSession } from '../../db/sessions.ts';
import { money, percent, ratio } from '../../domain/backtest/report-text.ts';
import { runBacktest } from '../../domain/backtest/run-backtest.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import type { Order } from '../../schemas/execution.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { askedFigures } from '../../scripts/lib/backtest/asked-figures.ts';
import { backtestDocument, type Walked } from '../../scripts/lib/backtest/document.ts';
import { readBacktestFlags } from '../../scripts/lib/backtest/flags.ts';
import { readSessionOutcome } from '../../scripts/lib/backtest/read-session.ts';
import { loopContext, runLoop } from '../../scripts/lib/backtest/run-loop.ts';
import { importBars } from '../../scripts/lib/bars/store-bars.ts';
import { codesOf } from '../problems-of.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from '../workflows/desk-under-test.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'backtest-script-'));
const HOUR_MS = 3_600_000;
let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true });
});

/** A hole of 33 bars, a bar without volume, and prices that swing enough to trade on. */
function holedFile(): string {
  const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 400, seed: 5 });
  const lines = Array.from(series.openTimeMs, (atMs, i) => {
    const cells = [series.open[i], series.high[i], series.low[i], series.close[i], i === 350 ? 0 : series.volume[i]];
    return `${new Date(atMs).toISOString()},${cells.join(',')}`;
  });
  lines.splice(200, 33);
  const file = path.join(folder, 'holed.csv');
  writeFileSync(file, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
  return file;
}

const configFolder = path.resolve('config');
const CODE = 'in-process';

const loopParts = () => ({
  market: deskMarketData(barReaders(desk.db)),
  configFolder,
  codeVersion: CODE,
  seedIndicators: 'talib' as const,
});

/** Both ways from one command line: [the loop's document, the session's], as the bytes that would be printed. */
async function bothWays(words: string): Promise<{ loop: string; session: string; sessionId: string }> {
  const flags = readBacktestFlags(words.split(' '));
  const { request } = flags;
  const sessionId = freshId('bt');
  const input = parseSessionInput(request, `strategy-session:${sessionId}`, Date.now());
  const { series, ...looped } = await runLoop(input, loopParts());
  await (await desk.startSession(sessionId, request)).result();
  const read = await readSessionOutcome(desk.db, sessionId);
  const told = (walked: Walked): string => {
    const figures = askedFigures(walked, flags, { series, costs: input.costs });
    return JSON.stringify(backtestDocument({ ...walked, figures }));
  };
  return { sessionId, loop: told(looped), session: told(read) };
}

/** The plain loop under the session's own names: what it decides and orders must be the session's, to the byte. */
async function underNamesOf(sessionId: string, words: string) {
  const { request } = readBacktestFlags(words.split(' '));
  const session = await readSession(desk.db, sessionId);
  const policy = await activePolicy(desk.db);
  if (session === undefined || policy === undefined) throw new Error('the session has run');
  const { workflowId, accountId, strategyId } = session;
  const input = parseSessionInput(request, workflowId, Date.now());
  const series = await loadSeries(loopParts().market, input);
  const names = { sessionId, workflowId, accountId, strategyId, policy };
  return runBacktest({ ...loopContext(input, series, loopParts()), ...names }, input.startingCash);
}

/** Orders as they end, without what only one of both ways stamps. */
const ends = (orders: readonly Order[]) =>
  orders
    .map(({ triggeredAtMs, ...order }) => ({ ...order, triggeredAtMs: triggeredAtMs ?? null }))
    .sort((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1));

describe('one step function', () => {
  const cases = [
    ['with a child workflow for each order', '--strategy momentum --params lookback=10,threshold=0.01 --synthetic 300'],
    ['in batches', '--strategy meanReversion --direction longShort --synthetic 1600 --seed 3 --commission bps:12'],
    [
      'on two symbols',
      '--strategy emaCross --symbol BTC/USDT,ETH/USDT --synthetic 1200 --cash 2500.50 --walk-forward 4',
    ],
    [
      'with managed leverage',
      '--strategy momentum --params lookback=10,threshold=0.01 --symbol BTC/USDT,ETH/USDT --synthetic 50 ' +
        '--direction longShort --leverage 10 --target-volatility 2',
    ],
    ['over a hole of 33 bars and a bar without volume', '--strategy momentum --symbol BTC/USDT --interval 1h --bars '],
  ] as const;

  it.each(cases)('gives the same document, decisions and orders %s', async (name, words) => {
    const line = name.startsWith('over') ? `${words}${holedFile()}` : words;
    const { loop, session, sessionId } = await bothWays(line);
    expect(session).toBe(loop);
    const document = JSON.parse(loop);
    expect(document.trades.length).toBeGreaterThan(3);
    expect(document.metrics.tradeCount).toBe(document.trades.length);
    expect(Number(document.metrics.slippage)).toBeGreaterThan(0);
    expect(document.walkForward?.folds.length).toBe(line.includes('--walk-forward') ? 4 : undefined);
    const walked = await underNamesOf(sessionId, line);
    expect(await lastDecisions(desk.db, sessionId, 10_000)).toEqual(walked.decisions.map((one) => one.decision));
    expect(ends(await ordersOfSession(desk.db, sessionId))).toEqual(ends([...walked.orders.values()]));
    const leverages = new Set([...walked.orders.values()].map(({ leverage }) => leverage));
    expect([...leverages].sort()).toEqual(line.includes('--leverage') ? [1, 3] : [1]);
  });

  it('reads stored bars, from and to, alike', async () => {
    const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 900, seed: 9 });
    const bars = { series, exactTexts: new Map<number, string>() };
    await importBars(desk.db, { sourceName: 'test', bars, acceptJumps: true, replace: true, nowMs: Date.now() });
    const range = '--from 2024-01-05 --to 2024-02-01T00:00:00Z';
    const { loop, session } = await bothWays(`--strategy smaCross --symbol BTC/USDT --interval 1h ${range}`);
    expect(session).toBe(loop);
    expect(JSON.parse(loop)).toMatchObject({ ok: true, bars: 27 * 24 });
    expect(JSON.parse(loop).equity[0][0]).toBe(Date.parse('2024-01-05T01:00:00Z'));
  });
});

describe('the flags', () => {
  const refusals = (words: string): string[] => codesOf(() => readBacktestFlags(words.split(' ')));

  it('open an account of 10,000 and walk long only under the costs of the desk, unless told otherwise', () => {
    const { request, via, stored } = readBacktestFlags(
      '--strategy momentum --symbol BTC/USDT --interval 4h'.split(' '),
    );
    expect([via, stored]).toEqual(['loop', true]);
    expect(request).toMatchObject({
      startingCash: '10000',
      direction: 'longOnly',
      barIntervalMs: 14_400_000,
      costs: { commissionBps: 5, slippageBps: 2, halfSpreadBps: 1 },
      market: { source: 'replay' },
    });
  });

  it('of a pair mean long and short unless told otherwise', () => {
    const words = '--strategy pairsTrading --symbol BTC/USDT,ETH/USDT --interval 1h';
    expect(readBacktestFlags(words.split(' ')).request.direction).toBe('longShort');
    expect(readBacktestFlags(`${words} --direction longOnly`.split(' ')).request.direction).toBe('longOnly');
  });

  it('are refused together, each with its place', () => {
    const words = '--strategy momentom --params lookback=a --cash 1e4 --synthetic 0 --from 2024-01-01';
    expect(refusals(`${words} --max-hold 1.5 --commission percent:1`).sort()).toEqual([
      'ARGUMENT_VALUE --cash',
      'ARGUMENT_VALUE --commission',
      'ARGUMENT_VALUE --from',
      'ARGUMENT_VALUE --max-hold',
      'ARGUMENT_VALUE --strategy',
      'ARGUMENT_VALUE --synthetic',
    ]);
    expect(refusals('--strategy momentum --synthetic 10 --walk-forward 0')).toEqual(['ARGUMENT_VALUE --walk-forward']);
    expect(refusals('--strategy momentum --params lookbak=3,threshold=7 --synthetic 10')).toEqual([
      'INPUT_RANGE --params.threshold',
      'INPUT_UNKNOWN_FIELD --params.lookbak',
    ]);
    expect(refusals('')).toEqual([
      'ARGUMENT_UNKNOWN argument',
      'ARGUMENT_MISSING --strategy',
      'ARGUMENT_MISSING --symbol',
      'ARGUMENT_MISSING --interval',
    ]);
  });

  it('that only the engine can serve take a run to it, and out of the desk’s rules', () => {
    const base = '--strategy momentum --synthetic 10';
    const asked = [
      '--fill close',
      '--size fraction:0.95',
      '--close-last open',
      '--commission perShare:0.005:1',
      '--rules none',
    ];
    for (const flag of asked) {
      const { via, engine } = readBacktestFlags(`${base} ${flag}`.split(' '));
      expect([via, engine.rules]).toEqual(['engine', 'none']);
      expect(refusals(`${base} ${flag} --via session`)).toEqual(['ARGUMENT_VALUE --via']);
    }
    expect(readBacktestFlags(`${base} --via engine`.split(' '))).toMatchObject({
      via: 'engine',
      engine: { rules: 'desk' },
    });
    for (const flag of asked.filter((one) => !one.startsWith('--rules'))) {
      // Under the desk's rules too it is the engine that knows them: the loop would walk as if they had not been given.
      const { via, engine } = readBacktestFlags(`${base} ${flag} --rules desk`.split(' '));
      expect([via, engine.rules]).toEqual(['engine', 'desk']);
      expect(refusals(`${base} ${flag} --rules desk --via loop`)).toEqual(['ARGUMENT_VALUE --via']);
    }
    const held = '--leverage 3 --target-volatility 0.4';
    expect(refusals(`${base} ${held} --via engine`)).toEqual([]);
    expect(refusals(`${base} ${held} --size fraction:0.95`)).toEqual(['ARGUMENT_VALUE --target-volatility']);
    expect(refusals(`${base} --target-volatility 0.4`)).toEqual(['ARGUMENT_VALUE --target-volatility']);
    expect(refusals('--strategy ./no-such-strategy.ts --synthetic 10')).toEqual(['ARGUMENT_VALUE --strategy']);
    expect(refusals(`${base} --commission perShare:x --size wholeShares:0`)).toEqual([
      'ARGUMENT_VALUE --commission',
      'ARGUMENT_VALUE --size',
    ]);
    expect(refusals('--strategy pairsTrading --symbol A/B,C/D --interval 1h --via engine')).toEqual([
      'ARGUMENT_VALUE --via',
    ]);
    expect(refusals(`${base} --via session --seed-indicators stockcharts`)).toEqual([
      'ARGUMENT_VALUE --seed-indicators',
    ]);
    expect(refusals(`${base} --fill nextOpen --close-last keep --seed-indicators stockcharts`)).toEqual([]);
  });
});

type Part = { returnFraction: number; sharpe: number };

describe('the command', () => {
  const backtest = (words: string) => {
    const script = path.resolve('scripts/run.mjs');
    const args = [script, 'backtest', ...words.split(' ')];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    return { status, stdout };
  };

  it('needs nothing that runs, prints one whole document, twice the same, and a page', () => {
    const page = path.join(folder, 'page.html');
    const line = `--strategy momentum --synthetic 3000 --seed 7 --json --html ${page}`;
    const [first, second] = [backtest(line), backtest(line)];
    expect(first.status).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    const document = JSON.parse(first.stdout);
    expect(Object.keys(document)).toEqual([
      ...[
        'ok',
        'dataHash',
        'codeVersion',
        'resultHash',
        'bars',
        'trades',
        'equity',
        'metrics',
        'orders',
        'fills',
        'via',
        'rules',
      ],
    ]);
    expect(document.equity).toHaveLength(3_000);
    expect(document.metrics.finalEquity).toBe(document.equity.at(-1)[1]);
    expect(readFileSync(page, 'utf8')).toContain('momentum on BTC/USDT');
    const other = JSON.parse(backtest(`${line} --seed-indicators stockcharts --cash 20000`).stdout);
    expect(other.resultHash).not.toBe(document.resultHash);
    expect(other.dataHash).toBe(document.dataHash);
  });

  it('runs a strategy file that lies outside the project, and tells what it throws', () => {
    const file = path.join(folder, 'anywhere.ts');
    const source = (decide: string) => `const name: string = 'anywhere'; export default { name, decide: ${decide} };`;
    writeFileSync(file, source(`() => ({ action: 'buy' })`));
    const line = `--strategy ${file} --synthetic 300 --json`;
    const { status, stdout } = backtest(line);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ bars: 300, fills: 1, via: 'engine', rules: 'none' });
    writeFileSync(file, source(`({ i }) => { throw new Error('at ' + i); }`));
    const refused = backtest(line);
    expect(refused.status).toBe(2);
    const problems = [{ code: 'STRATEGY_FILE_INVALID', path: 'decide[0]', got: '"Error: at 0"' }];
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, problems });
  });

  it.each(['loop', 'engine'])(
    'shows the figures of the document, regimes and folds among them, on its page: %s',
    (via) => {
      const page = path.join(folder, `${via}.html`);
      const words = `--strategy momentum --params lookback=10,threshold=0.01 --synthetic 900 --walk-forward 2 --via ${via}`;
      const { metrics, walkForward } = JSON.parse(backtest(`${words} --json --html ${page}`).stdout);
      const html = readFileSync(page, 'utf8');
      const shown = (label: string) =>
        new RegExp(`<th scope="row">${label}</th>(?:<td class="number">[^<]*</td>)+`)
          .exec(html)?.[0]
          .match(/(?<=">)[^<]+/g);
      expect(shown('Mean exposure')).toEqual(['Mean exposure', percent(metrics.exposureFractionMean)]);
      expect(shown('Spread and slippage, in the prices')?.[1]).toBe(money(metrics.slippage));
      expect(shown('Sortino ratio')?.[1]).toBe(ratio(metrics.sortino));
      expect(Object.keys(metrics.byRegime)).toEqual(['bear', 'bull', 'sideways', 'unknown']);
      const cells = (bars: number, one: Part) => [String(bars), percent(one.returnFraction), ratio(one.sharpe)];
      for (const [name, one] of Object.entries<Part & { bars: number }>(metrics.byRegime)) {
        expect(shown(name)?.slice(1, 4)).toEqual(cells(one.bars, one));
      }
      expect(walkForward.folds).toHaveLength(2);
      expect(shown('all tests')?.slice(1, 4)).toEqual(cells(600, walkForward.outOfSample.metrics));
      const { test } = walkForward.folds[1];
      const days = [test.fromMs, test.toMs].map((ms: number) => new Date(ms).toISOString().slice(0, 10)).join(' to ');
      expect(shown(days)?.slice(1, 4)).toEqual(cells(300, test.metrics));
    },
  );

  it('refuses as many folds as bars', () => {
    const refused = backtest('--strategy momentum --synthetic 20 --walk-forward 20 --json');
    const { ok, problems } = JSON.parse(refused.stdout);
    expect([refused.status, ok, problems[0].path]).toEqual([2, false, 'walkForward']);
  });

  it('prints a table for people, and ends with 2 on a mistake', () => {
    expect(backtest('--strategy buyAndHold --synthetic 300').stdout).toMatch(/Equity at the end .* USD/);
    const refused = backtest('--strategy nothing --synthetic 300 --json');
    expect([refused.status, JSON.parse(refused.stdout).ok]).toEqual([2, false]);
  });
});
