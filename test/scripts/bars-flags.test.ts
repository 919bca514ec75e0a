/** The flags of `npm run bars`: every mistake at once, before a file, a vendor or the database is asked. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../schemas/problem.ts';
import { checkProblems } from '../../scripts/lib/bars/check-command.ts';
import { exportProblems } from '../../scripts/lib/bars/export-command.ts';
import { fetchProblems } from '../../scripts/lib/bars/fetch-command.ts';
import { rowProblems } from '../../scripts/lib/bars/shape-flags.ts';
import { synthProblems } from '../../scripts/lib/bars/synth-command.ts';

const placesOf = (problems: readonly Problem[]): string[] => problems.map(({ path: at }) => at).sort();

describe('mistakes in the values of', () => {
  it('a check', () => {
    const wrong = { kind: 'news', tick: '-1', columns: 'time,time', timeUnit: 'h', html: 'package.json/page.html' };
    expect(placesOf(checkProblems(wrong))).toEqual(['--columns', '--html', '--kind', '--tick', '--time-unit']);
    expect(checkProblems({})).toEqual([]);
  });

  it('an import', () => {
    expect(placesOf(rowProblems({ tick: '0', timeUnit: 'h' }))).toEqual(['--tick', '--time-unit']);
    expect(rowProblems({ tick: '0.01', timeUnit: 'ms' })).toEqual([]);
  });

  it('a fetch', () => {
    const wrong = { source: 'ccxt', from: 'never', to: '2024-13-01', storeAs: 'btc' };
    expect(placesOf(fetchProblems(wrong))).toEqual(['--from', '--source', '--store-as', '--to']);
    expect(fetchProblems({})).toEqual([]);
  });

  it('an export', () => {
    const wrong = { interval: '1h', as: '90m', from: 'x', to: 'y', out: '/no/such/folder/f.csv' };
    expect(placesOf(exportProblems(wrong))).toEqual(['--as', '--from', '--out', '--to']);
    expect(exportProblems({ interval: '1h', as: '4h' })).toEqual([]);
    expect(placesOf(exportProblems({ from: '2024-02-01', to: '2024-01-01' }))).toEqual(['--to']);
  });

  it('synthetic bars', () => {
    const wrong = { count: '0', seed: '-1', out: '/no/such/folder/f.csv' };
    expect(placesOf(synthProblems(wrong))).toEqual(['--count', '--out', '--seed']);
  });
});

it('are told together with those of symbol and interval and with what is missing, and no desk has to be up', () => {
  const words = 'export --symbol btc --interval 7x --from never --as 2q --json'.split(' ');
  const run = spawnSync(process.execPath, [path.resolve('scripts/run.mjs'), 'bars', ...words], { encoding: 'utf8' });
  expect(run.status).toBe(2);
  const { problems } = JSON.parse(run.stdout) as { problems: Problem[] };
  expect(placesOf(problems)).toEqual(['--as', '--from', '--interval', '--out', '--symbol']);
});
