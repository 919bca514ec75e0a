/**
 * Judges what a live source sent: which bars may be used, which are revisions of bars that were used already, and what
 * must not be traded on. Nothing is repaired. A bar that is malformed or jumps by more than 50 % is not used, and its
 * symbol is to be quarantined for paper and live trading until a person has looked.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { inconsistentColumn, parsePrice, parseVolume } from './bar-cells.ts';
import { inconsistentProblem, isoText, jumpProblem } from './bar-problems.ts';
import type { BarRow } from './bar-series.ts';
import { jumpOf } from './jumps.ts';
import { type LiveBar, mergeBars, sameValues } from './merge-bars.ts';
import { parseInstant } from './parse-instant.ts';
import { tickProblem } from './price-tick.ts';
import { BAR_AGE_OFFSET_MS, barAgeMaxMs, staleProblem } from './staleness.ts';

export type LiveBarsInput = {
  /** The `bars` of the judgement before, or stored bars; they are not judged again. */
  readonly known: readonly LiveBar[];
  /** What the source sent now, in any order, with any repetitions. */
  readonly incoming: readonly LiveBar[];
  readonly nowMs: number;
  readonly intervalMs: number;
  /** Names the source in problems, such as the symbol. */
  readonly path: string;
  /** Jumps were looked at and are real. @default false */
  readonly acceptJumps?: boolean;
  /** The step of prices; null = unknown, unchecked. @default null */
  readonly tick?: string | null;
  /** How far the source's clock may be ahead of ours. @default 5000 */
  readonly aheadMaxMs?: number;
  /** Added to two intervals, it bounds the age of the newest bar. @default 30000 */
  readonly ageOffsetMs?: number;
};

/** A bar that was used came again with other values: written down, never applied to decisions that were made. */
export type BarRevision = { readonly before: LiveBar; readonly after: LiveBar };

export type JudgedBars = {
  /** All bars that may be used, in time order, the last word of each: the next `known`. */
  readonly bars: readonly LiveBar[];
  /** Bars that are new and may be used, all closed, in time order. */
  readonly accepted: readonly LiveBar[];
  readonly revisions: readonly BarRevision[];
  /** The bar that has not closed yet, or null: never used, asked for again later. */
  readonly unfinished: LiveBar | null;
  /** Why some were refused, and DATA_STALE when even the newest is too old: with any of these, no new risk. */
  readonly problems: readonly Problem[];
  /** Why the symbol is to be quarantined, or null. */
  readonly quarantine: string | null;
};

const AHEAD_MAX_MS = 5_000;
/** Clocks and outages mend themselves; what these codes speak of does not. */
const MENDS_ITSELF: readonly string[] = ['DATA_STALE', 'DATA_TIME_FUTURE'];

export function judgeLiveBars(input: LiveBarsInput): JudgedBars {
  const { nowMs, intervalMs } = input;
  const problems: Problem[] = [];
  const sound = input.incoming.filter((bar) => isSound(bar, input, problems));
  const newest = mergeBars([], sound);
  const closed = newest.filter((bar) => bar.openTimeMs + intervalMs <= nowMs);
  const judged = judgeJumps(closed, input, problems);
  const stale = newestProblem(judged.bars.at(-1), input);
  const lasting = problems.find((one) => !MENDS_ITSELF.includes(one.code));
  return {
    ...judged,
    unfinished: newest.find((bar) => bar.openTimeMs + intervalMs > nowMs) ?? null,
    problems: stale === null ? problems : [...problems, stale],
    quarantine: lasting === undefined ? null : `${lasting.code}: ${lasting.message}`,
  };
}

