/** What the desk knows as files: the same rows in every format, exact to the digit, harmless in a spreadsheet. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../db/accounts.ts';
import { insertBars } from '../../db/bars.ts';
import { insertDecisions, insertRefusals } from '../../db/decisions.ts';
import { EXPORTS, type ExportName } from '../../db/export/catalogue.ts';
import { inTransaction } from '../../db/retry.ts';
import { openSession } from '../../db/sessions.ts';
import { insertTrades } from '../../db/trades.ts';
import { computeFeatureColumns } from '../../domain/features/feature-columns.ts';
import { marketFeatures } from '../../domain/features/market-features.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { exportCommand } from '../../scripts/lib/export/export-command.ts';
import { exportFlags } from '../../scripts/lib/export/export-flags.ts';
import { writeWholeFile } from '../../scripts/lib/whole-file.ts';
import {
  aDecision,
  anAccount,
  aSessionInput,
  type DeskDatabase,
  HOUR_MS,
  openDeskDatabase,
  START_MS,
} from '../db/desk-database.ts';
import { csvTable } from './csv-table.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'export-'));
const inFolder = (name: string): string => path.join(folder, name);
const quiet = { say: () => undefined, nowMs: () => 0 };
const SESSION = 'btc-momentum';
const BARS = 2_500;
const iso = (ms: number): string => new Date(ms).toISOString();

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount(), []);
  const input = { symbols: ['BTC/USDT'], barIntervalMs: HOUR_MS };
  await inTransaction(desk.db, (trx) => openSession(trx, aSessionInput({ sessionId: SESSION, input })));
});
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true });
});

/** Exports through the flags and answers the path. */
async function exported(name: ExportName, file: string, ...words: string[]): Promise<string> {
  const format = file.includes('.parquet') ? 'parquet' : file.includes('.csv') ? 'csv' : 'jsonl';
  const request = exportFlags(name, ['--format', format, '--out', inFolder(file), ...words]);
  await exportCommand(desk.db, request, quiet);
  return inFolder(file);
}

type Row = Readonly<Record<string, unknown>>;
const linesOf = (text: string): Row[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const jsonRows = async (...args: Parameters<typeof exported>) => linesOf(readFileSync(await exported(...args), 'utf8'));
const csvRows = async (...args: Parameters<typeof exported>) => csvTable(readFileSync(await exported(...args), 'utf8'));
const parquetRows = async (...args: Parameters<typeof exported>): Promise<Row[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(await exported(...args)) });

/** A row of JSON lines as CSV has it, and as Parquet gives it back. */
const asCsv = (name: ExportName, row: Row): string[] =>
  EXPORTS[name].columns.map(({ name: column, kind }) => {
    const cell = row[column];
    if (cell === null) return '';
    return kind === 'json' ? JSON.stringify(cell) : String(cell);
  });
const asParquet = (name: ExportName, row: Row): Row =>
  Object.fromEntries(
    EXPORTS[name].columns.map(({ name: column, kind }) => {
      const cell = row[column] ?? null;
      if (cell === null) return [column, null];
      if (kind === 'integer') return [column, BigInt(cell as number)];
      if (kind === 'instant') return [column, new Date(cell as string)];
      return [column, kind === 'json' ? JSON.stringify(cell) : cell];
    }),
  );

async function expectSameInEveryFormat(name: ExportName, rows: readonly Row[], ...words: string[]): Promise<void> {
  const { header, rows: cells } = await csvRows(name, `${name}.csv`, ...words);
  expect(header).toEqual(EXPORTS[name].columns.map((column) => column.name));
  expect(cells).toEqual(rows.map((row) => asCsv(name, row)));
  expect(await parquetRows(name, `${name}.parquet`, ...words)).toEqual(rows.map((row) => asParquet(name, row)));
}

