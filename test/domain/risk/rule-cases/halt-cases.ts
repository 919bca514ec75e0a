/** What stops a strategy or an account for a while: losses, modes, latches and counts of orders. */
import { toDecimal } from '../../../../domain/decimal.ts';
import type { GateInput } from '../../../../domain/risk/gate-input.ts';
import { NOW_MS, order, quietState } from '../gate-fixture.ts';
import { buy, equity, type RuleCase, sent, state, withState } from './rule-case.ts';

const equalOrder = 'momentum|BTC/USDT|buy|1';
const dayTrade = (day: number) => Date.UTC(2024, 0, day, 15);

/** A small entry of an account of this equity, after day trades at these instants. */
const dayTrader = (wealth: string, dayTradesAtMs: number[], usMargin = true): GateInput =>
  order({
    account: {
      equity: toDecimal(wealth),
      usMargin,
      riskState: state({ peakEquity: wealth, dayStartEquity: wealth, dayTradesAtMs }),
    },
    ...buy('0.1'),
  });

const DEFENSIVE: GateInput['policy'] = {
  version: 9,
  mode: 'defensive',
  profile: { positionFractionMax: 0.04, positionsMax: 4, leverageMax: 1, confidenceMin: 0.75, newEntries: true },
};

export const HALT_CASES: readonly RuleCase[] = [
  {
    rule: 'operatingMode',
    passes: [order()],
    refused: order({ profile: { newEntries: false } }),
    says: ['stability', 'policy version 1'],
  },
  {
    rule: 'operatingMode',
    passes: [order({ ...buy('0.8'), input: { policy: DEFENSIVE } })],
    refused: order({ ...buy('0.81', { confidence: 0.74 }), input: { policy: DEFENSIVE } }),
    says: ['defensive (policy version 9)', '4050 USD above limit 4000 USD', 'confidence 0.74 outside 0.75'],
  },
  {
    rule: 'operatingMode',
    passes: [order({ ...buy('0.7'), ...equity('99000'), input: { policy: DEFENSIVE } })],
    refused: order({ ...buy('0.7'), ...equity('98999.99'), input: { policy: DEFENSIVE } }),
    says: ['defensive (policy version 9)', 'loss of the day 1000.01 USD above limit 1000 USD'],
  },
  {
    rule: 'drawdownBreaker',
    passes: [
      order({
        account: { equity: toDecimal('92000.01') },
        limits: { dailyLossMaxUsd: 9_000 },
        desk: { dailyLossMaxUsd: 9_000 },
      }),
    ],
    refused: order({ account: { equity: toDecimal('92000') } }),
    says: ['92000 USD', '0.08 below its peak of 100000 USD', 'the limit is 0.08'],
  },
  {
    rule: 'drawdownBreaker',
    passes: [],
    refused: order(withState({ breaker: { trippedAtMs: NOW_MS - 1_000 } })),
    says: ['2024-01-03T11:59:59.000Z'],
  },
  {
    rule: 'dailyLoss',
    passes: [order(equity('99000'))],
    refused: order(equity('98999.99')),
    says: ['1000.01 USD', 'limit 1000 USD'],
  },
  {
    rule: 'dailyLoss',
    passes: [],
    refused: order({ ...equity('99749.99'), limits: { dailyLossMaxUsd: 250 } }),
    says: ['250.01 USD', 'limit 250 USD'],
  },
  {
    rule: 'dailyLoss',
    passes: [],
    refused: order({ ...equity('98999.99'), limits: { dailyLossMaxUsd: 500_000 } }),
    says: ['limit 1000 USD'],
  },
  {
    rule: 'strategyDisabled',
    passes: [order()],
    refused: order({ input: { strategyDisabled: 'degraded' } }),
    says: ['degraded'],
  },
  {
    rule: 'repetitionLatch',
    passes: [
      order(withState({ recentOrders: sent(4, equalOrder, NOW_MS - 300_000) })),
      order(withState({ recentOrders: sent(9, equalOrder, NOW_MS - 600_000) })),
      order(withState({ recentOrders: sent(9, 'momentum|BTC/USDT|buy|1.1', NOW_MS - 300_000) })),
      order(withState({ latched: ['another-strategy'] })),
    ],
    refused: order(withState({ recentOrders: sent(5, equalOrder, NOW_MS - 300_000) })),
    says: ['5 orders', '600 s', 'at most 5'],
  },
  {
    rule: 'repetitionLatch',
    passes: [],
    refused: order(withState({ latched: ['momentum'] })),
    says: ['momentum', 'person'],
  },
  {
    rule: 'lossCooldown',
    passes: [order(withState({ lossStreak: 5, cooldownUntilMs: NOW_MS }))],
    refused: order(withState({ lossStreak: 5, cooldownUntilMs: NOW_MS + 1 })),
    says: ['5 losing trades', '2024-01-03T12:00:00.001Z'],
  },
  {
    // Judged on an hourly bar of before the losses, by the clock on the wall.
    rule: 'lossCooldown',
    passes: [order({ ...withState({ lossStreak: 5, cooldownUntilMs: NOW_MS + 4_000_000 }) })],
    refused: order({
      ...withState({ lossStreak: 5, cooldownUntilMs: NOW_MS + 4_000_000 }),
      market: { agesAtMs: NOW_MS + 3_000_000 },
    }),
    says: ['5 losing trades', 'cooling down until'],
  },
  {
    rule: 'sessionBudget',
    passes: [order()],
    refused: order({ input: { budgetExhausted: '5 of 5 USD' } }),
    says: ['5 of 5 USD'],
  },
  {
    rule: 'ordersPerMinute',
    passes: [
      order(withState({ recentOrders: sent(9, 'a', NOW_MS - 59_999) })),
      order(withState({ recentOrders: sent(99, 'a', NOW_MS - 60_000) })),
    ],
    refused: order(withState({ recentOrders: sent(10, 'a', NOW_MS - 59_999) })),
    says: ['10 orders', 'at most 10'],
  },
  {
    rule: 'tradesPerDay',
    passes: [
      order(withState({ tradesToday: 49 })),
      order(withState({ tradesToday: 50, dayKey: quietState().dayKey - 1 })),
    ],
    refused: order(withState({ tradesToday: 50 })),
    says: ['50 entries', 'at most 50'],
  },
  {
    rule: 'patternDayTrade',
    passes: [
      dayTrader('25000', [dayTrade(1), dayTrade(2), dayTrade(3)]),
      // Wednesday 3 January: with New Year's Day off, five sessions reach back to Wednesday 27 December.
      dayTrader('24000', [Date.UTC(2023, 11, 26, 15), dayTrade(2), dayTrade(3)]),
      dayTrader('24000', [dayTrade(1), dayTrade(2), dayTrade(3)], false),
    ],
    refused: dayTrader('24000', [Date.UTC(2023, 11, 27, 15), dayTrade(2), dayTrade(3)]),
    says: ['3 day trades', '24000 USD', '25000 USD'],
  },
];
