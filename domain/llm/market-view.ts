/**
 * What the rules think of one symbol: which side its momentum is on, how firmly, and why. It looks at logarithms of
 * price changes alone, so a market turned upside down (p′ = k / p) gives the other side with equal confidence.
 * z of a span = ln(1 + momentum) / (realised volatility × √bars), cut to ±3; score = weighted mean of the known spans,
 * longer ones weighing more; a side where |score| ≥ 0.15. Spans, weights and bounds are chosen; no outside source.
 */
import type { DecisionAction, Side } from '../../schemas/decision.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { printFigure } from './quoted-numbers.ts';
import { type VetoReason, vetoReasons } from './veto.ts';

export type MarketView = {
  readonly side: Side;
  readonly action: DecisionAction;
  /** 0.6 to 0.95 of a side, 0 of a market that is not known yet. */
  readonly confidence: number;
  readonly rationale: string;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly warnings: readonly string[];
};

type Span = { readonly words: string; readonly bars: number; readonly weight: number; readonly momentum: number };

const SCORE_MIN = 0.15;
const Z_MAX = 3;
const CONFIDENCE = { least: 0.6, most: 0.95, fullScore: 2, ofHold: 0.5 };

export function marketView(features: MarketFeatures): MarketView {
  const spans = spansOf(features);
  const sigma = features.volatility.realisedVolatility;
  if (spans.length === 0 || sigma === null) return UNKNOWN;
  const score = scoreOf(spans, sigma);
  const side: Side = Math.abs(score) < SCORE_MIN ? 0 : score > 0 ? 1 : -1;
  const action = side === 0 ? 'hold' : side === 1 ? 'buy' : 'sell';
  const reasons = vetoReasons(side === 0 ? 'buy' : action, features);
  return {
    side,
    action,
    confidence: confidenceOf(side, score),
    rationale: rationaleOf(action, spans, sigma),
    riskLevel: riskLevelOf(features, reasons),
    warnings: side === 0 ? [] : reasons.map((reason) => WARNINGS[reason](features)),
  };
}

/** From −1 to 1: the score as a share of the firmest there is; null where too little is known. */
export function signalOf(features: MarketFeatures): number | null {
  const spans = spansOf(features);
  const sigma = features.volatility.realisedVolatility;
  return spans.length === 0 || sigma === null ? null : scoreOf(spans, sigma) / Z_MAX;
}

const UNKNOWN: MarketView = {
  side: 0,
  action: 'hold',
  confidence: 0,
  rationale: 'hold: too few bars are known to tell a direction',
  riskLevel: 'medium',
  warnings: [],
};

function spansOf({ momentum }: MarketFeatures): Span[] {
  const known = [
    { words: 'five bars', bars: 5, weight: 0.5, momentum: momentum.momentum5 },
    { words: 'twenty bars', bars: 20, weight: 1, momentum: momentum.momentum20 },
    { words: 'sixty bars', bars: 60, weight: 2, momentum: momentum.momentum60 },
    { words: 'two hundred bars', bars: 200, weight: 3, momentum: momentum.momentum200 },
  ];
  return known.flatMap((one) => (one.momentum === null ? [] : [{ ...one, momentum: one.momentum }]));
}

function scoreOf(spans: readonly Span[], sigma: number): number {
  let [sum, total] = [0, 0];
  for (const span of spans) {
    sum += span.weight * zOf(span, sigma);
    total += span.weight;
  }
  return sum / total;
}

/** A price that moves without any volatility goes as firmly as can be. */
function zOf({ bars, momentum }: Span, sigma: number): number {
  const change = Math.log1p(momentum);
  if (change === 0) return 0;
  return Math.max(-Z_MAX, Math.min(Z_MAX, change / (sigma * Math.sqrt(bars))));
}

function confidenceOf(side: Side, score: number): number {
  const { least, most, fullScore, ofHold } = CONFIDENCE;
  if (side === 0) return ofHold;
  return least + (most - least) * Math.min(1, (Math.abs(score) - SCORE_MIN) / fullScore);
}

const DIRECTIONS: Readonly<Record<DecisionAction, string>> = {
  buy: 'prices have risen, the longer spans weighing more',
  sell: 'prices have fallen, the longer spans weighing more',
  hold: 'prices have moved little beside their volatility',
};

/** Every number in it is a feature, printed; spans are told in words. */
function rationaleOf(action: DecisionAction, spans: readonly Span[], sigma: number): string {
  const told = spans.map(({ words, momentum }) => `over ${words} ${printFigure(momentum)}`).join(', ');
  return `${action}: ${DIRECTIONS[action]}; change ${told}; realised volatility of a bar ${printFigure(sigma)}`;
}

function riskLevelOf({ regime }: MarketFeatures, reasons: readonly VetoReason[]): MarketView['riskLevel'] {
  if (regime.volatility === 'high' || reasons.includes('UNUSUAL')) return 'high';
  return regime.volatility === 'low' && reasons.length === 0 ? 'low' : 'medium';
}

const print = (value: number | null): string => (value === null ? 'unknown' : printFigure(value));

const WARNINGS: Readonly<Record<VetoReason, (features: MarketFeatures) => string>> = {
  CHANGE_AGAINST: ({ momentum }) => `the change of one day runs against it: ${print(momentum.change24h)}`,
  VOLATILITY_HIGH: ({ volatility }) =>
    `volatility is high: a bar ranges over ${print(volatility.atrRatio)} of the price`,
  REGIME_CHANGED: ({ barsSinceRegimeChange }) =>
    `the regime has just changed, bars ago: ${print(barsSinceRegimeChange)}`,
  UNUSUAL: ({ momentum, volume }) =>
    `an unusual bar: return ${print(momentum.barReturn)}, volume over its average ${print(volume.volumeRatio)}`,
};
