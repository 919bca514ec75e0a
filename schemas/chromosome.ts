/**
 * A strategy that was bred: readable rules as data. What each gene means, bar by bar, is `domain/signals/evolved/`.
 * Entries: all genes of a list hold; an empty list never fires. Filters: all hold; none means always. Exits: any holds.
 */
import { z } from 'zod';
import { trendRegimeSchema } from './features.ts';

/** What a comparison measures. Periods in bars; fractions unless said otherwise. */
export const GENE_INDICATORS = [
  'rsi',
  'adx',
  'closeToEma',
  'emaSpread',
  'macdHistogram',
  'bollingerPosition',
  'volumeRatio',
  'atrRatio',
  'volatilityRatio',
  'change',
] as const;
export const geneIndicatorSchema = z.enum(GENE_INDICATORS);
export type GeneIndicator = z.infer<typeof geneIndicatorSchema>;

/** How many periods each indicator takes; of two or more the first two rise (fast, slow). */
export const GENE_PERIODS: Readonly<Record<GeneIndicator, number>> = {
  rsi: 1,
  adx: 1,
  closeToEma: 1,
  emaSpread: 2,
  macdHistogram: 3,
  bollingerPosition: 1,
  volumeRatio: 1,
  atrRatio: 1,
  volatilityRatio: 2,
  change: 1,
};

const comparatorSchema = z.enum(['above', 'below', 'crossesAbove', 'crossesBelow']);
export type Comparator = z.infer<typeof comparatorSchema>;

export const LOOKBACK_MAX = 20;
const GENES_MAX = 8;

/** `lookback` n: the comparison held at this bar or at one of the n - 1 before it; 1 = at this bar. */
const compareGeneSchema = z
  .strictObject({
    kind: z.literal('compare'),
    indicator: geneIndicatorSchema,
    periods: z.array(z.number().int().min(1).max(500)).min(1).max(3),
    comparator: comparatorSchema,
    threshold: z.number().min(-1_000).max(1_000),
    lookback: z.number().int().min(1).max(LOOKBACK_MAX).default(1),
  })
  .superRefine(({ indicator, periods }, context) => {
    const [first = 0, second = Number.POSITIVE_INFINITY] = periods;
    const wanted = GENE_PERIODS[indicator];
    if (periods.length === wanted && first < second) return;
    const message = wanted === 1 ? 'one period' : `${wanted} periods, the first below the second`;
    context.addIssue({ code: 'custom', path: ['periods'], message, input: periods });
  });

/** The base regime is this one; never true before it is known. */
const regimeGeneSchema = z.strictObject({ kind: z.literal('regime'), is: trendRegimeSchema });

/** Up: close and EMA20 above EMA50; down: both below; flat: neither. */
const trendGeneSchema = z.strictObject({ kind: z.literal('trend'), is: z.enum(['up', 'down', 'flat']) });

/** Exits only: the position has been held for more than `above` bars. */
const barsHeldGeneSchema = z.strictObject({
  kind: z.literal('barsHeld'),
  above: z.number().int().min(1).max(10_000),
});

export const marketGeneSchema = z.discriminatedUnion('kind', [compareGeneSchema, regimeGeneSchema, trendGeneSchema]);
export const exitGeneSchema = z.discriminatedUnion('kind', [
  compareGeneSchema,
  regimeGeneSchema,
  trendGeneSchema,
  barsHeldGeneSchema,
]);
export type CompareGene = z.infer<typeof compareGeneSchema>;
export type MarketGene = z.infer<typeof marketGeneSchema>;
export type ExitGene = z.infer<typeof exitGeneSchema>;

/** `positionFraction` of equity; stop and target in ATR14 of the deciding bar; null = none. */
const riskSchema = z.strictObject({
  positionFraction: z.number().gt(0).max(1),
  stopAtr: z.number().gt(0).max(100),
  targetAtr: z.number().gt(0).max(100).nullable(),
  maxHoldBars: z.number().int().min(1).max(1_000_000).nullable(),
});
export type ChromosomeRisk = z.infer<typeof riskSchema>;

export const chromosomeSchema = z.strictObject({
  entryLong: z.array(marketGeneSchema).max(GENES_MAX),
  entryShort: z.array(marketGeneSchema).max(GENES_MAX),
  exit: z.array(exitGeneSchema).max(GENES_MAX),
  filter: z.array(marketGeneSchema).max(GENES_MAX),
  risk: riskSchema,
});
export type Chromosome = z.infer<typeof chromosomeSchema>;
