/**
 * The one look at the sealed bars: champion, its rivals and the plain
 * strategies over them, at real costs, and the verdict.
 * Everything runs over the whole history, so that indicators know their past, and counts from the sealed range on.
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { Promotion } from '../../../schemas/evolution-run.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import { SINGLE_STRATEGY_TYPES, strategySchema } from '../../../schemas/signals.ts';
import { builtInVoice } from '../../engine/desk-plan.ts';
import { type EngineMarket, engineMarket } from '../../engine/market.ts';
import { runReport } from '../../engine/run-report.ts';
import { kernels } from '../../features/kernels.ts';
import type { BarSeries } from '../../market/bar-series.ts';
import { closeAfterBars } from '../../signals/evolved/chromosome-signals.ts';
import { geneColumns } from '../../signals/evolved/gene-columns.ts';
import { type ChromosomeSpeaker, chromosomeSpeaker } from '../trial/mask-cache.ts';
import { chromosomeLevels, type TrialTerms, trialPlan } from '../trial/trial-plan.ts';
import { type TrialRecord, tradesIn, trialRecord } from '../trial/trial-record.ts';
import type { BarRange } from '../validation/splits.ts';
import { judgePromotion } from './promotion-gate.ts';

export type SealTest = {
  readonly champion: Chromosome;
  readonly rivals: readonly Chromosome[];
  /** Every trial of the run, failed ones too. */
  readonly trials: number;
  readonly split: DataSplit;
  readonly terms: Omit<TrialTerms, 'costFactor'>;
};

/** Null where the run has no sealed bars. */
export function sealTest({ champion, rivals, trials, split, terms }: SealTest, bars: BarSeries): Promotion | null {
  const { sealed } = split;
  if (sealed === null) return null;
  const engine = engineMarket(bars);
  const market = { market: engine, speak: chromosomeSpeaker(geneColumns(bars, kernels(engine.seed))) };
  const real = { ...terms, costFactor: 1 };
  const over = ({ returns }: TrialRecord): Float64Array => returns.slice(sealed.from, sealed.to);
  const record = runChromosome(champion, market, real);
  return judgePromotion({
    champion: { returns: over(record), tradeCount: tradesIn(record, sealed) },
    trials,
    rivals: rivals.map((rival) => over(runChromosome(rival, market, real))),
    buyAndHold: heldReturns(bars.close, sealed),
    baselines: SINGLE_STRATEGY_TYPES.filter((type) => type !== 'buyAndHold').map((name) => ({
      name,
      returns: over(plainRecord(name, market, real)),
    })),
  });
}

type SealedMarket = { readonly market: EngineMarket; readonly speak: ChromosomeSpeaker };

function runChromosome(chromosome: Chromosome, { market, speak }: SealedMarket, terms: TrialTerms): TrialRecord {
  const plan = trialPlan(terms, chromosomeLevels(chromosome.risk, closeAfterBars(chromosome)));
  return trialRecord(runReport(plan, [{ market, voice: { kind: 'columns', columns: speak(chromosome) } }]));
}

function plainRecord(type: (typeof SINGLE_STRATEGY_TYPES)[number], { market }: SealedMarket, terms: TrialTerms) {
  const strategy = strategySchema.parse({ type });
  return trialRecord(runReport(trialPlan(terms, strategy), [{ market, voice: builtInVoice(strategy, market) }]));
}

/** close / close before - 1 over the range. */
const heldReturns = (close: Float64Array, { from, to }: BarRange): Float64Array =>
  close.slice(from, to).map((value, i) => {
    const before = close[from + i - 1];
    return before === undefined ? 0 : value / before - 1;
  });
