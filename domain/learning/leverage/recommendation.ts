/** The leverage manager's answer in words a person can read: what to do, why, and what to beware of. */
import { type Forced, type LeverageAction, rungDown } from './actions.ts';
import type { Cap } from './leverage-cap.ts';
import type { LeverageGround } from './leverage-question.ts';
import type { LeveragedSize } from './leveraged-size.ts';

type Told = {
  readonly action: LeverageAction;
  readonly bestLeverage: number;
  readonly isShort: boolean;
  readonly confidence: number;
  readonly leverage: number;
  readonly adjustedLeverage: number;
  readonly kellyFraction: number;
  readonly size: LeveragedSize;
  readonly forced: Forced;
  readonly isReduceOnly: boolean;
  readonly cap: Cap;
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function recommendationOf(
  question: LeverageGround,
  told: Told,
): { readonly recommendation: string; readonly reasoning: readonly string[] } {
  return { recommendation: sentenceOf(told), reasoning: reasonsOf(question, told) };
}

function sentenceOf({ action, bestLeverage, confidence, forced, isShort, leverage, size }: Told): string {
  if (forced === 'close') return 'Close the position now: its margin is nearly used up.';
  if (action === 'close') return `Close the position (confidence ${percent(confidence)}).`;
  if (action === 'reduceHalf') return `Halve the position${forced === null ? '' : ' now: its margin runs low'}.`;
  if (leverage > 0) {
    const what = `${isShort ? 'short' : 'long'} at ${leverage}x`;
    return `Open ${what} with ${percent(size.sizeFraction)} of equity as margin (confidence ${percent(confidence)}).`;
  }
  return bestLeverage > 0 ? 'Open nothing: no size is left for it.' : `Hold (confidence ${percent(confidence)}).`;
}

function reasonsOf(question: LeverageGround, told: Told): string[] {
  const { adjustedLeverage, bestLeverage, cap, forced, isReduceOnly, kellyFraction, leverage } = told;
  if (forced !== null) return [`margin ratio ${question.marginRatio.toFixed(2)} forces ${forced}`];
  const { realisedVolatility, targetVolatility, trendAgreement } = question;
  if (bestLeverage === 0) return isReduceOnly ? ['nothing new may be opened'] : [];
  const shown = `${targetVolatility} / ${realisedVolatility}`;
  return [
    `base ${bestLeverage}x, volatility target / realised ${shown}, trend agreement ${trendAgreement}, confidence ` +
      `${told.confidence.toFixed(3)}: ${adjustedLeverage.toFixed(3)}x`,
    `at most ${cap.leverage}x by ${cap.reasons.join(', ')}`,
    kellyFraction > 0 ? `half of Kelly exposes ${percent(kellyFraction)} of equity` : 'Kelly is 0 or less: no position',
    ...(leverage > 0 ? [`worst case costs ${told.size.worstCaseLossUsd} USD`] : []),
  ];
}

export function warningsOf({ edge, market, marginRatio }: LeverageGround, told: Told): string[] {
  const { adjustedLeverage, bestLeverage, cap, leverage, size } = told;
  return [
    ...(bestLeverage > 0 && adjustedLeverage < 1 ? ['adjusted leverage is below 1: the size is scaled by it'] : []),
    ...(leverage > 0 && leverage < Math.min(rungDown(Math.max(1, adjustedLeverage)), rungDown(cap.leverage))
      ? ['leverage is lower so that the stop comes before the liquidation']
      : []),
    ...(edge.trades !== undefined && edge.trades < 30 ? [`the edge rests on ${edge.trades} trades`] : []),
    ...(marginRatio >= 0.5 ? [`margin ratio ${marginRatio.toFixed(2)}`] : []),
    ...(size.riskBudgetLeftUsd === '0' ? ["nothing is left of the day's risk budget"] : []),
    ...(market.stopDistanceFraction === 1 ? ['there is no stop: all margin is at stake'] : []),
  ];
}
