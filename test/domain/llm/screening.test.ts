/** What a screening leaves out by rules, and what it makes of a model's rows. */
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { marketFeatures } from '../../../domain/features/market-features.ts';
import { rulesAnswer } from '../../../domain/llm/rules-advisor.ts';
import { compactRow, inChunks, keptOf, leftOutBy, type ScreeningFacts } from '../../../domain/llm/screening.ts';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { HOUR_MS, walkBars } from '../../workflows/research-bars.ts';

const BARS = 400;
const rows = walkBars('screened', BARS, 0.002, () => 0.0015);
const features = marketFeatures(computeFeatureColumns(seriesFromRows('UP/USDT', HOUR_MS, rows)), BARS - 1);
const FACTS: ScreeningFacts = {
  ...{ features, symbol: 'UP/USDT', asOfMs: features.asOfMs, barIntervalMs: HOUR_MS },
  ...{ isQuarantined: false, isHeld: false },
};
const quiet = { ...features, volume: { ...features.volume, volumeRatio: 0.05 } };

describe('the rules of a screening', () => {
  it.each<[string, Partial<ScreeningFacts>, string | null]>([
    ['keep a trend with volume', {}, null],
    ['leave out what is held', { isHeld: true }, 'SCREEN_HELD'],
    ['leave out bars in quarantine', { isQuarantined: true }, 'SCREEN_QUARANTINED'],
    ['leave out what has no bars', { features: null }, 'SCREEN_NO_DATA'],
    ['keep bars three intervals old', { asOfMs: features.asOfMs + 3 * HOUR_MS }, null],
    ['leave out bars older than that', { asOfMs: features.asOfMs + 3 * HOUR_MS + 1 }, 'SCREEN_STALE'],
    ['wait for an exchange over a weekend', { symbol: 'SPY', asOfMs: features.asOfMs + 72 * HOUR_MS }, null],
    ['leave out what hardly trades', { features: quiet }, 'SCREEN_VOLUME'],
  ])('%s', (_, change, reason) => {
    expect(leftOutBy({ ...FACTS, ...change })).toBe(reason);
  });
});

describe('the rows of a screening', () => {
  it('carry what the advisor by rule needs, under the name that is shown', () => {
    const { rows: answered } = rulesAnswer('screening', { rows: [compactRow(features, 'ASSET1')] });
    expect(answered).toMatchObject([{ symbol: 'ASSET1', keep: true }]);
  });

  it('keep the surest first, a row told twice at its lower word, and nothing that was not told', () => {
    const row = (symbol: string, keep: boolean, confidence: number) => ({ symbol, keep, confidence, rationale: 'x' });
    const told = [
      row('A', true, 0.6),
      row('B', true, 0.9),
      row('C', false, 0.99),
      row('B', true, 0.5),
      row('Z', true, 1),
    ];
    expect(keptOf(['A', 'B', 'C', 'D'], told)).toEqual(['A', 'B']);
    expect(keptOf(['A'], [row('A', true, 0.9), row('A', false, 0.9)])).toEqual([]);
  });

  it('go out twenty at a time', () => {
    expect(
      inChunks(
        Array.from({ length: 41 }, (_, n) => n),
        20,
      ).map(({ length }) => length),
    ).toEqual([20, 20, 1]);
  });
});
