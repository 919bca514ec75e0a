/** A chromosome in words, one line a rule: what a person reads on a screen. Percent here; fractions in the data. */
import type { Chromosome, CompareGene, ExitGene, GeneIndicator } from '../../../schemas/chromosome.ts';

type Words = { readonly name: (periods: readonly number[]) => string; readonly unit: 'points' | 'percent' | 'times' };

const WORDS: Readonly<Record<GeneIndicator, Words>> = {
  rsi: { name: ([n]) => `RSI(${n})`, unit: 'points' },
  adx: { name: ([n]) => `ADX(${n})`, unit: 'points' },
  closeToEma: { name: ([n]) => `close against EMA(${n})`, unit: 'percent' },
  emaSpread: { name: ([fast, slow]) => `EMA(${fast}) against EMA(${slow})`, unit: 'percent' },
  macdHistogram: { name: (periods) => `MACD(${periods.join(',')}) histogram`, unit: 'percent' },
  bollingerPosition: { name: ([n]) => `Bollinger(${n}) position`, unit: 'points' },
  volumeRatio: { name: ([n]) => `volume against its ${n}-bar mean`, unit: 'times' },
  atrRatio: { name: ([n]) => `ATR(${n})`, unit: 'percent' },
  volatilityRatio: { name: ([short, long]) => `volatility(${short}) against volatility(${long})`, unit: 'times' },
  change: { name: ([n]) => `change over ${n} ${n === 1 ? 'bar' : 'bars'}`, unit: 'percent' },
};

const COMPARATORS = {
  above: 'is above',
  below: 'is below',
  crossesAbove: 'crosses above',
  crossesBelow: 'crosses below',
} as const;

export function geneText(gene: ExitGene): string {
  if (gene.kind === 'regime') return `regime is ${gene.is}`;
  if (gene.kind === 'trend') return `trend is ${gene.is}`;
  if (gene.kind === 'barsHeld') return `held for more than ${bars(gene.above)}`;
  return comparisonText(gene);
}

function comparisonText({ indicator, periods, comparator, threshold, lookback }: CompareGene): string {
  const { name, unit } = WORDS[indicator];
  const within = lookback === 1 ? '' : ` within ${lookback} bars`;
  return `${name(periods)} ${COMPARATORS[comparator]} ${thresholdText(threshold, unit)}${within}`;
}

function thresholdText(threshold: number, unit: Words['unit']): string {
  const shown = (value: number): string => String(Number(value.toPrecision(10)));
  if (unit === 'percent') return `${shown(threshold * 100)} %`;
  return unit === 'times' ? `${shown(threshold)} ×` : shown(threshold);
}

/** At most five lines, without a line break at the end. */
export function chromosomeText({ entryLong, entryShort, exit, filter, risk }: Chromosome): string {
  const rule = (start: string, genes: readonly ExitGene[], joint: string): string[] =>
    genes.length === 0 ? [] : [`${start} ${genes.map(geneText).join(joint)}`];
  return [
    ...rule('long when', entryLong, ' and '),
    ...rule('short when', entryShort, ' and '),
    ...rule('only while', filter, ' and '),
    ...rule('out when', exit, ' or '),
    riskText(risk),
  ].join('\n');
}

function riskText({ positionFraction, stopAtr, targetAtr, maxHoldBars }: Chromosome['risk']): string {
  const size = `${Number((positionFraction * 100).toPrecision(10))} % of equity`;
  const target = targetAtr === null ? 'no target' : `target ${targetAtr} ATR`;
  const hold = maxHoldBars === null ? 'no limit of time' : `at most ${bars(maxHoldBars)}`;
  return `risk ${size}, stop ${stopAtr} ATR, ${target}, ${hold}`;
}

const bars = (count: number): string => `${count} ${count === 1 ? 'bar' : 'bars'}`;
