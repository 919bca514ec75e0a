/**
 * How much leverage is allowed at all: by mode, risk score, drawdown and what was measured, whichever is tightest; and
 * what a position is forced to. All of it only ever tightens.
 */
import { type Forced, LEVERAGE_RUNGS, rungDown } from './actions.ts';
import type { LeverageGround, MeasuredLeverage } from './leverage-question.ts';

/** The mode's ceilings fall from this score on; from the second, nothing new (details to §9). */
const SCORE_FALLS = 50;
const SCORE_STOPS = 85;
/** Of the day: above the first at most 3, from the second on none, from the third nothing new. */
const DRAWDOWN = { three: 0.03, one: 0.04, stop: 0.08 };
const MARGIN_RATIO = { reduce: 0.7, close: 0.85 };
/** Fewer trades at a leverage say nothing about it. */
const MEASURED_TRADES_MIN = 20;

export type Cap = { readonly leverage: number; readonly reasons: readonly string[] };

export function capOf({ profile, riskScore, drawdownFraction, measured }: LeverageGround): Cap {
  const byScore = profile.leverageMax * (1 - Math.max(0, riskScore - SCORE_FALLS) / SCORE_FALLS);
  const bounds = [
    { leverage: profile.leverageMax, reason: 'the operating mode' },
    { leverage: byScore, reason: `risk score ${riskScore}` },
    { leverage: byDrawdown(drawdownFraction), reason: `drawdown ${percent(drawdownFraction)}` },
    { leverage: byRecord(measured), reason: 'what leverage has earned in this regime' },
  ].map((one) => ({ ...one, leverage: Math.max(1, rungDown(one.leverage)) }));
  const leverage = Math.min(...bounds.map((one) => one.leverage));
  return { leverage, reasons: bounds.filter((one) => one.leverage === leverage).map(({ reason }) => reason) };
}

const HIGHEST = LEVERAGE_RUNGS.at(-1) ?? 1;

function byDrawdown(drawdown: number): number {
  if (!(drawdown < DRAWDOWN.one)) return 1;
  return drawdown > DRAWDOWN.three ? 3 : HIGHEST;
}

/** Below the lowest leverage above 1 that has earned nothing in enough trades. */
function byRecord(measured: readonly MeasuredLeverage[]): number {
  const failed = measured.filter((one) => one.trades >= MEASURED_TRADES_MIN && !(one.averageReturn > 0));
  const lowest = Math.min(...failed.map(({ leverage }) => leverage).filter((leverage) => leverage > 1));
  return Number.isFinite(lowest) ? rungDown(lowest - 1e-9) : HIGHEST;
}

/** Margin ratio 0.70 and more halves the position, 0.85 and more closes it: before the venue does. */
export function forcedBy({ marginRatio, position }: Pick<LeverageGround, 'marginRatio' | 'position'>): Forced {
  if (position === null) return null;
  if (!(marginRatio < MARGIN_RATIO.close)) return 'close';
  return marginRatio < MARGIN_RATIO.reduce ? null : 'reduceHalf';
}

/** Nothing new in an emergency, where the mode says so, or with margin running out. */
export const mayOpen = ({ profile, riskScore, drawdownFraction, marginRatio }: LeverageGround): boolean =>
  profile.newEntries &&
  riskScore < SCORE_STOPS &&
  drawdownFraction < DRAWDOWN.stop &&
  marginRatio < MARGIN_RATIO.reduce;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
