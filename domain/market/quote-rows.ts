/**
 * A parser of quote files, fed row by row like csv-bars.ts: best bid and ask at a moment, or bars of both sides stamped
 * at their OPEN. Quotes are judged, never stored. Two quotes may share a stamp, two quote bars may not.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { inconsistentColumn, parsePrice, parseVolume } from './bar-cells.ts';
import {
  QUOTE_BAR_FILE,
  QUOTE_BAR_PRICES,
  QUOTE_FILE,
  type QuoteBarColumn,
  type QuoteBarPrice,
  type QuoteColumn,
} from './bar-file-columns.ts';
import { duplicateProblem, futureProblem, inconsistentProblem, orderProblem } from './bar-problems.ts';
import { parseInstant } from './parse-instant.ts';
import { tickProblem } from './price-tick.ts';
import { createProblemList } from './problem-list.ts';
import { crossedProblem, judgeQuotePrices } from './quote.ts';
import { createTableReader, type TableReader, type TableRow } from './table-rows.ts';

export type QuoteKind = 'quotes' | 'quoteBars';

export type QuoteParserOptions = {
  readonly kind: QuoteKind;
  /** Quotes after this moment are refused. */
  readonly nowMs: number;
  /** Named in paths. @default 'input' */
  readonly file?: string;
  /** The step of prices, a plain decimal; null = unknown, unchecked. @default null */
  readonly tick?: string | null;
  /** Problems that are listed; the rest is counted. @default 100 */
  readonly problemsMax?: number;
};

export type ParsedQuotes = {
  readonly rowCount: number;
  readonly goodCount: number;
  /** First and last stamp, epoch ms; null without rows. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly problemCountByCode: Readonly<Record<string, number>>;
  /** QUOTE_CROSSED inside a bar of quotes: told, not refused. */
  readonly warnings: readonly Problem[];
  readonly warningCount: number;
};

export type QuoteParser = Omit<TableReader, 'placeOf'> & {
  readonly rowCount: () => number;
  /** Nothing is kept: always 0. */
  readonly exactCount: () => number;
  readonly finish: () => ParsedQuotes;
};

const PROBLEMS_MAX = 100;

export function createQuoteParser(options: QuoteParserOptions): QuoteParser {
  const { kind, file = 'input', problemsMax = PROBLEMS_MAX } = options;
  const problems = createProblemList(file, problemsMax);
  const tally = { rowCount: 0, goodCount: 0, firstMs: null as number | null };
  let before: Before | null = null;
  const warnings = createProblemList(file, problemsMax);
  const takeRow = (row: AnyRow, priceProblems: readonly Problem[]): void => {
    const time = judgeTime(row, before, options);
    for (const one of [...time.problems, ...priceProblems]) problems.add(one);
    tally.rowCount += 1;
    if (time.problems.length + priceProblems.length === 0) tally.goodCount += 1;
    if (time.ms === null) return;
    tally.firstMs ??= time.ms;
    before = { openTimeMs: time.ms, lineNumber: row.lineNumber };
  };
  const tick = options.tick ?? null;
  const takeQuote = (row: TableRow<QuoteColumn>): void =>
    takeRow(row, judgeQuotePrices(filled(row.texts), row.where, tick));
  const takeBar = (row: TableRow<QuoteBarColumn>): void => {
    const priceProblems = judgeQuoteBar(row, tick);
    takeRow(row, priceProblems);
    if (priceProblems.length === 0) for (const one of crossedInside(row)) warnings.add(one);
  };
  const { placeOf: _, ...reader } =
    kind === 'quotes'
      ? createTableReader({ file, problems, columns: QUOTE_FILE, take: takeQuote, isSensible: isSensibleQuote })
      : createTableReader({ file, problems, columns: QUOTE_BAR_FILE, take: takeBar, isSensible: isSensibleQuoteBar });
  return {
    ...reader,
    rowCount: () => tally.rowCount,
    exactCount: () => 0,
    finish() {
      if (problems.count() === 0 && tally.rowCount === 0) {
        problems.add(problem('DATA_EMPTY', file, 'no rows', 'at least one quote'));
      }
      const { rowCount, goodCount, firstMs: fromMs } = tally;
      const toMs = before?.openTimeMs ?? null;
      const told = { problems: problems.list(), problemCount: problems.count() };
      const warned = { warnings: warnings.list(), warningCount: warnings.count() };
      return { rowCount, goodCount, fromMs, toMs, ...told, problemCountByCode: problems.countByCode(), ...warned };
    },
  };
}

