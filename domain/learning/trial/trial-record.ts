/**
 * What one run over the bars leaves behind for judging it: the return of every bar and every closed trade. Figures of a
 * part of the bars come from here, so that one run serves all folds. Sharpe ratios are per bar, not annualised.
 */
import type { EngineRun } from '../../engine/run-report.ts';
import { TRADE } from '../../engine/state.ts';
import { plainSharpe } from '../honesty/sample-moments.ts';
import type { BarRange } from '../validation/splits.ts';

export type TrialRecord = {
  /** Equity at each close over that at the close before, less 1; the first against the cash at the start. */
  readonly returns: Float64Array;
  /** Bars in which each trade was opened and closed, in the order of their closing. */
  readonly entryBars: Int32Array;
  readonly exitBars: Int32Array;
};

/** The record of a run of one symbol whose instants are its bars. */
export function trialRecord({ account, equity }: Pick<EngineRun, 'account' | 'equity'>): TrialRecord {
  const { cells, count, width } = account.trades;
  const column = (name: 'entryBar' | 'exitBar') =>
    Int32Array.from({ length: count }, (_, row) => cells[row * width + TRADE[name]] as number);
  return {
    returns: returnsOf(equity, account.plan.cash),
    entryBars: column('entryBar'),
    exitBars: column('exitBar'),
  };
}

/** A wealth of 0 or less earns nothing any more. */
function returnsOf(equity: Float64Array, cash: number): Float64Array {
  const returns = new Float64Array(equity.length);
  let before = cash;
  for (let i = 0; i < equity.length; i += 1) {
    const now = equity[i] as number;
    returns[i] = before > 0 ? now / before - 1 : 0;
    before = now;
  }
  return returns;
}

export const sharpeIn = ({ returns }: TrialRecord, { from, to }: BarRange): number =>
  plainSharpe(returns.subarray(from, to));

/** Trades that were opened inside the range. */
export function tradesIn({ entryBars }: TrialRecord, { from, to }: BarRange): number {
  let count = 0;
  for (const bar of entryBars) if (bar >= from && bar < to) count += 1;
  return count;
}

/** The returns of all ranges, one after the other. */
export function returnsIn({ returns }: TrialRecord, ranges: readonly BarRange[]): Float64Array {
  const joined = new Float64Array(ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0));
  let at = 0;
  for (const { from, to } of ranges) {
    joined.set(returns.subarray(from, to), at);
    at += Math.max(0, to - from);
  }
  return joined;
}

/** Only what was earned by trades for which `counts` holds, told by the bar in which each was opened; 0 elsewhere. */
export function onlyTrades(record: TrialRecord, counts: (entryBar: number) => boolean): TrialRecord {
  const kept: number[] = [];
  const returns = new Float64Array(record.returns.length);
  record.entryBars.forEach((entryBar, trade) => {
    if (!counts(entryBar)) return;
    kept.push(trade);
    const exitBar = record.exitBars[trade] as number;
    for (let i = entryBar; i <= exitBar; i += 1) returns[i] = record.returns[i] as number;
  });
  return {
    returns,
    entryBars: Int32Array.from(kept, (trade) => record.entryBars[trade] as number),
    exitBars: Int32Array.from(kept, (trade) => record.exitBars[trade] as number),
  };
}
