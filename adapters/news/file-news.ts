/**
 * News and posts of a file: CSV with a header, JSON lines or a JSON array, plain or gzip. Columns: headline (or title),
 * published_at (or published, date, time), and where there are any summary, url, source, symbols, known_at, social.
 */
import path from 'node:path';
import { splitCsvLine } from '../../domain/market/csv-line.ts';
import { parseInstant } from '../../domain/market/parse-instant.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { FILE_CAPS, StopReading, textChunks } from '../market-data/text-file.ts';
import type { NewsSource, RawNews } from './news-source.ts';

export type FileNewsQuestion = {
  readonly file: string;
  /** For rows that name none. */
  readonly symbols: readonly string[];
  /** A row without known_at was known when it was published, in place of now: for the past. */
  readonly knownAsPublished: boolean;
};
type Row = { readonly place: string; readonly fields: Readonly<Record<string, unknown>> };

const FILE_BYTES_MAX = 64 * 1_048_576;
const PROBLEMS_MAX = 100;

export const createFileNews = (question: FileNewsQuestion): NewsSource => ({
  name: 'file',
  async *read() {
    const name = path.basename(question.file);
    const problems: Problem[] = [];
    const rows = rowsOf(name, await wholeText(question.file), problems);
    const news = rows.flatMap((row) => {
      const one = newsOf(row, name, question, problems);
      return one === null ? [] : [one];
    });
    if (problems.length > 0) throw new InvalidInput(problems.slice(0, PROBLEMS_MAX));
    yield news;
  },
});

async function wholeText(file: string): Promise<string> {
  const caps = { ...FILE_CAPS, fileBytesMax: FILE_BYTES_MAX, unpackedBytesMax: FILE_BYTES_MAX };
  let text = '';
  try {
    for await (const chunk of textChunks(file, { caps, pipes: true })) text += chunk;
  } catch (error) {
    if (!(error instanceof StopReading)) throw error;
    throw new InvalidInput([problem(error.code, file, error.got, error.expected, error.hint)]);
  }
  return text.replace(/^\uFEFF/, '');
}

function rowsOf(name: string, text: string, problems: Problem[]): Row[] {
  const start = text.trimStart()[0];
  if (start === '[') return jsonArray(name, text, problems);
  return start === '{' ? jsonLines(name, text, problems) : csvRows(name, text, problems);
}

function jsonArray(name: string, text: string, problems: Problem[]): Row[] {
  const list = parsed(name, text, problems);
  return (Array.isArray(list) ? list : []).flatMap((one, i) => rowOf(`${name}[${i}]`, one, problems));
}

const jsonLines = (name: string, text: string, problems: Problem[]): Row[] =>
  text.split(/\r?\n/).flatMap((line, i) => {
    const place = `${name}:${i + 1}`;
    const value = line.trim() === '' ? undefined : parsed(place, line, problems);
    return value === undefined ? [] : rowOf(place, value, problems);
  });

/** undefined: it is no JSON, which is among the problems then. */
function parsed(place: string, text: string, problems: Problem[]): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(problem('JSON_INVALID', place, text, 'JSON', reason));
    return undefined;
  }
}

function rowOf(place: string, value: unknown, problems: Problem[]): Row[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [{ place, fields: { ...value } }];
  problems.push(problem('NEWS_FIELD', place, value, 'an object with headline and published_at'));
  return [];
}

function csvRows(name: string, text: string, problems: Problem[]): Row[] {
  const [head = '', ...lines] = text.split(/\r?\n/);
  const columns = (splitCsvLine(head) ?? []).map((column) => column.toLowerCase());
  return csvRecords(lines).flatMap(({ record, at }) => {
    const [place, cells] = [`${name}:${at + 2}`, splitCsvLine(record)];
    if (cells === null) problems.push(problem('DATA_ROW_INVALID', place, record, 'closed quotes'));
    if (cells === null || record.trim() === '') return [];
    return [{ place, fields: Object.fromEntries(columns.map((key, column) => [key, cells[column] ?? ''])) }];
  });
}

/** A quoted cell may span lines: where each record begins, and its text. Each quote is counted once. */
function csvRecords(lines: readonly string[]): { readonly at: number; readonly record: string }[] {
  const records: { at: number; record: string }[] = [];
  let [from, isOpen] = [0, false];
  lines.forEach((line, i) => {
    if ((line.match(/"/g)?.length ?? 0) % 2 === 1) isOpen = !isOpen;
    if (isOpen && i < lines.length - 1) return;
    records.push({ at: from, record: lines.slice(from, i + 1).join('\n') });
    from = i + 1;
  });
  return records;
}

function newsOf({ place, fields }: Row, name: string, question: FileNewsQuestion, problems: Problem[]): RawNews | null {
  const headline = textOf(fields, 'headline', 'title');
  const published = textOf(fields, 'published_at', 'publishedAt', 'published', 'date', 'time');
  const known = textOf(fields, 'known_at', 'knownAt');
  if (headline === '') problems.push(problem('NEWS_FIELD', `${place} headline`, undefined, 'a headline'));
  const publishedAtMs = instantOf(`${place} published_at`, published, problems);
  const knownAtMs = known === '' ? null : instantOf(`${place} known_at`, known, problems);
  if (publishedAtMs === null || headline === '') return null;
  if (knownAtMs !== null && knownAtMs < publishedAtMs) {
    problems.push(problem('NEWS_FIELD', `${place} known_at`, known, `not before published_at, ${published}`));
  }
  return {
    source: textOf(fields, 'source') || name,
    url: textOf(fields, 'url', 'link') || null,
    headline,
    summary: textOf(fields, 'summary', 'text', 'body'),
    symbols: symbolsOf(fields, question.symbols),
    publishedAtMs,
    knownAtMs: knownAtMs ?? (question.knownAsPublished ? publishedAtMs : null),
    social: /^(?:true|1|yes)$/i.test(textOf(fields, 'social')),
  };
}

function textOf(fields: Row['fields'], ...names: readonly string[]): string {
  const found = names
    .map((name) => fields[name])
    .find((value) => value !== undefined && value !== null && value !== '');
  return typeof found === 'string' ? found.trim() : ['number', 'boolean'].includes(typeof found) ? String(found) : '';
}

function instantOf(place: string, text: string, problems: Problem[]): number | null {
  const instant = parseInstant(text, { dateOnly: true });
  if (instant.ok) return instant.ms;
  problems.push(problem(instant.code, place, text, instant.expected, instant.hint));
  return null;
}

function symbolsOf({ symbols, symbol }: Row['fields'], fallback: readonly string[]): readonly string[] {
  const given = symbols ?? symbol;
  const list = Array.isArray(given) ? given.map(String) : typeof given === 'string' ? given.split(/[\s,;|]+/) : [];
  const named = list.filter((one) => one !== '');
  return named.length === 0 ? fallback : named;
}
