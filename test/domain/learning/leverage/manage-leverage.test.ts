/** The leverage manager only ever makes things safer, over 100,000 random states; and says what it does. */
import { describe, expect, it } from 'vitest';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import type { LeverageQuestion } from '../../../../domain/learning/leverage/leverage-question.ts';
import { type LeverageAnswer, manageLeverage } from '../../../../domain/learning/leverage/manage-leverage.ts';

const STATES = 100_000;

const values = (best: Partial<Record<LeverageAction, number>>): number[] =>
  LEVERAGE_ACTIONS.map((action) => best[action] ?? 0);

const calm: LeverageQuestion = {
  actionValues: values({ long10x: 50 }),
  direction: 'longShort',
  targetVolatility: 0.02,
  realisedVolatility: 0.02,
  trendAgreement: 1,
  profile: { leverageMax: 10, positionFractionMax: 0.1, newEntries: true },
  riskScore: 0,
  drawdownFraction: 0,
  marginRatio: 0,
  measured: [],
  edge: { winProbability: 0.6, win: 0.03, loss: 0.02 },
  position: null,
  market: {
    ...{ price: '20000', stopDistanceFraction: 0.03, gapFraction: 0.01, costFraction: 0.001, quantityStep: '0.0001' },
    ...{ venue: 'gateOkx', maintenanceMarginFraction: '0.005', takerFeeFraction: '0.0005' },
  },
  account: { equityUsd: '100000', budgetUsedUsd: '0', marginAvailableUsd: '100000' },
};
const leverageOf = (change: Partial<LeverageQuestion>): number => manageLeverage({ ...calm, ...change }).leverage;

