/** `calc genome`: a bred strategy in words, repaired, with its id; what it wants at each bar; and children of its. */
import { z } from 'zod';
import { kernels } from '../../../domain/features/kernels.ts';
import { chromosomeHeredity } from '../../../domain/learning/genome/chromosome-heredity.ts';
import { chromosomeId, chromosomeSpecies, complexity } from '../../../domain/learning/genome/identity.ts';
import { repair } from '../../../domain/learning/genome/repair.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { chromosomeSignals } from '../../../domain/signals/evolved/chromosome-signals.ts';
import { chromosomeText } from '../../../domain/signals/evolved/chromosome-text.ts';
import { geneColumns } from '../../../domain/signals/evolved/gene-columns.ts';
import { type Chromosome, chromosomeSchema } from '../../../schemas/chromosome.ts';
import { indicatorSeedSchema } from '../../../schemas/features.ts';
import { barIntervalMsSchema, symbolSchema } from '../../../schemas/market.ts';
import { barsSchema, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';

const schema = z.strictObject({
  /** Absent: one drawn by chance from `seed`. */
  chromosome: chromosomeSchema.optional(),
  direction: z.enum(['longOnly', 'shortOnly', 'longShort']).default('longShort'),
  seed: z.number().int().nonnegative().default(1),
  /** Mutated children to draw from `seed`. */
  children: z.number().int().nonnegative().max(1_000).default(0),
  symbol: symbolSchema.default('BTC/USDT'),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  indicatorSeed: indicatorSeedSchema.default('talib'),
  /** With bars the answer tells at which of them it would enter and leave. */
  bars: barsSchema.optional(),
});

export const genome = calculation({
  name: 'genome',
  about: 'a chromosome in words, repaired, with id, complexity, signals over bars, and mutated children',
  schema,
  example: {
    chromosome: {
      entryLong: [
        { kind: 'compare', indicator: 'rsi', periods: [14], comparator: 'below', threshold: 30, lookback: 1 },
        { kind: 'trend', is: 'up' },
      ],
      entryShort: [],
      exit: [{ kind: 'barsHeld', above: 6 }],
      filter: [{ kind: 'regime', is: 'bull' }],
      risk: { positionFraction: 0.15, stopAtr: 2, targetAtr: 4, maxHoldBars: null },
    },
    direction: 'longOnly',
    seed: 1,
    children: 1,
  },
  answer: (input) => {
    const heredity = chromosomeHeredity(input.direction);
    const random = createRandom(`genome:${input.seed}`);
    const chromosome =
      input.chromosome === undefined ? heredity.create(random) : repair(input.chromosome, input.direction);
    return {
      ...told(chromosome),
      ...(input.bars && { signals: signalsOver(chromosome, { ...input, bars: input.bars }) }),
      children: Array.from({ length: input.children }, () => told(heredity.mutate(chromosome, random))),
    };
  },
});

const told = (chromosome: Chromosome) => ({
  id: chromosomeId(chromosome),
  text: chromosomeText(chromosome).split('\n'),
  species: chromosomeSpecies(chromosome),
  complexity: complexity(chromosome),
  chromosome,
});

type WithBars = z.output<typeof schema> & { readonly bars: z.output<typeof barsSchema> };

/** Numbers of the bars at which each holds. */
function signalsOver(chromosome: Chromosome, input: WithBars) {
  const columns = geneColumns(seriesOf(input), kernels(input.indicatorSeed));
  const { closeAfterBars, ...masks } = chromosomeSignals(chromosome, columns);
  const places = (mask: Uint8Array): number[] => Array.from(mask).flatMap((bit, i) => (bit === 1 ? [i] : []));
  return {
    entryLong: places(masks.entryLong),
    entryShort: places(masks.entryShort),
    exit: places(masks.exit),
    closeAfterBars,
  };
}
