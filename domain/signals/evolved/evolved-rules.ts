/**
 * A chromosome as rules of a strategy: the same masks as in its trials, spoken bar by bar in a session.
 * Level-triggered; certain of itself (confidence 1), since a chromosome has no degrees. Its stop, target, size and
 * longest hold are those of the strategy that carries it.
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import { type Strategy, strategySchema } from '../../../schemas/signals.ts';
import { type StrategyRules, valueAt, warmedUp } from '../strategy.ts';
import { chromosomeSignals, closeAfterBars } from './chromosome-signals.ts';
import { geneText } from './chromosome-text.ts';
import { chromosomeWarmupBars } from './chromosome-warmup.ts';
import { geneColumns } from './gene-columns.ts';

export function evolvedRules(chromosome: Chromosome): StrategyRules {
  const long = chromosome.entryLong.map(geneText).join(' and ');
  const short = chromosome.entryShort.map(geneText).join(' and ');
  return warmedUp({
    name: 'evolved',
    warmupBars: () => chromosomeWarmupBars(chromosome),
    prepare: (bars, _p, ta) => {
      const { entryLong, entryShort, exit } = chromosomeSignals(chromosome, geneColumns(bars, ta));
      return {
        side: Float64Array.from(entryLong, (bit, i) => bit - (entryShort[i] as number)),
        exit: Float64Array.from(exit),
      };
    },
    signal: ({ i, columns }) => {
      const side = sideOf(valueAt(columns, 'side', i));
      const isOut = valueAt(columns, 'exit', i) === 1;
      const reason = side === 1 ? long : side === -1 ? short : isOut ? 'an exit rule holds' : 'no rule holds';
      return { side, exitLong: isOut, exitShort: isOut, confidence: side === 0 ? 0 : 1, reasons: [reason] };
    },
  });
}

const sideOf = (value: number): 1 | -1 | 0 => (value > 0 ? 1 : value < 0 ? -1 : 0);

/** The strategy that a session, a backtest and the store carry a chromosome in. */
export const evolvedStrategy = (chromosome: Chromosome): Strategy =>
  strategySchema.parse({
    type: 'evolved',
    parameters: { chromosome },
    sizeFraction: chromosome.risk.positionFraction,
    stopAtr: chromosome.risk.stopAtr,
    targetAtr: chromosome.risk.targetAtr,
    maxHoldBars: closeAfterBars(chromosome),
  });