/** Mulberry32: numbers from 0, below 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Draw = () => number;
const pick = <T>(draw: Draw, choices: readonly T[]): T => choices[Math.floor(draw() * choices.length)] as T;
const between = (draw: Draw, least: number, most: number): number => least + draw() * (most - least);
const whole = (draw: Draw, most: number): string => String(Math.floor(draw() * most));

function stateOf(draw: Draw): LeverageQuestion {
  const spread = pick(draw, [1, 12, 40]);
  return {
    actionValues: LEVERAGE_ACTIONS.map(() => between(draw, -spread, spread)),
    direction: pick(draw, ['longOnly', 'shortOnly', 'longShort', 'longShort']),
    targetVolatility: between(draw, 0.001, 0.1),
    realisedVolatility: between(draw, 0, 0.08),
    trendAgreement: draw(),
    profile: {
      leverageMax: pick(draw, [1, 3, 5, 7, 10, 10]),
      positionFractionMax: between(draw, 0, 0.1),
      newEntries: draw() < 0.9,
    },
    riskScore: between(draw, 0, 90),
    drawdownFraction: between(draw, 0, pick(draw, [0.04, 0.09])),
    marginRatio: draw() < 0.3 ? between(draw, 0.6, 1) : 0,
    measured: [1, 3, 5, 10].flatMap((leverage) =>
      draw() < 0.2 ? [{ leverage, trades: Math.floor(draw() * 60), averageReturn: between(draw, -1, 1) }] : [],
    ),
    edge: {
      winProbability: between(draw, 0.2, 1),
      win: between(draw, 0.01, 0.1),
      loss: between(draw, 0.01, 0.1),
      trades: pick(draw, [undefined, 0, 20, 500]),
    },
    position: draw() < 0.2 ? { side: pick(draw, ['long', 'short']), leverage: pick(draw, [1, 3, 5, 10]) } : null,
    market: {
      price: String(1 + Math.floor(draw() * 100_000)),
      stopDistanceFraction: pick(draw, [0.01, 0.08, 0.19, 0.32, 1, between(draw, 0.001, 1)]),
      gapFraction: between(draw, 0, 0.05),
      costFraction: between(draw, 0, 0.01),
      quantityStep: pick(draw, ['0.00000001', '0.001', '1']),
      venue: pick(draw, ['binance', 'bybit', 'gateOkx']),
      maintenanceMarginFraction: pick(draw, ['0', '0.004', '0.02', '0.05']),
      takerFeeFraction: pick(draw, ['0', '0.0006']),
    },
    account: {
      equityUsd: String(1 + Math.floor(draw() * 1_000_000)),
      budgetUsedUsd: whole(draw, pick(draw, [1, 2_000])),
      marginAvailableUsd: whole(draw, 100_000),
    },
  };
}

const WORSE: Readonly<Record<string, (state: LeverageQuestion, draw: Draw) => Partial<LeverageQuestion>>> = {
  volatility: (state, draw) => ({ realisedVolatility: state.realisedVolatility + between(draw, 0, 0.1) }),
  score: (state, draw) => ({ riskScore: between(draw, state.riskScore, 100) }),
  drawdown: (state, draw) => ({ drawdownFraction: state.drawdownFraction + between(draw, 0, 0.1) }),
  measured: (state, draw) => ({
    measured: [
      ...state.measured,
      { leverage: pick(draw, [1, 3, 5, 10]), trades: 40, averageReturn: between(draw, -1, 1) },
    ],
  }),
};

describe('over 100,000 random states', () => {
  it('nothing gets riskier when things get worse, and a forced close, Kelly and the risk budget always hold', () => {
    const draw = randomOf(20_261_122);
    const failed: unknown[] = [];
    let opened = 0;
    for (let i = 0; i < STATES && failed.length === 0; i += 1) {
      const state = stateOf(draw);
      const before = manageLeverage(state);
      if (before.leverage > 0) opened += 1;
      const wrong = wrongOf(state, before);
      if (wrong !== null) failed.push({ wrong, state });
      const [what, worsen] = pick(draw, Object.entries(WORSE));
      const after = manageLeverage({ ...state, ...worsen(state, draw) });
      if (after.leverage > before.leverage) failed.push({ what, leverage: after.leverage, before, state });
    }
    expect(failed).toEqual([]);
    expect(opened).toBeGreaterThan(STATES / 20);
  }, 120_000);
});

function wrongOf(state: LeverageQuestion, { action, leverage, size }: LeverageAnswer): string | null {
  const { winProbability: p, win, loss } = state.edge;
  const budget = Number(state.account.equityUsd) * 0.02 - Number(state.account.budgetUsedUsd);
  if (state.position !== null && state.marginRatio >= 0.85 && action !== 'close') return 'a forced close was no close';
  if (p / loss - (1 - p) / win <= 0 && size.quantity !== '0') return 'a bet without an edge was sized';
  if (Number(size.worstCaseLossUsd) > Math.max(0, budget) * (1 + 1e-12)) return 'above the risk budget';
  if (size.sizeFraction > state.profile.positionFractionMax * (1 + 1e-12)) return 'above the size of the mode';
  if (leverage > state.profile.leverageMax) return 'above the leverage of the mode';
  return (size.quantity === '0') === (leverage === 0) ? null : 'leverage and size disagree';
}

describe('leverage', () => {
  it('is rounded down to 1, 3, 5 or 10', () => {
    expect(leverageOf({})).toBe(10);
    expect(leverageOf({ trendAgreement: 0.9 })).toBe(5);
    expect(leverageOf({ realisedVolatility: 0.05 })).toBe(3);
    expect(leverageOf({ realisedVolatility: 0.05, trendAgreement: 0 })).toBe(1);
  });

  it('below 1 is 1 with a smaller size', () => {
    const of = (realisedVolatility: number) => manageLeverage({ ...calm, realisedVolatility });
    expect(of(0.4)).toMatchObject({ leverage: 1, adjustedLeverage: expect.closeTo(0.5) });
    expect(Number(of(0.4).size.notionalUsd)).toBeCloseTo(Number(of(0.2).size.notionalUsd) / 2, -2);
  });

  it('is nothing where a figure is not known', () => {
    for (const name of ['realisedVolatility', 'targetVolatility', 'trendAgreement', 'riskScore', 'drawdownFraction']) {
      expect([name, leverageOf({ [name]: Number.NaN })]).toEqual([name, 0]);
    }
  });

  it('is capped by mode, score, drawdown and what it has earned in enough trades', () => {
    const actionValues = values({ long10x: 50, long3x: 49.999 });
    const capped = { ...calm, actionValues, riskScore: 80 };
    expect(manageLeverage(capped)).toMatchObject({ action: 'long3x', bestLeverage: 3, leverageCap: 3, leverage: 1 });
    expect(manageLeverage({ ...calm, profile: { ...calm.profile, leverageMax: 4 } }).leverageCap).toBe(3);
    expect(manageLeverage({ ...calm, drawdownFraction: 0.035 }).leverageCap).toBe(3);
    expect(manageLeverage({ ...calm, drawdownFraction: 0.04 }).leverageCap).toBe(1);
    const lost = (trades: number) => [{ leverage: 5, trades, averageReturn: -0.001 }];
    expect(manageLeverage({ ...calm, measured: lost(20) }).leverageCap).toBe(3);
    expect(manageLeverage({ ...calm, measured: lost(19) }).leverageCap).toBe(10);
  });

  it('keeps the liquidation beyond the stop', () => {
    const market = { ...calm.market, stopDistanceFraction: 0.12 };
    const answer = manageLeverage({ ...calm, market });
    expect(answer.leverage).toBe(5);
    expect(answer.warnings.join()).toContain('stop comes before the liquidation');
    // Nine is rounded down to five whatever the stop is.
    expect(manageLeverage({ ...calm, trendAgreement: 0.8 })).toMatchObject({ leverage: 5, warnings: [] });
    expect(Number(answer.size.liquidationPrice)).toBeLessThan(20_000 * (1 - 0.13));
  });

  it('has margin at all: a maintenance margin above that of the position liquidates it at once', () => {
    for (const venue of ['binance', 'bybit', 'gateOkx'] as const) {
      const of = (maintenanceMarginFraction: string) => {
        const market = { ...calm.market, venue, maintenanceMarginFraction, takerFeeFraction: '0' };
        return leverageOf({ market });
      };
      expect([of('0.05'), of('0.15'), of('0.25'), of('0.4')]).toEqual([10, 5, 3, 1]);
    }
  });

  it('is nothing in an emergency: score 85, drawdown 8 %, no new entries', () => {
    for (const change of [{ riskScore: 85 }, { drawdownFraction: 0.08 }, { marginRatio: 0.7 }]) {
      expect(manageLeverage({ ...calm, ...change })).toMatchObject({ leverage: 0, size: { quantity: '0' } });
    }
  });
});

describe('a position with little margin', () => {
  const held = { position: { side: 'long', leverage: 10 } as const };

  it('is closed at 0.85 although long10x has the best value, and halved at 0.70', () => {
    expect(manageLeverage({ ...calm, ...held, marginRatio: 0.85 })).toMatchObject({ action: 'close', leverage: 0 });
    expect(manageLeverage({ ...calm, ...held, marginRatio: 0.7 })).toMatchObject({ action: 'reduceHalf' });
    expect(manageLeverage({ ...calm, ...held, marginRatio: 0.69 })).toMatchObject({ action: 'hold' });
  });

  it('tells which actions are masked, and why', () => {
    const { maskedActions, recommendation } = manageLeverage({ ...calm, ...held, marginRatio: 0.9 });
    expect(maskedActions).toHaveLength(10);
    expect(maskedActions[0]).toEqual({ action: 'hold', reason: 'the position must be closed' });
    expect(recommendation).toContain('Close the position now');
  });
});

describe('the size', () => {
  it('loses at most what is left of the day: 2 % of equity', () => {
    const { size } = manageLeverage({ ...calm, profile: { ...calm.profile, positionFractionMax: 1 } });
    expect(size).toMatchObject({ riskBudgetLeftUsd: '2000' });
    // 2,000 USD over 4.1 % a unit (stop 3 %, gap 1 %, costs 0.1 %) are 48,780.48 USD of notional.
    expect(Number(size.notionalUsd)).toBeCloseTo(48_780, -1);
    expect(Number(size.worstCaseLossUsd)).toBeLessThanOrEqual(2_000);
  });

  it('is at most the margin share of the mode, and its worst case all of the margin', () => {
    const market = { ...calm.market, stopDistanceFraction: 1 };
    const { size, leverage } = manageLeverage({ ...calm, market, actionValues: values({ long1x: 50 }) });
    expect({ leverage, loss: Number(size.worstCaseLossUsd) }).toEqual({ leverage: 1, loss: expect.closeTo(2_000, -1) });
  });

  it('takes the softmax of the values as confidence', () => {
    // e^1 / (e^1 + 8 e^0): nine actions are open without a position.
    const { confidence } = manageLeverage({ ...calm, actionValues: values({ short3x: 1 }) });
    expect(confidence).toBeCloseTo(Math.E / (Math.E + 8), 12);
  });
});
