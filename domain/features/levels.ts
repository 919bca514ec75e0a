/**
 * Support and resistance levels out of pivots. A pivot low (high) is below (above) the 5 bars on both sides and is
 * known only 5 bars later. Pivots of one kind within 0.5 ATR of a level touch it; its price is the mean of its touches.
 * A level that nothing touched for 1,000 bars is forgotten. Kept as a log, so that the state at any bar can be read.
 */
import type { Level } from '../../schemas/features.ts';
import type { BarSeries } from '../market/bar-series.ts';

export const PIVOT_BARS = 5;
const MERGE_ATR = 0.5;
/** Bars a level lives without a touch; chosen: about six weeks of hourly bars. */
export const LEVEL_MEMORY_BARS = 1_000;

type LevelKind = Level['kind'];

/** One touch and the state of its level after it. `knownIndex` = bar at whose close the touch became known. */
type Touch = {
  readonly levelId: number;
  readonly kind: LevelKind;
  readonly knownIndex: number;
  readonly price: number;
  readonly touchCount: number;
  readonly firstTouchMs: number;
  readonly lastTouchMs: number;
};

/** All touches in the order in which they became known. */
export type LevelLog = readonly Touch[];

/** Walks the series once. `atr14` = ATR of the same bars; before its warm-up only equal prices merge. */
export function computeLevels(bars: BarSeries, atr14: Float64Array): LevelLog {
  const log: Touch[] = [];
  const active: Record<LevelKind, Touch[]> = { support: [], resistance: [] };
  for (let known = 2 * PIVOT_BARS; known < bars.close.length; known += 1) {
    const pivot = known - PIVOT_BARS;
    for (const kind of pivotKinds(bars, pivot)) {
      const price = (kind === 'support' ? bars.low[pivot] : bars.high[pivot]) as number;
      const reach = MERGE_ATR * ((atr14[known] as number) || 0);
      const alive = active[kind].filter((level) => known - level.knownIndex <= LEVEL_MEMORY_BARS);
      const touched = nearestLevel(alive, price, reach);
      const touch = touchOf(touched, log.length, kind, known, price, bars.openTimeMs[pivot] as number);
      active[kind] = [...alive.filter((level) => level !== touched), touch];
      log.push(touch);
    }
  }
  return log;
}

/** Strictly beyond the 5 bars before and not passed by the 5 after: the first of equal extremes is the pivot. */
function pivotKinds({ high, low }: BarSeries, i: number): LevelKind[] {
  let isLow = true;
  let isHigh = true;
  for (let k = 1; k <= PIVOT_BARS && (isLow || isHigh); k += 1) {
    isLow &&= (low[i] as number) < (low[i - k] as number) && (low[i] as number) <= (low[i + k] as number);
    isHigh &&= (high[i] as number) > (high[i - k] as number) && (high[i] as number) >= (high[i + k] as number);
  }
  return [...(isLow ? (['support'] as const) : []), ...(isHigh ? (['resistance'] as const) : [])];
}

function nearestLevel(levels: readonly Touch[], price: number, reach: number): Touch | null {
  let nearest: Touch | null = null;
  for (const level of levels) {
    const distance = Math.abs(level.price - price);
    if (distance <= reach && (nearest === null || distance < Math.abs(nearest.price - price))) nearest = level;
  }
  return nearest;
}

function touchOf(
  level: Touch | null,
  nextId: number,
  kind: LevelKind,
  knownIndex: number,
  price: number,
  atMs: number,
): Touch {
  if (level === null) {
    return { levelId: nextId, kind, knownIndex, price, touchCount: 1, firstTouchMs: atMs, lastTouchMs: atMs };
  }
  const touchCount = level.touchCount + 1;
  return {
    ...level,
    knownIndex,
    price: level.price + (price - level.price) / touchCount,
    touchCount,
    lastTouchMs: atMs,
  };
}

/** The levels known at the close of bar `i`, lowest price first. Touch times are the pivot bars' open times. */
export function levelsOf(log: LevelLog, i: number): Level[] {
  const seen = new Set<number>();
  const levels: Level[] = [];
  for (let at = lastKnown(log, i); at >= 0; at -= 1) {
    const touch = log[at] as Touch;
    if (i - touch.knownIndex > LEVEL_MEMORY_BARS) break;
    if (seen.has(touch.levelId)) continue;
    seen.add(touch.levelId);
    const { kind, price, touchCount, firstTouchMs, lastTouchMs } = touch;
    levels.push({ kind, price, touchCount, firstTouchMs, lastTouchMs });
  }
  return levels.sort((a, b) => a.price - b.price);
}

/** Index of the last touch known at bar `i`, by bisection; -1 when there is none. */
function lastKnown(log: LevelLog, i: number): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((log[middle] as Touch).knownIndex <= i) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
