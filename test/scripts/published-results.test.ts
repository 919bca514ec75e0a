/**
 * Results that others published, through `npm run backtest` itself: backtesting.py's averages on GOOG, Lean's buy and
 * hold and MACD on SPY. Prices are those of the shared reference data; where it is absent this is told and skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { decimalText, toDecimal } from '../../domain/decimal.ts';

const shared = (name: string): string => path.resolve(process.cwd(), '../shared', name);
const GOOG = shared('data/reference/backtest/GOOG.csv.gz');
const SPY = shared('data/equities/SPY_1d_raw.csv.gz');
const FACTORS = shared('data/equities/SPY_factors.json');
const GOLDEN = shared('golden/reference/backtest_goog_sma.json');
const here = [GOOG, SPY, FACTORS, GOLDEN].every((file) => existsSync(file));
if (!here) console.warn('SKIPPED: the reference prices are not here, published results are not compared');

const folder = mkdtempSync(path.join(tmpdir(), 'published-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (file: string): string => gunzipSync(readFileSync(file)).toString('utf8');

/** The file's first column has no name. */
function googFile(): string {
  const file = path.join(folder, 'goog.csv');
  writeFileSync(file, `time${text(GOOG)}`);
  return file;
}

type Factor = { date: string; price_factor: number };

/** Prices times the factor of their day, as Lean adjusts them. */
function spyFile(): string {
  const { rows }: { rows: Factor[] } = JSON.parse(readFileSync(FACTORS, 'utf8'));
  const [header, ...lines] = text(SPY).trim().split('\n');
  const adjusted = lines.map((line) => {
    const [time = '', ...cells] = line.split(',');
    const factor = toDecimal(rows.find(({ date }) => date >= time.slice(0, 10))?.price_factor ?? 1);
    return [time, ...cells.slice(0, 4).map((cell) => decimalText(toDecimal(cell).times(factor))), cells[4]].join(',');
  });
  const file = path.join(folder, 'spy.csv');
  writeFileSync(file, [header, ...adjusted].join('\n'));
  return file;
}

function backtest(words: string) {
  const args = [path.resolve('scripts/run.mjs'), 'backtest', ...words.split(' '), '--json'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const cents = (amount: string): string => Number(amount).toFixed(2);

describe.skipIf(!here)('published results', { timeout: 120_000 }, () => {
  const crosses =
    '--strategy examples/strategies/sma-turn.ts --direction longShort --size wholeShares:0.9999 --slippage bps:0';

  it('of backtesting.py: SMA 10/30 on GOOG, 66 trades, 51,422.99, trade by trade', () => {
    const found = backtest(
      `${crosses} --symbol GOOG --interval 1d --bars ${googFile()} --commission bps:0 --close-last open`,
    );
    expect([found.metrics.tradeCount, cents(found.metrics.finalEquity)]).toEqual([66, '51422.99']);
    const golden: { dates: string[]; trades: Record<string, number>[] } = JSON.parse(readFileSync(GOLDEN, 'utf8'));
    const expected = golden.trades.map(({ size = 0, entry, exit, entry_bar = 0, exit_bar = 0 }) => [
      size > 0 ? 'long' : 'short',
      Math.abs(size),
      entry,
      exit,
      golden.dates[entry_bar],
      golden.dates[exit_bar],
    ]);
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const trades = found.trades.map((one: Record<string, never>) => [
      one.side,
      Number(one.quantity),
      Number(one.entryPrice),
      Number(one.exitPrice),
      day(Number(one.entryAtMs)),
      day(Number(one.exitAtMs)),
    ]);
    expect(trades.slice(0, expected.length)).toEqual(expected);
  });

  it('of backtesting.py: SMA 10/20 with a commission of 0.2 % on GOOG, 93 trades, 68,935.12', () => {
    const words = `--symbol GOOG --interval 1d --bars ${googFile()} --params slow=20 --commission percent:0.002`;
    const { metrics, via, rules } = backtest(`${crosses} ${words}`);
    expect([metrics.tradeCount, cents(metrics.finalEquity)]).toEqual([93, '68935.12']);
    expect(metrics.drawdownFractionMax).toBeCloseTo(0.3308, 4);
    expect([via, rules]).toEqual(['engine', 'none']);
  });

  const lean = '--symbol SPY --interval 1d --cash 100000 --commission perShare:0.005:1 --slippage bps:0';
  const setHoldings = '--size wholeShares:0.9975:decision --seed-indicators stockcharts';

  it('of Lean: buy and hold SPY for eight days, 104,486.22, by name and by file', () => {
    const range = `--bars ${spyFile()} --from 2013-10-08 --to 2013-10-18`;
    for (const strategy of ['buyAndHold', 'examples/strategies/buy-and-hold.ts']) {
      const { metrics, fills } = backtest(`--strategy ${strategy} ${lean} ${setHoldings} ${range}`);
      expect([cents(metrics.finalEquity), fills]).toEqual(['104486.22', 1]);
    }
  });

  it('of Lean: MACD on SPY over eleven years, 84 fills, 137,751.04', () => {
    const range = `--bars ${spyFile()} --from 2004-01-01 --to 2015-01-01`;
    const { metrics, fills } = backtest(`--strategy examples/strategies/macd-trend.ts ${lean} ${setHoldings} ${range}`);
    expect([cents(metrics.finalEquity), fills]).toEqual(['137751.04', 84]);
    expect(metrics.drawdownFractionMax).toBeCloseTo(0.3489, 4);
  });
});
