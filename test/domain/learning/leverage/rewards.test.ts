/** What agents are paid for: units in which taking a gain beats sitting on a crumb, and every term apart. */
import { describe, expect, it } from 'vitest';
import {
  type LeverageStep,
  leverageReward,
  rewardOf,
  type SpotStep,
  spotReward,
} from '../../../../domain/learning/leverage/rewards.ts';

const VOLATILITIES = [0, 0.0001, 0.0005, 0.001, 0.005, 0.02, 0.1];

const spot = (change: Partial<SpotStep>): SpotStep => ({
  ...{ stepReturnFraction: 0, realisedVolatility: 0.01, hasTraded: false, positionPnlFraction: 0.01 },
  ...change,
});
type Position = NonNullable<LeverageStep['position']>;
const position = (change: Partial<Position>): Position => ({
  ...{ side: 'long', leverage: 1, pnlFraction: 0.01, marginRatio: 0, liquidationDistanceFraction: 1 },
  ...change,
});
const step = (change: Partial<LeverageStep>): LeverageStep => ({
  ...{ stepReturnFraction: 0, realisedVolatility: 0.01, volatilityState: 'normal', hasTraded: false },
  ...{ position: position({}) },
  ...change,
});

describe('a hundred bars of +0.01 %', () => {
  it('earn the spot agent less than one of +5 %, however calm the market', () => {
    for (const realisedVolatility of VOLATILITIES) {
      const small = rewardOf(spotReward(spot({ stepReturnFraction: 0.0001, realisedVolatility }))) * 100;
      const large = spotReward(spot({ stepReturnFraction: 0.05, realisedVolatility, hasTraded: true }));
      expect(small).toBeLessThan(rewardOf(large));
    }
  });

  it('earn the leverage agent less, at every leverage, side and volatility', () => {
    for (const realisedVolatility of VOLATILITIES) {
      for (const leverage of [1, 3, 5, 10]) {
        for (const side of ['long', 'short'] as const) {
          for (const volatilityState of ['low', 'normal', 'high'] as const) {
            const held = position({ leverage, side });
            const of = (stepReturnFraction: number, hasTraded: boolean) =>
              rewardOf(
                leverageReward({ stepReturnFraction, realisedVolatility, volatilityState, hasTraded, position: held }),
              );
            expect(100 * of(0.0001, false)).toBeLessThan(of(0.05, true));
          }
        }
      }
    }
  });
});

describe('the spot agent', () => {
  it('is paid by the log return in percent, by risk, less for trading, and for holding winners', () => {
    const percent = 100 * Math.log(1.01);
    const terms = spotReward(spot({ stepReturnFraction: 0.01, hasTraded: true }));
    expect(terms.pnl).toBeCloseTo(10 * percent, 12);
    expect(terms.riskAdjusted).toBeCloseTo(5 * percent, 12);
    expect(terms).toMatchObject({ trading: -0.1, holding: expect.closeTo(0.4975, 4) });
    expect(spotReward(spot({ stepReturnFraction: -0.03, positionPnlFraction: -0.02 })).holding).toBe(-0.5);
    expect(spotReward(spot({ stepReturnFraction: 0.03, positionPnlFraction: null })).holding).toBe(0);
  });

  it('has a risk-adjusted return of 3 at most, with a floor under the volatility', () => {
    expect(spotReward(spot({ stepReturnFraction: 0.05, realisedVolatility: 0 })).riskAdjusted).toBe(15);
    expect(spotReward(spot({ stepReturnFraction: -0.05, realisedVolatility: 0 })).riskAdjusted).toBe(-15);
  });
});

describe('the leverage agent', () => {
  it('is paid by the move without leverage, over the root of leverage', () => {
    const of = (leverage: number) =>
      leverageReward(step({ stepReturnFraction: 0.02, position: position({ leverage }) }));
    expect(of(1).pnl).toBeCloseTo(10 * 100 * Math.log(1.02), 10);
    expect(of(10).pnl).toBeCloseTo(of(1).pnl / Math.sqrt(10), 10);
    expect(of(1).riskAdjusted).toBe(2);
    expect(of(10).riskAdjusted).toBeCloseTo((5 * 100 * Math.log(1.02)) / 10, 10);
  });

  it('is punished for a short below −5 %, and paid for one in profit', () => {
    const short = (pnlFraction: number, stepReturnFraction: number) =>
      leverageReward(step({ stepReturnFraction, position: position({ side: 'short', pnlFraction }) })).short;
    expect(short(-0.051, -0.01)).toBe(-2);
    expect(short(-0.05, -0.01)).toBe(0);
    expect(short(0.03, 0.02)).toBe(1);
    expect(leverageReward(step({ position: position({ pnlFraction: -0.2 }) })).short).toBe(0);
  });

  it('is paid for leverage that fits the volatility', () => {
    const fitOf = (leverage: number, volatilityState: LeverageStep['volatilityState']) =>
      leverageReward(step({ stepReturnFraction: 0.02, volatilityState, position: position({ leverage }) }))
        .volatilityFit;
    expect([fitOf(5, 'low'), fitOf(3, 'high'), fitOf(5, 'high'), fitOf(3, 'low'), fitOf(10, 'normal')]).toEqual([
      0.5, 0.5, 0, 0, 0,
    ]);
  });

  it('pays for a thin margin, a near liquidation and each trade', () => {
    const near = position({ leverage: 5, marginRatio: 0.8, liquidationDistanceFraction: 0.03 });
    expect(leverageReward(step({ hasTraded: true, position: near }))).toMatchObject({
      margin: expect.closeTo(-1),
      liquidation: expect.closeTo(-2),
      trading: -0.5,
    });
  });
});
