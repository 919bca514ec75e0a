/**
 * The lexicon against four labelled sets that we did not make. It was tuned
 * on SEntFiN only; the other three are held out.
 * SEntFiN labels entities: a headline counts with its label where all of its entities have the same one.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scoreText } from '../../../../domain/features/sentiment/score-text.ts';
import { splitCsvLine } from '../../../../domain/market/csv-line.ts';

const DATA = path.resolve(process.cwd(), '../shared/data');
const isHere = existsSync(path.join(DATA, 'news'));
if (!isHere) console.warn('SKIPPED: ../shared/data/news is not here, the lexicon is not measured');

const LABELS = ['negative', 'neutral', 'positive'] as const;
type Label = (typeof LABELS)[number];
type Labelled = { readonly text: string; readonly label: Label };

/** A quoted cell may span lines: a line with an open quote goes on in the next one. */
function rowsOf(file: string): string[][] {
  const text = gunzipSync(readFileSync(path.join(DATA, 'news', file))).toString('utf8');
  const rows: string[][] = [];
  let open = '';
  for (const line of text.trim().split(/\r?\n/).slice(1)) {
    open = open === '' ? line : `${open} ${line}`;
    if ((open.match(/"/g)?.length ?? 0) % 2 === 1) continue;
    rows.push(splitCsvLine(open) ?? []);
    open = '';
  }
  return rows;
}

const plainSet = (file: string) => (): Labelled[] =>
  rowsOf(file).map(([, text = '', label]) => ({ text, label: label as Label }));

const sentfin = (): Labelled[] =>
  rowsOf('sentfin_headlines.csv.gz').flatMap(([, text = '', entities = '{}']) => {
    const [label, ...others] = new Set(Object.values(JSON.parse(entities) as Record<string, Label>));
    return label === undefined || others.length > 0 ? [] : [{ text, label }];
  });

function macroF1(items: readonly Labelled[]): number {
  const pairs = items.map(({ text, label }) => ({ told: scoreText(text).label, label }));
  const count = (test: (pair: { told: Label; label: Label }) => boolean): number => pairs.filter(test).length;
  const scores = LABELS.map((one) => {
    const hits = count(({ told, label }) => told === one && label === one);
    return (2 * hits) / (count(({ told }) => told === one) + count(({ label }) => label === one));
  });
  return scores.reduce((sum, score) => sum + score, 0) / LABELS.length;
}

const majorityShare = (items: readonly Labelled[]): number =>
  Math.max(...LABELS.map((one) => items.filter(({ label }) => label === one).length)) / items.length;

function published(name: string): string {
  const file = path.join(DATA, 'reference/published/finlora_sentiment_results.json');
  if (!existsSync(file)) return 'no published figures here';
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as {
    results: Record<string, Record<string, { f1: number }>>;
  };
  const found = Object.entries(results[name] ?? {}).map(([model, { f1 }]) => `${model} ${f1}`);
  return found.length === 0 ? 'nothing published' : `published F1: ${found.join(', ')}`;
}

describe.skipIf(!isHere)('macro-F1 of the lexicon', () => {
  it.each([
    ['Financial PhraseBank', 'FPB', plainSet('fpb_test.csv.gz'), 0.6],
    ['FiQA', 'FiQA SA', plainSet('fiqa_test.csv.gz'), 0.45],
    ['Twitter financial news', 'TFNS', plainSet('tfns_test.csv.gz'), 0.62],
    ['SEntFiN (tuned on it)', 'SEntFiN', sentfin, 0.65],
  ])('on %s reaches what is asked', (name, key, read, least) => {
    const items = read();
    const f1 = macroF1(items);
    const majority = `majority share ${majorityShare(items).toFixed(3)}`;
    console.info(`${name}: macro-F1 ${f1.toFixed(3)} of ${items.length}, ${majority}; ${published(key)}`);
    expect(f1).toBeGreaterThanOrEqual(least);
  });
});
