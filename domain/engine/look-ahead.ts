/**
 * Finds strategies that look into the future: what is wanted at bar i must not change when bars after i are cut off or
 * become others. Asked at every bar where the strategy changes its mind, and at bars spread over the whole series.
 */
import { type BarSeries, sliceSeries } from '../market/bar-series.ts';
import { createRandom } from '../market/random.ts';
import { type EngineMarket, engineMarket } from './market.ts';
import { PLAIN_PLAN } from './plan.ts';
import { runReport } from './run-report.ts';
import type { HeldView, SignalColumns, Voice, Wish } from './signals.ts';

/** A wish that was another one with other bars after `cutAfter`. */
export type Leak = { readonly barIndex: number; readonly changed: string };

export type LookAhead = {
  readonly leaks: readonly Leak[];
  /** Bars at which the future was taken away, and wishes other than to wait in the run over all bars. */
  readonly cuts: number;
  readonly wishes: number;
};

export type LookAheadOptions = {
  /** Makes a strategy's voice anew over other bars; it keeps nothing from before. */
  readonly voice: (market: EngineMarket) => Voice | Promise<Voice>;
  /** Wishes that are compared in all. @default 20 million */
  readonly workMax?: number;
};

const CUTS_SPREAD = 60;
const CUTS_MAX = 400;
const WORK_MAX = 20_000_000;
const LEAKS_SHOWN = 200;
/** Before so many bars hardly any strategy speaks. */
const FIRST_CUT = 30;

type Asked = { readonly wish: string; readonly held: HeldView };

export async function findLookAhead(market: EngineMarket, options: LookAheadOptions): Promise<LookAhead> {
  const count = market.bars.close.length;
  const asked = await askedOver(market, options);
  const cuts = cutsOf(asked, Math.max(40, Math.floor((options.workMax ?? WORK_MAX) / (3 * Math.max(1, count)))));
  const leaks = new Map<number, string>();
  for (const cut of cuts) {
    for (const [how, bars] of otherFutures(market.bars, cut)) {
      const changed = await changedBy(bars, market, options, asked, cut);
      for (const [barIndex, what] of changed) {
        if (!leaks.has(barIndex)) leaks.set(barIndex, `${what} when the bars after ${cut} are ${how}`);
      }
    }
    if (leaks.size >= LEAKS_SHOWN) break;
  }
  const found = [...leaks]
    .map(([barIndex, changed]) => ({ barIndex, changed }))
    .sort((a, b) => a.barIndex - b.barIndex);
  const wishes = asked.filter(({ wish }) => wish !== WAITING).length;
  return { leaks: found.slice(0, LEAKS_SHOWN), cuts: cuts.length, wishes };
}

const WAITING = 'wait';

function wishText({ side, close, sizeFraction, stopPrice, targetPrice }: Wish): string {
  const what = side === 1 ? 'buy' : side === -1 ? 'sell' : close ? 'close' : WAITING;
  const levels = { size: sizeFraction, stop: stopPrice, target: targetPrice };
  const given = Object.entries(levels).filter(([, value]) => value !== undefined);
  return [what, ...given.map(([name, value]) => `${name} ${value}`)].join(' ');
}

function columnText({ side, exit, confidence }: SignalColumns, i: number): string {
  const entry = side[i] === 0 ? WAITING : `${side[i] === 1 ? 'buy' : 'sell'} at ${confidence?.[i] ?? 1}`;
  return exit[i] === 0 ? entry : `${entry}, exits ${exit[i]}`;
}

