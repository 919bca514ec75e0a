/**
 * One quote of a live source or a file: the best bid and ask at a moment, in quote units, as exact decimals.
 * A locked market (bid = ask) is a market; a crossed one (bid > ask) is a fault of the data and never traded on.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { toDecimal } from '../decimal.ts';
import { parsePrice, parseVolume } from './bar-cells.ts';
import { isoText } from './bar-problems.ts';
import { parseInstant } from './parse-instant.ts';
import { tickProblem } from './price-tick.ts';
import { CLOCK_SKEW_MAX_MS, staleProblem } from './staleness.ts';

export type Quote = {
  /** The exchange's moment of the quote, epoch ms, not that of its arrival. */
  readonly atMs: number;
  readonly bid: string;
  readonly ask: string;
  readonly bidSize?: string;
  readonly askSize?: string;
};

export type QuoteLimits = {
  readonly nowMs: number;
  /** Greatest age, ms. */
  readonly ageMaxMs: number;
  /** The step of prices, a plain decimal; null = unknown, unchecked. @default null */
  readonly tick?: string | null;
};

/** Every reason not to trade on a live quote; none = it may be used. `path` names it, such as the symbol. */
export function judgeQuote(quote: Quote, path: string, limits: QuoteLimits): readonly Problem[] {
  const timeProblem = judgeMoment(quote.atMs, `${path}:time`, limits);
  const pricesAndSizes = judgeQuotePrices(quote, (column) => `${path}:${column}`, limits.tick ?? null);
  return timeProblem === null ? pricesAndSizes : [timeProblem, ...pricesAndSizes];
}

function judgeMoment(atMs: number, path: string, limits: QuoteLimits): Problem | null {
  const { nowMs, ageMaxMs } = limits;
  const moment = parseInstant(String(atMs));
  if (!moment.ok) return problem(moment.code, path, atMs, moment.expected, moment.hint);
  return atMs > nowMs + CLOCK_SKEW_MAX_MS ? aheadProblem(path, atMs, nowMs) : staleProblem(path, atMs, nowMs, ageMaxMs);
}

type QuoteColumn = Exclude<keyof Quote, 'atMs'>;

/** What is wrong with a quote whatever the time: numbers, prices above 0, sizes from 0 on, not crossed, on the tick. */
export function judgeQuotePrices(
  quote: Omit<Quote, 'atMs'>,
  where: (column: QuoteColumn) => string,
  tick: string | null,
): readonly Problem[] {
  const problems = [
    ...cellProblems(quote.bid, where('bid'), parsePrice),
    ...cellProblems(quote.ask, where('ask'), parsePrice),
  ];
  if (problems.length === 0) {
    const crossed = crossedProblem(where('bid'), quote);
    if (crossed !== null) problems.push(crossed);
    for (const side of ['bid', 'ask'] as const) {
      const offTick = tickProblem(where(side), quote[side], tick);
      if (offTick !== null) problems.push(offTick);
    }
  }
  for (const size of ['bidSize', 'askSize'] as const) {
    problems.push(...cellProblems(quote[size] ?? '0', where(size), (text) => parseVolume(text, false)));
  }
  return problems;
}

function cellProblems(text: string, path: string, parse: typeof parsePrice): Problem[] {
  const number = parse(text);
  return number.ok ? [] : [problem(number.code, path, text, number.expected, number.hint)];
}

/** QUOTE_CROSSED when the bid is above the ask, both plain decimals; else null. */
export function crossedProblem(path: string, { bid, ask }: Pick<Quote, 'bid' | 'ask'>): Problem | null {
  if (!toDecimal(bid).gt(toDecimal(ask))) return null;
  return problem('QUOTE_CROSSED', path, `bid ${bid} ask ${ask}`, 'bid <= ask', 'a crossed market is never traded on');
}

const aheadProblem = (path: string, atMs: number, nowMs: number): Problem =>
  problem('DATA_TIME_FUTURE', path, isoText(atMs), `a moment by ${isoText(nowMs)}`, 'do both clocks run in UTC?');
