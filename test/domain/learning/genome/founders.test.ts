/** The founders against the plain strategies they stand for, over the same bars: the same trades, nearly everywhere. */
import { expect, it } from 'vitest';
import { builtInVoice } from '../../../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../../../domain/engine/market.ts';
import { runReport } from '../../../../domain/engine/run-report.ts';
import type { Voice } from '../../../../domain/engine/signals.ts';
import { kernels } from '../../../../domain/features/kernels.ts';
import { chromosomeHeredity } from '../../../../domain/learning/genome/chromosome-heredity.ts';
import { FOUNDERS } from '../../../../domain/learning/genome/founders.ts';
import { repair } from '../../../../domain/learning/genome/repair.ts';
import { chromosomeSpeaker } from '../../../../domain/learning/trial/mask-cache.ts';
import { chromosomeLevels, type TrialLevels, trialPlan } from '../../../../domain/learning/trial/trial-plan.ts';
import { trialRecord } from '../../../../domain/learning/trial/trial-record.ts';
import { syntheticSeries } from '../../../../domain/market/synthetic.ts';
import { geneColumns } from '../../../../domain/signals/evolved/gene-columns.ts';
import { costsSchema } from '../../../../schemas/execution.ts';
import { strategySchema } from '../../../../schemas/signals.ts';

const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: 3_600_000, count: 6_000, seed: 11 });
const market = engineMarket(bars);
const speak = chromosomeSpeaker(geneColumns(bars, kernels(market.seed)));

function entriesOf(voice: Voice, levels: TrialLevels): Set<number> {
  const terms = { costs: costsSchema.parse({}), direction: 'longShort', costFactor: 1 } as const;
  return new Set(trialRecord(runReport(trialPlan(terms, levels), [{ market, voice }])).entryBars);
}

it.each([
  [0, 'rsiReversal', 0.95],
  // Deviations of logarithms there, of prices here.
  [1, 'meanReversion', 0.8],
  [2, 'momentum', 0.95],
  [3, 'emaCross', 0.95],
  [4, 'macdCross', 0.95],
] as const)('founder %i enters where %s does', (place, type, shareMin) => {
  const strategy = strategySchema.parse({ type });
  const plain = entriesOf(builtInVoice(strategy, market), strategy);
  const chromosome = FOUNDERS[place] ?? expect.fail('no such founder');
  const bred = entriesOf(
    { kind: 'columns', columns: speak(chromosome) },
    chromosomeLevels(chromosome.risk, chromosome.risk.maxHoldBars),
  );
  // No chromosome enters in a bar in which it exits: one that turns over does so a bar later.
  const shared = [...plain].filter((bar) => bred.has(bar) || bred.has(bar + 1)).length;
  expect(plain.size).toBeGreaterThan(50);
  expect(shared / Math.max(plain.size, bred.size)).toBeGreaterThan(shareMin);
});

it('are bred on as they are, on the sides that may be entered', () => {
  for (const one of FOUNDERS) expect(repair(one, 'longShort')).toEqual(one);
  const longOnly = chromosomeHeredity('longOnly').founders ?? [];
  expect(longOnly.map(({ entryLong, entryShort }) => [entryLong.length, entryShort.length])).toEqual(
    FOUNDERS.map(() => [1, 0]),
  );
});
