/**
 * A walk of the engine over a stretch of a market, with an agent or with what it is measured against: who buys or sells
 * and holds, the desk's technical rule, and the agent's own positions at other times.
 */
import { builtInVoice } from '../../engine/desk-plan.ts';
import { type EngineMarket, engineMarket } from '../../engine/market.ts';
import type { EnginePlan } from '../../engine/plan.ts';
import { runReport } from '../../engine/run-report.ts';
import type { SignalColumns, Voice, Wish } from '../../engine/signals.ts';
import { FILL } from '../../engine/state.ts';
import { sliceSeries } from '../../market/bar-series.ts';
import type { BarRange } from '../validation/splits.ts';
import { RUIN_FRACTION } from './kept-account.ts';

/** The stretch `range` of a market, which is known as a whole: indicators are warm where it begins. */
export type Stretch = { readonly market: EngineMarket; readonly plan: EnginePlan; readonly range: BarRange };

export type Walked = {
  /** Of equity, bar by bar, as fractions. */
  readonly returns: Float64Array;
  readonly tradeCount: number;
  /** The side that is held after what was decided at each bar: 1, 0 or −1. */
  readonly sides: Int8Array;
};

export function walkStretch({ market, plan, range }: Stretch, voice: Voice): Walked {
  const part = engineMarket(sliceSeries(market.bars, range.from, range.to), market.seed);
  const { account, equity } = runReport(plan, [{ market: part, voice }], { way: 'barByBar' });
  const returns = returnsOf(equity, plan.cash);
  const { cells, count, width } = account.fills;
  const sides = new Int8Array(equity.length);
  let held = 0;
  let next = 0;
  for (let i = 0; i < sides.length; i += 1) {
    for (; next < count && (cells[next * width + FILL.bar] as number) <= i + 1; next += 1) {
      held += cells[next * width + FILL.quantity] as number;
    }
    sides[i] = Math.abs(held) < plan.quantityStep / 2 ? 0 : Math.sign(held);
  }
  return { returns, tradeCount: account.trades.count, sides };
}

/** As in training, an account that is ruined ends: nothing is earned with what is left of it, or of its debts. */
function returnsOf(equity: Float64Array, cash: number): Float64Array {
  const returns = new Float64Array(equity.length);
  let before = cash;
  for (let k = 0; k < returns.length && before >= RUIN_FRACTION * cash; k += 1) {
    const now = Math.max(0, equity[k] as number);
    returns[k] = now / before - 1;
    before = now;
  }
  return returns;
}

/** What became of the wealth, as a fraction of it. */
export const growth = (returns: Float64Array): number => returns.reduce((wealth, one) => wealth * (1 + one), 1) - 1;

/** Always wants that side. */
export const holdingVoice = (side: 1 | -1): Voice => ({
  kind: 'asked',
  firstBar: 0,
  ask: () => ({ side, close: false }),
});

/** The desk's technical rule, its columns made over the whole market. */
export function ruleVoice({ market, range: { from, to } }: Stretch): Voice {
  const voice = builtInVoice({ type: 'hybrid', parameters: {} }, market);
  if (voice.kind !== 'columns') throw new Error('the technical rule has columns');
  const { side, exit, confidence, firstBar } = voice.columns;
  const columns: SignalColumns = {
    side: side.subarray(from, to),
    exit: exit.subarray(from, to),
    confidence: confidence?.subarray(from, to) ?? null,
    firstBar: Math.max(0, firstBar - from),
  };
  return { kind: 'columns', columns };
}

/**
 * The same positions, `shift` bars later; what reaches beyond the end comes
 * first: as often in the market, at other times.
 */
export function shiftedVoice(sides: Int8Array, shift: number): Voice {
  const wanted = (i: number): number => sides[(i - shift + sides.length) % sides.length] as number;
  const ask = (i: number, { quantity }: { readonly quantity: number }): Wish => {
    const side = wanted(i) as 1 | -1 | 0;
    return { side, close: quantity !== 0 && side !== Math.sign(quantity) };
  };
  return { kind: 'asked', firstBar: 0, ask };
}
