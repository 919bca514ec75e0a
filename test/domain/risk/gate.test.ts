/** The gate as a whole: all reasons, worst first; what reducing orders may do; numbers that are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import { askRules, effectiveLimits, gate } from '../../../domain/risk/gate.ts';
import type { GateInput } from '../../../domain/risk/gate-input.ts';
import { RISK_RULES } from '../../../domain/risk/rules/index.ts';
import { exposure, NOW_MS, order, quietState } from './gate-fixture.ts';

const rulesOf = (input: GateInput): string[] => gate(input).reasons.map((one) => one.rule);
const NAN = new Decimal(Number.NaN);

/** Everything that halts new risk at once. */
const halted = (over: Partial<GateInput['intent']>, positions = [exposure('BTC/USDT', '1', '5000')]): GateInput =>
  order({
    intent: over,
    account: {
      equity: toDecimal('50000'),
      positions,
      openOrders: [exposure('BTC/USDT', '-1', '5000', { strategyId: 'other' })],
      usMargin: true,
      riskState: {
        ...quietState(),
        breaker: { trippedAtMs: NOW_MS - 1 },
        cooldownUntilMs: NOW_MS + 1,
        lossStreak: 5,
        latched: ['momentum'],
        tradesToday: 50,
        recentOrders: Array.from({ length: 10 }, () => ({ atMs: NOW_MS - 1, key: 'momentum|BTC/USDT|buy|1' })),
      },
    },
    market: { quarantined: 'DATA_JUMP', barOpenTimeMs: null },
    profile: { newEntries: false, confidenceMin: null, positionFractionMax: 0, positionsMax: 0, leverageMax: 1 },
    compliance: { symbolsDenied: ['BTC/USDT'] },
    input: { killSwitch: 'drill', strategyDisabled: 'degraded', budgetExhausted: 'day' },
  });