describe('bars', () => {
  const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: BARS, seed: 1 });
  const stored = Array.from(series.openTimeMs, (openTimeMs, k) => ({
    openTimeMs,
    open: String(series.open[k]),
    high: String(series.high[k]),
    low: String(series.low[k]),
    close: k === 3 ? '10.000000000000000001' : String(series.close[k]),
    volume: k === 4 ? '0' : String(series.volume[k]),
  }));
  beforeAll(async () => {
    await insertBars(desk.db, 'BTC/USDT', HOUR_MS, stored);
    await insertBars(desk.db, 'AAPL', HOUR_MS, stored.slice(0, 2));
  });

  it('come out as they were imported, digit by digit, in every format', async () => {
    const rows = await jsonRows('bars', 'bars.jsonl', '--symbol', 'BTC/USDT');
    expect(rows).toEqual(
      stored.map(({ openTimeMs, ...prices }) => ({
        ...{ symbol: 'BTC/USDT', interval_ms: HOUR_MS, open_time: iso(openTimeMs) },
        ...prices,
      })),
    );
    await expectSameInEveryFormat('bars', rows, '--symbol', 'BTC/USDT');
  });

  it('are those within the range, from its first instant to before its last', async () => {
    const words = ['--from', iso(stored[1]?.openTimeMs ?? 0), '--to', iso(stored[2]?.openTimeMs ?? 0)];
    const rows = await jsonRows('bars', 'range.jsonl', ...words);
    expect(rows.map(({ symbol, open_time }) => [symbol, open_time])).toEqual([
      ['AAPL', iso(stored[1]?.openTimeMs ?? 0)],
      ['BTC/USDT', iso(stored[1]?.openTimeMs ?? 0)],
    ]);
  });

  it('give the same bytes again, packed ones too, and replace what was there', async () => {
    const bytes = async (file: string) => readFileSync(await exported('bars', file));
    for (const file of ['again.jsonl', 'again.csv.gz', 'again.parquet']) {
      expect(Buffer.compare(await bytes(file), await bytes(file))).toBe(0);
    }
    expect(gunzipSync(await bytes('again.csv.gz')).toString()).toEqual((await bytes('again.csv')).toString());
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('of an empty range are the header, no line, and a table without rows', async () => {
    const words = ['--symbol', 'ETH/USDT'];
    expect(await jsonRows('bars', 'none.jsonl', ...words)).toEqual([]);
    expect(await csvRows('bars', 'none.csv', ...words)).toMatchObject({ rows: [] });
    expect(readFileSync(inFolder('none.csv'), 'utf8')).toBe(
      'symbol,interval_ms,open_time,open,high,low,close,volume\n',
    );
    expect(await parquetRows('bars', 'none.parquet', ...words)).toEqual([]);
    const file = await asyncBufferFromFile(inFolder('none.parquet'));
    const columns = parquetSchema(await parquetMetadataAsync(file)).children.map(({ element }) => element.name);
    expect(columns).toEqual(EXPORTS.bars.columns.map(({ name }) => name));
  });
});

describe('decisions and what came of them', () => {
  const series = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 400, seed: 2 });
  const features = marketFeatures(computeFeatureColumns(series, 'talib'), 399);
  const votes = [
    {
      component: 'technical' as const,
      side: 1 as const,
      confidence: 0.75,
      weight: 0.3,
      reasons: ['=1+1, "quoted"\nline'],
    },
    { component: 'llm' as const, side: -1 as const, confidence: 0.5, weight: 0.1, reasons: [] },
  ];
  const trade = (tradeId: string, change: object) => ({
    ...{ tradeId, symbol: 'BTC/USDT', strategyId: 'momentum', side: 'long' as const, quantity: '0.5' },
    ...{ entryPrice: '200', exitPrice: '210.000000000000000001', entryAtMs: START_MS + 2 * HOUR_MS, pnl: '4.5' },
    ...{ exitAtMs: START_MS + 7 * HOUR_MS, fees: '0.5', funding: '0', exitReason: 'target' as const, ...change },
  });

  beforeAll(async () => {
    const context = { accountId: 'paper-1', sessionId: SESSION, run: 1, correlationId: '-cmd|calc' };
    const entry = aDecision(1, { contributions: votes });
    const hold = aDecision(2, { action: 'hold', noDecision: 'DATA_GAP', verdict: null, orderHash: null });
    const refused = aDecision(3, { verdict: { approved: false, reasons: [{ rule: 'dailyLoss', message: '@loss' }] } });
    await insertDecisions(desk.db, context, [
      { decision: entry, inputs: { barIndex: 399, ...features } },
      { decision: hold, inputs: { barIndex: 400, close: 100.5, regime: 'bear' } },
      { decision: refused, inputs: { barIndex: 401, ...features, regime: { ...features.regime, label: null } } },
    ]);
    await insertRefusals(desk.db, [
      { decisionId: 'decision-3', stage: 'proposal', reasons: refused.verdict?.reasons ?? [] },
    ]);
    const trades = [
      trade('first', { decisionId: 'decision-1' }),
      trade('busted', { decisionId: 'decision-1', pnl: '1000', exitAtMs: START_MS + 3 * HOUR_MS }),
    ].map((one) => ({ trade: one, entryFeatures: { note: 'a,b "c"\n' }, regime: 'bull' }));
    await insertTrades(desk.db, { accountId: 'paper-1', sessionId: SESSION }, trades);
    await desk.db
      .updateTable('trades')
      .set({ busted_at: iso(START_MS) })
      .where('trade_id', '=', 'busted')
      .execute();
  });

  it('are the same in every format, whatever their texts have in them', async () => {
    for (const name of ['decisions', 'trades', 'training'] as const) {
      const rows = await jsonRows(name, `${name}.jsonl`);
      expect(rows).toHaveLength(name === 'trades' ? 1 : 3);
      const harmless = rows.map((row) => (name === 'decisions' ? { ...row, correlation_id: "'-cmd|calc" } : row));
      const { rows: cells } = await csvRows(name, `${name}.csv`);
      expect(cells).toEqual(harmless.map((row) => asCsv(name, row)));
      expect(await parquetRows(name, `${name}.parquet`)).toEqual(rows.map((row) => asParquet(name, row)));
    }
  });

  it('have every number of the features and every vote as a column, and nothing that was not known', async () => {
    const [entry, hold, refused] = await jsonRows('training', 'features.jsonl');
    const flat = Object.entries(features).flatMap(([section, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([name, inner]) => [snake(`${section}_${name}`), inner] as const)
        : [[snake(section), value] as const],
    );
    const numbers = flat.filter(([, value]) => typeof value === 'number' || value === null);
    const exempt = ['as_of_ms', 'regime_label', 'regime_by_timeframe', 'regime_by_timeframe_x1'];
    for (const [name, value] of numbers)
      if (!exempt.includes(name)) expect([name, entry?.[columnOf(name)]]).toEqual([name, value]);
    expect(numbers.length).toBeGreaterThan(40);
    expect(entry).toMatchObject({
      ...{ regime: features.regime.label, regime_volatility: features.regime.volatility, strategy_type: 'momentum' },
      ...{ technical_side: 1, technical_confidence: 0.75, technical_weight: 0.3, llm_side: -1, agent_side: null },
    });
    expect(hold).toMatchObject({ regime: 'bear', close: 100.5, momentum_rsi: null, no_decision: 'DATA_GAP' });
    expect(refused).toMatchObject({ regime: null, approved: false, outcome_trades: 0, outcome_win: null });
  });

  it('carry the outcome of their own trade, and none that was known only after the range', async () => {
    const [entry] = await jsonRows('training', 'outcome.jsonl');
    expect(entry).toMatchObject({
      ...{ outcome_trades: 1, outcome_pnl_net: '4.5', outcome_return: 0.045, outcome_win: true },
      ...{ outcome_closed_at: iso(START_MS + 7 * HOUR_MS), outcome_horizon_ms: 6 * HOUR_MS },
    });
    const [before] = await jsonRows('training', 'before.jsonl', '--to', iso(START_MS + 7 * HOUR_MS));
    expect(before).toMatchObject({ decision_id: 'decision-1', outcome_trades: 0, outcome_pnl_net: null });
    const scored = await jsonRows('training', 'scored.jsonl', '--scored', '--mode', 'paper', '--session', SESSION);
    expect(scored.map(({ decision_id }) => decision_id)).toEqual(['decision-1']);
    expect(await jsonRows('training', 'live.jsonl', '--mode', 'live')).toEqual([]);
  });
});

