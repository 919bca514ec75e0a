/**
 * The risk score: 0 to 100, the sum of parts that each rise in a straight line from nothing to all of their points.
 * Points and the ends of drawdown, VaR and ES are those of the design page (§9); the other ends are chosen: gross
 * exposure of all equity and 20 % in one symbol are the desk's own limits (config/governance.yaml), leverage counts as
 * high from 5 (design page, §7), a day to sell is what a daily VaR takes for granted. Unknown counts as the worst.
 */
import type { RiskLevel, RiskPart, RiskParts } from '../../../schemas/officers/risk-state.ts';

/** Fractions of equity, losses of one day positive. Null: not known. */
export type RiskFigures = {
  /** The larger of the day's and the one from the peak. */
  readonly drawdownFraction: number | null;
  /** Both at 95 %. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  readonly grossExposure: number | null;
  readonly largestSymbolFraction: number | null;
  /** The larger of gross exposure and the highest leverage of a position. */
  readonly leverage: number | null;
  /** Of the position that takes longest. */
  readonly daysToLiquidate: number | null;
  /** Age of the oldest price over the age from which it is stale. */
  readonly dataAgeShare: number | null;
};

type Ramp = { readonly pointsMax: number; readonly from: number; readonly to: number };

const RAMPS: Readonly<Record<keyof RiskParts, Ramp>> = {
  drawdown: { pointsMax: 30, from: 0, to: 0.08 },
  valueAtRisk: { pointsMax: 20, from: 0, to: 0.04 },
  expectedShortfall: { pointsMax: 10, from: 0, to: 0.08 },
  exposure: { pointsMax: 15, from: 0, to: 1 },
  concentration: { pointsMax: 10, from: 0, to: 0.2 },
  leverage: { pointsMax: 10, from: 1, to: 5 },
  liquidity: { pointsMax: 5, from: 0, to: 1 },
};

/** Sums of such parts differ in their last digits; a level must not hang on them. */
const SCORE_DIGITS = 1e6;

export function riskParts(figures: RiskFigures): RiskParts {
  return {
    drawdown: part(RAMPS.drawdown, figures.drawdownFraction),
    valueAtRisk: part(RAMPS.valueAtRisk, figures.valueAtRisk),
    expectedShortfall: part(RAMPS.expectedShortfall, figures.expectedShortfall),
    exposure: part(RAMPS.exposure, figures.grossExposure),
    concentration: part(RAMPS.concentration, figures.largestSymbolFraction),
    leverage: part(RAMPS.leverage, figures.leverage),
    liquidity: part(RAMPS.liquidity, worse(figures.daysToLiquidate, figures.dataAgeShare)),
  };
}

/** All parts full, nothing known: what a portfolio that cannot be read comes to. */
export const worstParts = (): RiskParts =>
  riskParts({
    drawdownFraction: null,
    valueAtRisk: null,
    expectedShortfall: null,
    grossExposure: null,
    largestSymbolFraction: null,
    leverage: null,
    daysToLiquidate: null,
    dataAgeShare: null,
  });

export function riskScore(parts: RiskParts): number {
  const sum = Object.values(parts).reduce((total, { points }) => total + points, 0);
  return Math.min(100, Math.round(sum * SCORE_DIGITS) / SCORE_DIGITS);
}

/** low < 40 ≤ medium < 70 ≤ high < 85 ≤ critical. */
export function riskLevel(score: number): RiskLevel {
  if (score < 40) return 'low';
  if (score < 70) return 'medium';
  return score < 85 ? 'high' : 'critical';
}

function part({ pointsMax, from, to }: Ramp, value: number | null): RiskPart {
  if (value === null || !Number.isFinite(value)) return { points: pointsMax, pointsMax, value: null };
  const share = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return { points: pointsMax * share, pointsMax, value };
}

const worse = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(a, b));