describe('the gate', () => {
  it('approves an order that no rule objects to', () => {
    expect(gate(order())).toEqual({ approved: true, reasons: [] });
  });

  it('lists every reason, worst first', () => {
    const input = order({
      intent: { hasStop: false, confidence: 0.1, quantity: toDecimal('30') },
      input: { killSwitch: 'drill' },
    });
    expect(rulesOf(input)).toEqual([
      'killSwitch',
      'stopRequired',
      'positionSize',
      'symbolConcentration',
      'correlationGroup',
      'grossExposure',
      'netExposure',
      'minimumConfidence',
    ]);
  });

  it('gives the same reasons whatever the order of its rules', () => {
    const input = halted({ confidence: 0.2, hasStop: false });
    const expected = rulesOf(input).toSorted();
    expect(expected.length).toBeGreaterThan(15);
    fc.assert(
      fc.property(fc.shuffledSubarray([...RISK_RULES], { minLength: RISK_RULES.length }), (rules) => {
        const found = askRules(rules, input).reasons.map((one) => one.rule);
        expect(found.toSorted()).toEqual(expected);
      }),
    );
  });

  it('lets a reducing order pass while trading is halted', () => {
    expect(gate(halted({ side: 'sell', reduceOnly: true, hasStop: false, confidence: null, origin: 'ai' }))).toEqual({
      approved: true,
      reasons: [],
    });
    expect(rulesOf(halted({})).length).toBeGreaterThan(15);
  });

  it('lets a reducing order pass while the portfolio is unknown, and an opening one not', () => {
    expect(gate(order({ account: null, intent: { side: 'sell', reduceOnly: true } })).approved).toBe(true);
    expect(rulesOf(order({ account: null }))).toEqual(['portfolioUnknown']);
  });

  it('holds a reducing order to the held position, the open market and sane prices', () => {
    const reducing = { side: 'sell', reduceOnly: true } as const;
    const positions = [exposure('BTC/USDT', '1', '5000')];
    const tooMuch = order({ account: { positions }, intent: { ...reducing, quantity: toDecimal('1.1') } });
    expect(rulesOf(tooMuch)).toEqual(['reduceOnly']);
    expect(rulesOf(order({ account: { positions }, intent: reducing, market: { isOpen: false } }))).toEqual([
      'marketHours',
    ]);
    const far = { ...reducing, limitPrice: toDecimal('1'), orderType: 'limit' as const };
    expect(rulesOf(order({ account: { positions }, intent: far }))).toEqual(['priceCollar']);
    expect(rulesOf(order({ account: { positions }, intent: { ...reducing, quantity: NAN } }))).toContain(
      'orderNumbers',
    );
  });

  it('lets a reducing live order of a known position pass after the arming has expired', () => {
    const positions = [exposure('BTC/USDT', '1', '5000')];
    const reducing = { side: 'sell', reduceOnly: true } as const;
    const live = { tradingMode: 'live', liveArmed: false } as const;
    expect(gate(order({ account: { positions }, intent: reducing, input: live })).approved).toBe(true);
    expect(rulesOf(order({ account: null, intent: reducing, input: live }))).toEqual(['tradingMode']);
  });

  it('never approves a number that is none', () => {
    const broken: GateInput[] = [
      order({ intent: { quantity: NAN } }),
      order({ intent: { quantity: new Decimal(Number.POSITIVE_INFINITY) } }),
      order({ intent: { price: NAN } }),
      order({ intent: { limitPrice: NAN } }),
      order({ intent: { leverage: Number.NaN } }),
      order({ intent: { confidence: Number.NaN } }),
      order({ intent: { confidence: 1.5 } }),
      order({ account: { equity: NAN } }),
      order({ account: { positions: [exposure('ETH/USDT', '1', '1', { markPrice: NAN })] } }),
      order({ account: { positions: [exposure('ETH/USDT', '1', '1', { quantity: NAN })] } }),
      order({ account: { openOrders: [exposure('BTC/USDT', '0.1', '5000', { leverage: Number.NaN })] } }),
      order({ market: { lastPrice: NAN } }),
      order({ market: { barOpenTimeMs: Number.NaN } }),
      order({ market: { quoteAtMs: Number.NaN } }),
      order({ input: { nowMs: Number.NaN } }),
      order({ profile: { positionFractionMax: Number.NaN } }),
      order({ profile: { positionsMax: Number.NaN } }),
      order({ profile: { leverageMax: Number.NaN } }),
      order({ profile: { confidenceMin: Number.NaN } }),
      order({ limits: { dailyLossMaxUsd: Number.NaN } }),
      ...(
        [
          'symbolConcentrationMax',
          'correlationGroupMax',
          'grossExposureMax',
          'netExposureMax',
          'priceCollarFraction',
          'orderValueMaxUsd',
          'orderQuantityMax',
          'ordersPerMinuteMax',
          'repetitionCount',
          'dailyLossMaxUsd',
          'drawdownBreakerFraction',
        ] as const
      ).map((name) => order({ desk: { [name]: Number.NaN } })),
      order({ compliance: { tradesPerDayMax: Number.NaN } }),
    ];
    for (const [index, input] of broken.entries()) expect([index, gate(input).approved]).toEqual([index, false]);
  });

  it('never approves more risk than its limits, for any proposal at all', () => {
    const text = fc.oneof(fc.constantFrom('0', '-1', '1e30', '0.00000001'), fc.double({ noNaN: true }).map(String));
    const side = fc.constantFrom('buy' as const, 'sell' as const);
    const held = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(text, side, held, fc.integer({ min: 1, max: 3 }), (quantity, direction, position, leverage) => {
        const heldNow = new Decimal(position);
        const input = order({
          intent: { quantity: new Decimal(quantity), side: direction, leverage },
          account: { positions: [exposure('BTC/USDT', heldNow.toFixed(), '5000', { leverage })] },
        });
        if (!gate(input).approved) return;
        const signed = direction === 'buy' ? input.intent.quantity : input.intent.quantity.negated();
        const worst = Decimal.max(heldNow.abs(), heldNow.plus(signed).abs()).times(5_000);
        expect(input.intent.quantity.gt(0)).toBe(true);
        expect(worst.div(leverage).lte(8_000)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes the tighter of the mode and the session, limit by limit', () => {
    const { policy, limits } = order({
      limits: { positionFractionMax: 0.05, positionsMax: 20, confidenceMin: 0.7, dailyLossMaxUsd: 300 },
    });
    expect(effectiveLimits(policy, limits)).toEqual({
      positionFractionMax: 0.05,
      positionsMax: 8,
      leverageMax: 3,
      confidenceMin: 0.7,
      dailyLossMaxUsd: 300,
      newEntries: true,
    });
  });
});
