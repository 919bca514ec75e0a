/**
 * The CEO's rules: which operating mode the inputs ask for, first match wins, the tightest asked first. Thresholds are
 * inclusive, but for the drawdown of stability. Written so that what cannot be compared (NaN) never loosens.
 */
import type { OperatingMode } from '../../../schemas/governance.ts';
import type { CeoInputs } from '../../../schemas/officers/ceo-decision.ts';
import type { CeoRules } from '../../../schemas/officers/policy-store.ts';

/** Added to score and drawdown before they are compared: 0 to judge, the clearance to see whether a rule is clear. */
export type Margin = { readonly score: number; readonly drawdownFraction: number };
export const NO_MARGIN: Margin = { score: 0, drawdownFraction: 0 };

export type RuleMatch = { readonly mode: OperatingMode; readonly reasons: readonly string[] };

/** A sum of decimal fractions may miss its decimal value by this much. */
const ROUNDING = 1e-12;
const reaches = (value: number, limit: number): boolean => !(value < limit - ROUNDING);
const exceeds = (value: number, limit: number): boolean => !(value <= limit + ROUNDING);

/** The mode that the inputs ask for, with everything that speaks for it. */
export function firstMatch(inputs: CeoInputs, rules: CeoRules, margin: Margin = NO_MARGIN): RuleMatch {
  for (const [mode, reasonsOf] of RULES) {
    const reasons = reasonsOf(inputs, rules, margin).filter((one) => one !== null);
    if (reasons.length > 0) return { mode, reasons };
  }
  return { mode: 'expansion', reasons: ['no rule asks for less'] };
}

type ModeRule = (inputs: CeoInputs, rules: CeoRules, margin: Margin) => readonly (string | null)[];

const emergency: ModeRule = (inputs, rules, margin) => [
  inputs.risk.portfolioKnown ? null : 'the portfolio is unknown',
  drawdownFrom(inputs, rules.emergencyDrawdownFraction, margin),
  scoreFrom(inputs, rules.emergencyScore, margin),
];

const defensive: ModeRule = (inputs, rules, margin) => [
  drawdownFrom(inputs, rules.defensiveDrawdownFraction, margin),
  scoreFrom(inputs, rules.defensiveScore, margin),
];

const stability: ModeRule = (inputs, rules, margin) => [
  drawdownAbove(inputs, rules.stabilityDrawdownFraction, margin),
  scoreFrom(inputs, rules.stabilityScore, margin),
  ...missing(inputs),
];

const growth: ModeRule = (inputs, rules, margin) => {
  const { winRate, closedTrades } = inputs.strategy;
  const { expansionWinRateMin, expansionClosedTradesMin } = rules;
  const isGood = winRate !== null && winRate >= expansionWinRateMin;
  return [
    scoreFrom(inputs, rules.growthScore, margin),
    isGood ? null : `win rate ${winRate ?? 'unknown'} below ${expansionWinRateMin}`,
    closedTrades >= expansionClosedTradesMin
      ? null
      : `${closedTrades} closed trades, below ${expansionClosedTradesMin}`,
  ];
};

const RULES: readonly (readonly [OperatingMode, ModeRule])[] = [
  ['emergency', emergency],
  ['defensive', defensive],
  ['stability', stability],
  ['growth', growth],
];

function scoreFrom({ risk: { score } }: CeoInputs, limit: number, margin: Margin): string | null {
  if (score === null || !reaches(score + margin.score, limit)) return null;
  return `risk score ${score} against ${limit}${within(margin.score)}`;
}

function drawdownFrom(inputs: CeoInputs, limit: number, margin: Margin): string | null {
  return drawdownReason(inputs, limit, margin, reaches);
}

const drawdownAbove = (inputs: CeoInputs, limit: number, margin: Margin): string | null =>
  drawdownReason(inputs, limit, margin, exceeds);

function drawdownReason(
  { risk: { drawdownDailyFraction: drawdown } }: CeoInputs,
  limit: number,
  { drawdownFraction: margin }: Margin,
  isBeyond: (value: number, limit: number) => boolean,
): string | null {
  if (drawdown === null || !isBeyond(drawdown + margin, limit)) return null;
  return `daily drawdown ${drawdown} against ${limit}${within(margin)}`;
}

const within = (margin: number): string => (margin === 0 ? '' : ` less ${margin}`);

/** What is stale, and figures that were never measured. */
function missing({ risk, strategy, health, portfolio }: CeoInputs): string[] {
  const stale = Object.entries({ risk, strategy, health, portfolio }).flatMap(([name, { stale }]) =>
    stale ? [`${name} is stale`] : [],
  );
  const unmeasured = risk.score === null || risk.drawdownDailyFraction === null;
  return unmeasured ? [...stale, 'risk is not measured yet'] : stale;
}