type Before = { readonly openTimeMs: number; readonly lineNumber: number };
type AnyRow = {
  readonly lineNumber: number;
  readonly texts: { readonly time: string };
  readonly where: (column: 'time') => string;
};

const noPlace = (): string => '';
type QuoteTexts = Readonly<Record<QuoteColumn, string>>;

/** A size that is not given is no size that is wrong. */
const filled = ({ bidSize, askSize, ...rest }: QuoteTexts): QuoteTexts => ({
  ...rest,
  bidSize: bidSize || '0',
  askSize: askSize || '0',
});

const isSensibleQuote = (texts: QuoteTexts): boolean => judgeQuotePrices(filled(texts), noPlace, null).length === 0;

function judgeTime(row: AnyRow, before: Before | null, { kind, nowMs }: QuoteParserOptions) {
  const path = row.where('time');
  const { time } = row.texts;
  const instant = parseInstant(time);
  if (!instant.ok) return { ms: null, problems: [problem(instant.code, path, time, instant.expected, instant.hint)] };
  const problems = instant.ms > nowMs ? [futureProblem(path, time, 0, nowMs)] : [];
  if (before !== null && instant.ms < before.openTimeMs) problems.push(orderProblem(path, time, before));
  if (before !== null && instant.ms === before.openTimeMs && kind === 'quoteBars') {
    problems.push(duplicateProblem(path, time, before, false));
  }
  return { ms: instant.ms, problems };
}

function judgeQuoteBar({ texts, where }: TableRow<QuoteBarColumn>, tick: string | null): readonly Problem[] {
  const problems: Problem[] = [];
  for (const column of [...QUOTE_BAR_PRICES, 'bidSize', 'askSize'] as const) {
    const isSize = column === 'bidSize' || column === 'askSize';
    const number = isSize ? parseVolume(texts[column] || '0', false) : parsePrice(texts[column]);
    if (!number.ok) problems.push(problem(number.code, where(column), texts[column], number.expected, number.hint));
  }
  if (problems.length > 0) return problems;
  for (const side of ['bid', 'ask'] as const) {
    const prices = sideOf(texts, side);
    const wrong = inconsistentColumn(numbersOf(prices));
    if (wrong !== null)
      problems.push(inconsistentProblem(where(wrong === 'high' ? `${side}High` : `${side}Low`), prices));
  }
  problems.push(...crossedAt(['Open', 'Close'], { texts, where }));
  const offTick = QUOTE_BAR_PRICES.map((column) => tickProblem(where(column), texts[column], tick));
  return [...problems, ...offTick.filter((one) => one !== null)];
}

type QuoteBarCells = Pick<TableRow<QuoteBarColumn>, 'texts' | 'where'>;

function crossedAt(
  moments: readonly ('Open' | 'High' | 'Low' | 'Close')[],
  { texts, where }: QuoteBarCells,
): Problem[] {
  return moments
    .map((one) => crossedProblem(where(`bid${one}`), { bid: texts[`bid${one}`], ask: texts[`ask${one}`] }))
    .filter((one) => one !== null);
}

/**
 * Where the bid is never above the ask, neither is its greatest above the greatest ask, nor its least above the least:
 * bars that say otherwise were crossed at a moment in between. Consolidated feeds have such bars: told, not refused.
 */
const crossedInside = (row: QuoteBarCells): readonly Problem[] =>
  crossedAt(['High', 'Low'], row).map((one) => ({
    ...one,
    hint: 'crossed for a moment inside the bar; its ends are not',
  }));

type PriceTexts = Readonly<Record<QuoteBarPrice, string>>;

const sideOf = (texts: PriceTexts, side: 'bid' | 'ask') => ({
  open: texts[`${side}Open`],
  high: texts[`${side}High`],
  low: texts[`${side}Low`],
  close: texts[`${side}Close`],
});

const numbersOf = ({ open, high, low, close }: ReturnType<typeof sideOf>) => ({
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
});

const isSensibleQuoteBar = (texts: Readonly<Record<QuoteBarColumn, string>>): boolean =>
  judgeQuoteBar({ lineNumber: 0, texts, where: noPlace }, null).length === 0;