/** What the strategy wants at every bar, and the position it held then, in a run over all bars. */
async function askedOver(market: EngineMarket, { voice }: LookAheadOptions): Promise<Asked[]> {
  const made = await voice(market);
  const flat = { quantity: 0, entryPrice: Number.NaN, barsHeld: 0 };
  if (made.kind === 'columns') {
    return Array.from(made.columns.side, (_, i) => ({ wish: columnText(made.columns, i), held: flat }));
  }
  const asked: Asked[] = Array.from(market.bars.close, () => ({ wish: WAITING, held: flat }));
  const listening: Voice = {
    kind: 'asked',
    firstBar: made.firstBar,
    ask: (i, held) => {
      const wish = made.ask(i, held);
      asked[i] = { wish: wishText(wish), held };
      return wish;
    },
  };
  // Every side and fills at the close, so that the last bar is asked too.
  runReport({ ...PLAIN_PLAN, direction: 'longShort', fill: 'close', flips: 'reverse' }, [{ market, voice: listening }]);
  return asked;
}

/** Bars where the wish changes first of all, then bars spread evenly; in order of time. */
function cutsOf(asked: readonly Asked[], most: number): number[] {
  const last = asked.length - 2;
  const turns = asked.flatMap(({ wish }, i) => (i > 0 && i <= last && wish !== asked[i - 1]?.wish ? [i] : []));
  const wanted = Math.min(CUTS_MAX, most);
  const spread = Array.from(
    { length: CUTS_SPREAD },
    (_, n) => FIRST_CUT + Math.floor(((last - FIRST_CUT) * n) / CUTS_SPREAD),
  );
  const kept = thinned(turns, Math.max(1, wanted - CUTS_SPREAD));
  return [...new Set([...spread, ...kept])].filter((cut) => cut >= 1 && cut <= last).sort((a, b) => a - b);
}

const thinned = (places: readonly number[], most: number): number[] =>
  places.length <= most
    ? [...places]
    : Array.from({ length: most }, (_, n) => places[Math.floor((n * places.length) / most)] as number);

/** The series with other bars after `cut`: none, far higher ones, far lower ones and wild ones. */
function* otherFutures(bars: BarSeries, cut: number): Generator<readonly [string, BarSeries]> {
  yield ['cut off', sliceSeries(bars, 0, cut + 1)];
  const random = createRandom(`look-ahead:${cut}`);
  const level = cut % 2 === 0 ? 3 : 1 / 3;
  yield [level > 1 ? 'far higher' : 'far lower', changedAfter(bars, cut, () => level)];
  yield ['others', changedAfter(bars, cut, () => 0.5 + random.uniform())];
}

function changedAfter(bars: BarSeries, cut: number, factor: () => number): BarSeries {
  const columns = {
    open: bars.open.slice(),
    high: bars.high.slice(),
    low: bars.low.slice(),
    close: bars.close.slice(),
  };
  const volume = bars.volume.slice();
  for (let i = cut + 1; i < volume.length; i += 1) {
    const times = factor();
    for (const column of Object.values(columns)) column[i] = (column[i] as number) * times;
    volume[i] = (volume[i] as number) * factor();
  }
  return { ...bars, ...columns, volume };
}

/** Bars up to the cut whose wish is another one now, with both. */
async function changedBy(
  bars: BarSeries,
  { seed, quotes }: EngineMarket,
  { voice }: LookAheadOptions,
  asked: readonly Asked[],
  cut: number,
): Promise<(readonly [number, string])[]> {
  const changed: (readonly [number, string])[] = [];
  let i = 0;
  try {
    const made = await voice(engineMarket(bars, seed, quotes));
    for (; i <= cut; i += 1) {
      const before = asked[i] as Asked;
      const now = wishAt(made, i, before.held);
      if (now !== before.wish) changed.push([i, `${before.wish} becomes ${now}`]);
    }
  } catch (error) {
    changed.push([Math.min(i, cut), `the strategy fails (${error instanceof Error ? error.message : String(error)})`]);
  }
  return changed;
}

function wishAt(voice: Voice, i: number, held: HeldView): string {
  if (voice.kind === 'columns') return columnText(voice.columns, i);
  return i < voice.firstBar ? WAITING : wishText(voice.ask(i, held));
}