/** Labels of higher bars have short names of their own. */
const columnOf = (name: string): string => name.replace('regime_by_timeframe_', 'regime_');
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

it('are told on docs/face.md column by column', () => {
  const page = readFileSync('docs/face.md', 'utf8');
  const section = page.slice(page.indexOf('### Exports'), page.indexOf('### The desk on one screen'));
  const told = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, name, columns = '']) => [
    name,
    columns.split(', '),
  ]);
  const known = Object.entries(EXPORTS).map(([name, { columns }]) => [name, columns.map((column) => column.name)]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(known));
});

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ code, path: at }) => `${code} ${at}`);
  }
};

describe('wrong flags', () => {
  it('are all told at once', () => {
    const words = [
      '--format',
      'parket',
      '--from',
      '2024-13-01',
      '--symbol',
      'btc;',
      '--mode',
      'demo',
      '--interval',
      '1h',
    ];
    expect(problemsOf(() => exportFlags('trades', words)).sort()).toEqual([
      'ARGUMENT_MISSING --out',
      'ARGUMENT_UNKNOWN --interval',
      'ARGUMENT_VALUE --format',
      'ARGUMENT_VALUE --mode',
      'DATA_TIME_INVALID --from',
      'SYMBOL_INVALID --symbol',
    ]);
    const range = ['--format', 'parquet', '--out', 'f.gz', '--from', '2024-02-01', '--to', '2024-02-01'];
    expect(problemsOf(() => exportFlags('bars', range)).sort()).toEqual(['ARGUMENT_VALUE --out', 'INPUT_RANGE --to']);
  });

  it('and an export that breaks off in the middle leaves the file as it was, and nothing beside it', async () => {
    const file = inFolder('kept.csv');
    writeFileSync(file, 'before');
    const broken = writeWholeFile(file, async (partial) => {
      writeFileSync(partial, 'half of');
      throw new Error('the database is gone');
    });
    await expect(broken).rejects.toThrow('the database is gone');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('and a place that cannot be written leaves nothing behind', async () => {
    for (const out of [folder, path.join(folder, 'no', 'folder.csv')]) {
      const request = exportFlags('bars', ['--format', 'csv', '--out', inFolder('fine.csv')]);
      await expect(exportCommand(desk.db, { ...request, out }, quiet)).rejects.toMatchObject({
        problems: [{ code: 'OUTPUT_NOT_WRITABLE', path: '--out', got: JSON.stringify(out) }],
      });
    }
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