/** Sound by itself: stamp, numbers, the four prices together, the tick. */
function isSound(bar: LiveBar, input: LiveBarsInput, problems: Problem[]): boolean {
  const before = problems.length;
  const stamp = parseInstant(String(bar.openTimeMs));
  const place = `${input.path}:${stamp.ok ? isoText(stamp.ms) : 'time'}`;
  if (!stamp.ok) problems.push(problem(stamp.code, place, bar.openTimeMs, stamp.expected, stamp.hint));
  else if (stamp.ms > input.nowMs + (input.aheadMaxMs ?? AHEAD_MAX_MS)) problems.push(aheadProblem(place, bar, input));
  const row = readRow(bar, place, problems);
  if (row === null) return false;
  const wrong = inconsistentColumn(row);
  if (wrong !== null) problems.push(inconsistentProblem(`${place}:${wrong}`, row));
  for (const column of PRICES) {
    const offTick = tickProblem(`${place}:${column}`, bar[column], input.tick ?? null);
    if (offTick !== null) problems.push(offTick);
  }
  return problems.length === before;
}

function aheadProblem(place: string, { openTimeMs }: LiveBar, { nowMs }: LiveBarsInput): Problem {
  const expected = `a bar that opened by ${isoText(nowMs)}`;
  return problem('DATA_TIME_FUTURE', `${place}:time`, isoText(openTimeMs), expected, 'do both clocks run in UTC?');
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** The numbers of a bar, or null when one of them is none. */
function readRow(bar: LiveBar, place: string, problems: Problem[]): BarRow | null {
  const before = problems.length;
  const read = (column: (typeof PRICES)[number] | 'volume'): number => {
    const number = column === 'volume' ? parseVolume(bar.volume, false) : parsePrice(bar[column]);
    if (number.ok) return number.value;
    problems.push(problem(number.code, `${place}:${column}`, bar[column], number.expected, number.hint));
    return Number.NaN;
  };
  const { openTimeMs } = bar;
  const prices = { open: read('open'), high: read('high'), low: read('low'), close: read('close') };
  const row = { openTimeMs, ...prices, volume: read('volume') };
  return problems.length === before ? row : null;
}

type JudgedJumps = Pick<JudgedBars, 'bars' | 'accepted' | 'revisions'>;

/** Sorts closed bars into new ones and revisions; what jumps away from the last good close is neither. */
function judgeJumps(closed: readonly LiveBar[], input: LiveBarsInput, problems: Problem[]): JudgedJumps {
  const knownByTime = new Map(input.known.map((bar) => [bar.openTimeMs, bar]));
  const bars: LiveBar[] = [];
  const accepted: LiveBar[] = [];
  const revisions: BarRevision[] = [];
  for (const bar of mergeBars(input.known, closed)) {
    const before = knownByTime.get(bar.openTimeMs);
    const isNews = before === undefined || !sameValues(before, bar);
    const jump: Problem | null = isNews && input.acceptJumps !== true ? jumpFrom(bars.at(-1), bar, input.path) : null;
    if (jump !== null) {
      problems.push(jump);
      if (before !== undefined) bars.push(before);
    } else {
      bars.push(bar);
      if (before === undefined) accepted.push(bar);
      else if (isNews) revisions.push({ before, after: bar });
    }
  }
  return { bars, accepted, revisions };
}

function jumpFrom(last: LiveBar | undefined, bar: LiveBar, path: string): Problem | null {
  if (last === undefined) return null;
  const previous = Number(last.close);
  const prices = { open: Number(bar.open), high: Number(bar.high), low: Number(bar.low), close: Number(bar.close) };
  const jump = jumpOf(previous, prices);
  if (jump === null) return null;
  return jumpProblem(`${path}:${isoText(bar.openTimeMs)}:${jump.column}`, prices[jump.column], previous);
}

function newestProblem(newest: LiveBar | undefined, input: LiveBarsInput): Problem | null {
  const { path, nowMs, intervalMs, ageOffsetMs = BAR_AGE_OFFSET_MS } = input;
  const ageMaxMs = barAgeMaxMs(intervalMs, ageOffsetMs);
  if (newest !== undefined) return staleProblem(`${path}:time`, newest.openTimeMs, nowMs, ageMaxMs);
  return problem('DATA_STALE', `${path}:time`, 'no bar at all', `a bar at most ${ageMaxMs / 1_000} s old`);
}
