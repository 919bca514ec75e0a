/**
 * The Risk Officer's one question: how much risk does this portfolio carry, and what may it still take on? Fails
 * closed: a portfolio that is missing, not readable, or without equity scores 100, critical, with nothing allowed.
 */
import type { ModeProfile } from '../../../schemas/governance.ts';
import { type RiskPortfolio, riskPortfolioSchema } from '../../../schemas/officers/portfolio.ts';
import type { LossTable, RiskState } from '../../../schemas/officers/risk-state.ts';
import { pathText } from '../../../schemas/path-text.ts';
import { riskCeilings } from './ceilings.ts';
import { fallFraction } from './drawdown.ts';
import { exposureMeasures } from './exposure-measures.ts';
import { type HoldingsLoss, holdingsLoss, RETURNS_MIN, UNKNOWN_LOSSES } from './holdings-loss.ts';
import { riskLevel, riskParts, riskScore, worstParts } from './risk-score.ts';
import { type SymbolHolding, symbolHoldings } from './symbol-holdings.ts';

/** `portfolio` is whatever was read, in the shape of `riskPortfolioSchema`; `profile` that of the operating mode. */
export type RiskQuestion = {
  readonly portfolio: unknown;
  readonly profile: ModeProfile;
  readonly asOfMs: number;
};

const SCORE_LEVEL = '0.95';
const MISTAKES_TOLD = 5;
/** A quantile at 99 % of fewer days lies between the two worst of them. */
const DAYS_FOR_99 = 100;

export function assessRisk({ portfolio, profile, asOfMs }: RiskQuestion): RiskState {
  const read = riskPortfolioSchema.safeParse(portfolio);
  if (read.success) return knownRisk(read.data, profile, asOfMs);
  const mistakes = read.error.issues.map(({ path, message }) => `${pathText(path)} ${message}`.trim());
  return unknownRisk(profile, asOfMs, [`the portfolio is not known: ${mistakes.slice(0, MISTAKES_TOLD).join('; ')}`]);
}

function knownRisk(portfolio: RiskPortfolio, profile: ModeProfile, asOfMs: number): RiskState {
  const equity = Number(portfolio.equity);
  const holdings = symbolHoldings(portfolio.positions, equity);
  const losses = holdingsLoss(holdings);
  const exposure = exposureMeasures(holdings);
  const daysToLiquidate = slowest(holdings);
  const drawdowns = drawdownsOf(portfolio, equity);
  const parts = riskParts({
    drawdownFraction: Math.max(drawdowns.drawdownDailyFraction, drawdowns.drawdownPeakFraction),
    valueAtRisk: worstOf(losses.var),
    expectedShortfall: worstOf(losses.es),
    grossExposure: exposure.grossExposure,
    largestSymbolFraction: exposure.largestSymbolFraction,
    leverage: holdings.reduce((most, one) => Math.max(most, one.leverageMax), exposure.grossExposure),
    daysToLiquidate,
    dataAgeShare: dataAgeShare(portfolio, holdings),
  });
  const score = riskScore(parts);
  const { var: valueAtRisk, es, measures, averageCorrelation, components, componentVarTotal } = losses;
  return {
    portfolioKnown: true,
    asOfMs,
    riskScore: score,
    riskLevel: riskLevel(score),
    parts,
    var: valueAtRisk,
    es,
    tailIndex: measures?.tail?.index ?? null,
    ...drawdowns,
    ...exposure,
    averageCorrelation,
    daysToLiquidateMax: daysToLiquidate,
    unmeasuredFraction: losses.unmeasuredFraction,
    components: [...components],
    componentVarTotal,
    ceilings: riskCeilings(profile, score),
    notes: notesOf(portfolio, holdings, losses),
  };
}

const unknownRisk = (profile: ModeProfile, asOfMs: number, notes: string[]): RiskState => ({
  portfolioKnown: false,
  asOfMs,
  riskScore: 100,
  riskLevel: 'critical',
  parts: worstParts(),
  var: UNKNOWN_LOSSES,
  es: UNKNOWN_LOSSES,
  tailIndex: null,
  drawdownDailyFraction: null,
  drawdownPeakFraction: null,
  grossExposure: null,
  netExposure: null,
  largestSymbolFraction: null,
  herfindahl: null,
  averageCorrelation: null,
  daysToLiquidateMax: null,
  unmeasuredFraction: null,
  components: [],
  componentVarTotal: null,
  ceilings: riskCeilings(profile, 100),
  notes,
});

/** A peak that was not kept up to date is at least the day's start. */
const drawdownsOf = ({ dayStartEquity, peakEquity }: RiskPortfolio, equity: number) => ({
  drawdownDailyFraction: fallFraction(Number(dayStartEquity), equity),
  drawdownPeakFraction: fallFraction(Math.max(Number(peakEquity), Number(dayStartEquity)), equity),
});

/** The largest among the methods that have an answer: which of them is right is only known afterwards. */
const worstOf = (losses: LossTable): number =>
  Math.max(...Object.values(losses).map((row) => row[SCORE_LEVEL] ?? Number.NEGATIVE_INFINITY));

/** 0 when nothing is held, null when one of the holdings is not known to sell at all. */
const slowest = (holdings: readonly SymbolHolding[]): number | null =>
  holdings.reduce<number | null>(
    (most, { daysToLiquidate: days }) => (most === null || days === null ? null : Math.max(most, days)),
    0,
  );

function dataAgeShare({ dataAgeMs, dataAgeMaxMs }: RiskPortfolio, holdings: readonly SymbolHolding[]): number | null {
  if (holdings.length === 0) return 0;
  return dataAgeMs === null ? null : dataAgeMs / dataAgeMaxMs;
}

function notesOf(portfolio: RiskPortfolio, holdings: readonly SymbolHolding[], losses: HoldingsLoss): string[] {
  const { measures, unmeasured } = losses;
  const days = measures?.count ?? 0;
  const age = dataAgeShare(portfolio, holdings);
  const unsellable = holdings.filter(({ daysToLiquidate }) => daysToLiquidate === null).map(({ symbol }) => symbol);
  return [
    ...(unmeasured.length > 0 ? [`fewer than ${RETURNS_MIN} days, counted as lost: ${unmeasured.join(', ')}`] : []),
    ...(measures === null || days >= DAYS_FOR_99 ? [] : [`99 %: only ${days} days, fewer than ${DAYS_FOR_99}`]),
    ...(measures?.refusals ?? []),
    ...(unsellable.length > 0 ? [`volume not known, counted as not sellable: ${unsellable.join(', ')}`] : []),
    ...(age === null ? ['age of the data not known'] : age >= 1 ? ['the data is stale'] : []),
  ];
}
