import { describe, expect, it } from 'vitest';
import { engineMarket } from '../../../../domain/engine/market.ts';
import { evolvedSignals } from '../../../../domain/engine/signals.ts';
import { kernels } from '../../../../domain/features/kernels.ts';
import { chromosomeHeredity } from '../../../../domain/learning/genome/chromosome-heredity.ts';
import { evolutionSplit, searchSplit } from '../../../../domain/learning/trial/data-split.ts';
import { chromosomeSpeaker } from '../../../../domain/learning/trial/mask-cache.ts';
import { onlyTrades } from '../../../../domain/learning/trial/trial-record.ts';
import { seriesFromRows } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { geneColumns } from '../../../../domain/signals/evolved/gene-columns.ts';
import { walkBars } from '../../../workflows/research-bars.ts';

describe('the split of an evolution', () => {
  it('keeps training, selection and sealed bars apart, with a purge between them', () => {
    const { folds, selection, sealed, seen } = evolutionSplit(20_000);
    expect(folds).toHaveLength(5);
    expect(folds[0]).toEqual({ from: 200, to: 1_800 });
    expect(selection).toEqual({ from: 9_200, to: 12_000 });
    expect(sealed).toEqual({ from: 12_200, to: 20_000 });
    expect(seen).toBe(12_000);
    expect(Math.max(...folds.map(({ to }) => to))).toBeLessThan(selection?.from ?? 0);
  });

  it('lets a search judge on tests that follow each other and reach the last bar', () => {
    const { folds, seen } = searchSplit(6_000);
    expect(folds.map(({ from, to }) => [from, to])).toEqual([
      [1_000, 2_000],
      [2_000, 3_000],
      [3_000, 4_000],
      [4_000, 5_000],
      [5_000, 6_000],
    ]);
    expect(seen).toBe(6_000);
  });
});

describe('kept masks', () => {
  it('say at every bar what the chromosome says without them', () => {
    const bars = seriesFromRows('BTC/USDT', 3_600_000, walkBars('masks', 1_200, 0.01));
    const columns = geneColumns(bars, kernels('talib'));
    const speak = chromosomeSpeaker(columns);
    const heredity = chromosomeHeredity('longShort');
    const random = createRandom('masks');
    for (let k = 0; k < 40; k += 1) {
      const chromosome = heredity.create(random);
      const plain = evolvedSignals(engineMarket(bars), chromosome, columns);
      const { side, exit } = speak(chromosome);
      expect(side).toEqual(plain.side);
      expect(exit).toEqual(plain.exit);
    }
  });
});

describe('the trades of a regime', () => {
  it('bring only their own bars along', () => {
    const record = {
      returns: Float64Array.of(0, 0.1, 0.2, 0, -0.1, 0.3),
      entryBars: Int32Array.of(1, 4),
      exitBars: Int32Array.of(2, 5),
    };
    const own = onlyTrades(record, (bar) => bar >= 4);
    expect([...own.returns]).toEqual([0, 0, 0, 0, -0.1, 0.3]);
    expect([...own.entryBars]).toEqual([4]);
  });
});
