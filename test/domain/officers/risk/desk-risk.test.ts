/** The worst account speaks for the desk; past exceptions are counted day by day. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../domain/market/random.ts';
import { type AccountBook, ceilingsToSet, deskRisk } from '../../../../domain/officers/risk/desk-risk.ts';
import { pastExceptions } from '../../../../domain/officers/risk/past-exceptions.ts';
import { riskAlert } from '../../../../domain/officers/risk/risk-alerts.ts';
import { CEO_DEFAULTS } from '../../../../schemas/officers/policy-store.ts';

const PROFILE = { positionFractionMax: 0.1, positionsMax: 10, leverageMax: 5, confidenceMin: 0.6, newEntries: true };
const book = (accountId: string, equity: number, dayStart = 100_000, position = 0): AccountBook => ({
  accountId,
  equity: String(equity),
  openPositions: position > 0 ? 1 : 0,
  portfolio: {
    ...{ equity: String(equity), dayStartEquity: String(dayStart), peakEquity: String(dayStart) },
    ...{ dataAgeMs: 0, dataAgeMaxMs: 60_000 },
    positions:
      position > 0
        ? [
            {
              symbol: 'BTC/USDT',
              quantity: String(position),
              price: '1',
              barVolume: null,
              barIntervalMs: 3_600_000,
              dailyCloses: [],
            },
          ]
        : [],
  },
});

describe('the risk of the desk', () => {
  it('is that of the worst account, with the deepest fall of the day of any', () => {
    const desk = deskRisk(
      [book('calm', 100_000), book('laden', 100_000, 100_000, 60_000), book('fallen', 95_000)],
      PROFILE,
      0,
    );
    expect(desk.accountId).toBe('laden');
    expect(desk.state.drawdownDailyFraction).toBeCloseTo(0.05, 12);
    expect(riskAlert(desk.state, CEO_DEFAULTS).level).toBe('warning');
    expect(desk).toMatchObject({ equityUsd: '295000', openPositions: 1 });
    expect(desk.accounts.map(({ accountId }) => accountId)).toEqual(['calm', 'laden', 'fallen']);
  });

  it('is the highest where one book does not fit, or none can be read', () => {
    const odd = { ...book('odd', 1), portfolio: { equity: 'much' } };
    for (const desk of [
      deskRisk([book('calm', 100_000), odd], PROFILE, 0),
      deskRisk({ unreadable: 'gone' }, PROFILE, 0),
    ]) {
      expect(desk.state).toMatchObject({ riskScore: 100, riskLevel: 'critical', portfolioKnown: false });
      expect(desk.equityUsd).toBeNull();
      expect(ceilingsToSet(desk.state)).toEqual({ positionFractionMax: 0, positionsMax: 0, leverageMax: 1 });
      expect(riskAlert(desk.state, CEO_DEFAULTS).level).toBe('critical');
    }
  });

  it('is nothing without an account', () => {
    const { state, accountId } = deskRisk([], PROFILE, 0);
    expect([accountId, state.riskScore, ceilingsToSet(state)]).toEqual(['none', 0, null]);
  });
});

describe('past exceptions', () => {
  it('counts a fall beyond all before it once for each method and level, and judges the share', () => {
    const random = createRandom('exceptions');
    const returns = Array.from({ length: 150 }, () => 0.01 * random.normal());
    const calm = returns.map((one) => Math.max(-0.005, Math.min(0.005, one)));
    const crash = [...calm.slice(0, 120), -0.2, ...calm.slice(121)];
    const before = pastExceptions(calm);
    const after = pastExceptions(crash);
    expect(after).toHaveLength(6);
    expect(after.map(({ observations }) => observations)).toEqual(Array(6).fill(50));
    for (const [i, { exceptions }] of after.entries()) {
      expect(exceptions).toBeLessThanOrEqual((before[i]?.exceptions ?? 0) + 1);
      expect(exceptions).toBeGreaterThanOrEqual(1);
    }
  });

  it('does not look ahead: what comes later changes no day before it', () => {
    const random = createRandom('no look-ahead');
    const returns = Array.from({ length: 200 }, () => 0.01 * random.normal());
    const count = (all: readonly number[]) => pastExceptions(all).map(({ exceptions }) => exceptions);
    const short = count(returns.slice(0, 160));
    const long = count([...returns.slice(0, 160), ...Array<number>(40).fill(0.001)]);
    expect(long).toEqual(short);
  });

  it('says nothing with too few days', () => {
    expect(pastExceptions(Array<number>(119).fill(0.01))).toEqual([]);
  });
});
