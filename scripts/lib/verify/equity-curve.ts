/**
 * A simulated account's wealth at the close of every instant, out of fills, funding and bars alone. A fill is stamped
 * with the open of its bar; what flattens at the end fills after the last close and gives one more point.
 */
import { timelineOf } from '../../../domain/backtest/walk-context.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { type Amount, amount, NONE, sum } from './amounts.ts';
import type { Funding } from './funding.ts';
import type { StoredFill } from './read-account.ts';
import { signedOf } from './rebuild.ts';

export type CurvePoint = { readonly atMs: number; readonly equity: Amount };

export type CurveFacts = {
  readonly startingCash: Amount;
  readonly fills: readonly StoredFill[];
  readonly funding: readonly Funding[];
  readonly series: readonly BarSeries[];
  /** Instants walked, and of these how many were past when the session opened on a live market. */
  readonly cursor: number;
  readonly pastInstants: number;
};

const isFlattening = (fill: StoredFill): boolean => fill.order?.exit_reason === 'flatten';

export function equityCurve(facts: CurveFacts): CurvePoint[] {
  const { fills, series } = facts;
  const { openTimeMs, indexes } = timelineOf(series);
  const walked = fills.filter((fill) => !isFlattening(fill));
  const account = openAccount(facts.startingCash);
  const points: CurvePoint[] = [];
  let next = 0;
  let paid = 0;
  const funding = facts.funding.toSorted((a, b) => a.atMs - b.atMs);
  for (let k = 0; k < Math.min(facts.cursor, openTimeMs.length); k += 1) {
    const openMs = openTimeMs[k] as number;
    const closeMs = openMs + (series[0]?.intervalMs ?? 0);
    for (; next < walked.length && atOf(walked[next]) <= openMs; next += 1) account.take(walked[next]);
    for (; paid < funding.length && (funding[paid]?.atMs ?? Number.POSITIVE_INFINITY) < closeMs; paid += 1) {
      account.pay(funding[paid]?.paid ?? NONE);
    }
    for (const bars of series) {
      const index = indexes.get(bars.symbol)?.[k] ?? -1;
      if (index >= 0) account.mark(bars.symbol, amount(bars.close[index] as number));
    }
    if (k >= facts.pastInstants) points.push({ atMs: closeMs, equity: account.worth() });
  }
  const last = fills.filter(isFlattening);
  for (const fill of last) account.take(fill);
  return last.length === 0 ? points : [...points, { atMs: atOf(last.at(-1)), equity: account.worth() }];
}

const atOf = (fill: StoredFill | undefined): number => fill?.at.getTime() ?? Number.POSITIVE_INFINITY;

function openAccount(startingCash: Amount) {
  let cash = startingCash;
  const held = new Map<string, Amount>();
  const marks = new Map<string, Amount>();
  return {
    take(fill: StoredFill | undefined): void {
      if (fill === undefined) return;
      const signed = signedOf(fill);
      cash = cash.minus(signed.times(fill.price)).minus(fill.fee);
      held.set(fill.symbol, (held.get(fill.symbol) ?? NONE).plus(signed));
    },
    pay(money: Amount): void {
      cash = cash.minus(money);
    },
    mark(symbol: string, price: Amount): void {
      marks.set(symbol, price);
    },
    worth: (): Amount =>
      cash.plus(sum([...held].map(([symbol, quantity]) => quantity.times(marks.get(symbol) ?? NONE)))),
  };
}
