/**
 * What was measured of leverage: shrunk by regime, an edge only of enough
 * trades; and a proposal that is only ever lowered.
 */
import { describe, expect, it } from 'vitest';
import type { LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import type { LeverageGround } from '../../../../domain/learning/leverage/leverage-question.ts';
import { edgeOf, measuredIn } from '../../../../domain/learning/leverage/leverage-record.ts';
import { manageProposal } from '../../../../domain/learning/leverage/manage-leverage.ts';

const bull = { leverage: 3, regime: 'bull', trades: 20, wins: 12, winSum: 0.3, lossSum: 0.1 };
const bear = { leverage: 3, regime: 'bear', trades: 20, wins: 5, winSum: 0.05, lossSum: 0.35 };

describe('what was measured', () => {
  it('of a regime is shrunk towards all regimes, and that towards nothing', () => {
    // All: (0.2 − 0.3) / 50 = −0.002. Bull: (0.2 − 0.02) / 30; bear: (−0.3 − 0.02) / 30.
    expect(measuredIn([bull, bear], 'bull')).toEqual([
      { leverage: 3, trades: 20, averageReturn: expect.closeTo(0.006) },
    ]);
    expect(measuredIn([bull, bear], 'bear')[0]?.averageReturn).toBeCloseTo(-0.32 / 30, 12);
    expect(measuredIn([bull, bear], 'sideways')).toEqual([]);
    expect(measuredIn([{ ...bull, regime: null }], null)).toHaveLength(1);
  });

  it('of few trades with a small loss is drawn up by what the leverage earned elsewhere, of many it is not', () => {
    const elsewhere = { ...bull, regime: 'sideways', trades: 100, wins: 70, winSum: 2, lossSum: 0.5 };
    const here = (trades: number) => ({ ...bear, trades, winSum: 0, lossSum: 0.002 * trades });
    expect(measuredIn([here(20), elsewhere], 'bear')[0]?.averageReturn).toBeGreaterThan(0);
    expect(measuredIn([here(200), elsewhere], 'bear')[0]?.averageReturn).toBeLessThan(0);
  });

  it('is an edge from 20 trades on, over all regimes', () => {
    const unseen = { win: 0.03, loss: 0.02 };
    expect(edgeOf([{ ...bull, trades: 19 }], unseen)).toBeNull();
    expect(edgeOf([bull, bear], unseen)).toEqual({
      ...{ winProbability: 17 / 40, win: expect.closeTo(0.35 / 17), loss: expect.closeTo(0.45 / 23), trades: 40 },
    });
    expect(edgeOf([{ ...bull, wins: 20, lossSum: 0 }], unseen)).toMatchObject({ winProbability: 1, loss: 0.02 });
    expect(edgeOf([{ ...bull, wins: 0, winSum: 0 }], unseen)).toMatchObject({ winProbability: 0, win: 0.03 });
  });
});

describe('a trade that others propose', () => {
  const calm: LeverageGround = {
    ...{ direction: 'longOnly', targetVolatility: 0.02, realisedVolatility: 0.02, trendAgreement: 1, riskScore: 0 },
    ...{ drawdownFraction: 0, marginRatio: 0, measured: [], position: null },
    profile: { leverageMax: 3, positionFractionMax: 0.1, newEntries: true },
    edge: { winProbability: 0.6, win: 0.03, loss: 0.02 },
    market: {
      ...{ price: '20000', stopDistanceFraction: 0.03, gapFraction: 0.01, costFraction: 0.001, quantityStep: '0.0001' },
      ...{ venue: 'gateOkx', maintenanceMarginFraction: '0.005', takerFeeFraction: '0.0005' },
    },
    account: { equityUsd: '100000', budgetUsedUsd: '0', marginAvailableUsd: '100000' },
  };
  const of = (action: LeverageAction, change: Partial<LeverageGround> = {}) =>
    manageProposal({ ...calm, ...change }, { action, confidence: 1 });

  it('is lowered to the cap, not masked by it; what the state forbids opens nothing', () => {
    expect(of('long10x')).toMatchObject({ action: 'long10x', bestLeverage: 10, leverage: 3, leverageCap: 3 });
    expect(of('short3x')).toMatchObject({ action: 'hold', leverage: 0 });
    expect(of('long3x', { marginRatio: 0.7 })).toMatchObject({ action: 'hold', leverage: 0 });
    expect(of('long3x', { edge: { winProbability: 0.4, win: 0.02, loss: 0.02 } })).toMatchObject({ leverage: 0 });
  });

  it('gives way to what is forced', () => {
    const position = { side: 'long', leverage: 3 } as const;
    expect(of('long10x', { position, marginRatio: 0.85 }).action).toBe('close');
    expect(of('long10x', { position, marginRatio: 0.7 }).action).toBe('reduceHalf');
    expect(of('close', { position, marginRatio: 0.7 }).action).toBe('close');
  });
});
