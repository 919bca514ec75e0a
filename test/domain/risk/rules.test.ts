/** One table for all rules: what passes at the limit, what is refused beyond it, and with which figures. */
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../domain/decimal.ts';
import { gate } from '../../../domain/risk/gate.ts';
import type { GateInput } from '../../../domain/risk/gate-input.ts';
import { RISK_RULES } from '../../../domain/risk/rules/index.ts';
import type { RiskState } from '../../../schemas/risk.ts';
import { exposure, NOW_MS, order, quietState } from './gate-fixture.ts';

type Case = {
  readonly rule: string;
  readonly passes: readonly GateInput[];
  readonly refused: GateInput;
  /** Figures and words the message must carry. */
  readonly says: readonly string[];
};

const state = (over: Partial<RiskState>): RiskState => ({ ...quietState(), ...over });
const withState = (over: Partial<RiskState>) => ({ account: { riskState: state(over) } });
const sent = (count: number, key: string, atMs: number) => Array.from({ length: count }, () => ({ atMs, key }));
const equity = (text: string) => ({ account: { equity: toDecimal(text) } });
const buy = (quantity: string, over = {}) => ({ intent: { quantity: toDecimal(quantity), ...over } });
const equalOrder = 'momentum|BTC/USDT|buy|1';
const dayTrade = (day: number) => Date.UTC(2024, 0, day, 15);

const DEFENSIVE: GateInput['policy'] = {
  version: 9,
  mode: 'defensive',
  profile: { positionFractionMax: 0.04, positionsMax: 4, leverageMax: 1, confidenceMin: 0.75, newEntries: true },
};

const CASES: readonly Case[] = [
  {
    rule: 'killSwitch',
    passes: [order()],
    refused: order({ input: { killSwitch: 'drill' } }),
    says: ['drill', 'person'],
  },
  {
    rule: 'accountStanding',
    passes: [order()],
    refused: order({ input: { symbolHalt: 'order x is UNKNOWN' } }),
    says: ['BTC/USDT waits', 'UNKNOWN'],
  },
  {
    rule: 'tradingMode',
    passes: [
      order({ intent: { accountId: 'sim:s1' }, input: { tradingMode: 'backtest' } }),
      order({ input: { tradingMode: 'live', liveArmed: true } }),
    ],
    refused: order({ input: { tradingMode: 'backtest' } }),
    says: ['paper-1', 'sim:'],
  },
  { rule: 'tradingMode', passes: [], refused: order({ input: { tradingMode: 'analysis' } }), says: ['analysis'] },
  { rule: 'tradingMode', passes: [], refused: order({ input: { tradingMode: 'live' } }), says: ['paper-1', 'armed'] },
  { rule: 'tradingMode', passes: [], refused: order({ intent: { accountId: 'sim:s1' } }), says: ['sim:s1', 'paper'] },
  {
    rule: 'tradingMode',
    passes: [],
    refused: order({ intent: { accountId: 'alpaca-live' } }),
    says: ['alpaca-live', 'paper mode'],
  },
  { rule: 'orderNumbers', passes: [order(buy('0.00000001'))], refused: order(buy('0')), says: ['quantity 0'] },
  { rule: 'orderNumbers', passes: [], refused: order(buy('1', { orderType: 'limit' })), says: ['limit price'] },
  { rule: 'portfolioUnknown', passes: [order()], refused: order({ account: null }), says: ['paper-1', 'unknown'] },
  { rule: 'portfolioUnknown', passes: [], refused: order(equity('0')), says: ['equity 0 USD'] },
  {
    rule: 'reduceOnly',
    passes: [
      order({
        account: { positions: [exposure('BTC/USDT', '1', '5000')] },
        ...buy('1', { side: 'sell', reduceOnly: true }),
      }),
    ],
    refused: order({
      account: { positions: [exposure('BTC/USDT', '1', '5000')] },
      ...buy('1.5', { side: 'sell', reduceOnly: true }),
    }),
    says: ['1.5', '1 BTC/USDT held'],
  },
  { rule: 'reduceOnly', passes: [], refused: order(buy('1', { reduceOnly: true })), says: ['0 BTC/USDT held'] },
  {
    rule: 'quarantine',
    passes: [
      order({
        intent: { accountId: 'sim:s1' },
        input: { tradingMode: 'backtest' },
        market: { quarantined: 'DATA_JUMP of 61 %' },
      }),
    ],
    refused: order({ market: { quarantined: 'DATA_JUMP of 61 %' } }),
    says: ['BTC/USDT', 'DATA_JUMP of 61 %'],
  },
  {
    rule: 'staleData',
    passes: [
      order({ market: { barOpenTimeMs: NOW_MS - 7_230_000 } }),
      order({ market: { quoteAtMs: NOW_MS - 30_000 } }),
      order({ market: { barOpenTimeMs: null, historical: true } }),
    ],
    refused: order({ market: { barOpenTimeMs: NOW_MS - 7_230_001 } }),
    says: ['7230.001 s old', '7230 s'],
  },
  {
    rule: 'staleData',
    passes: [],
    refused: order({ market: { quoteAtMs: NOW_MS - 30_001 } }),
    says: ['30.001 s', '30 s'],
  },
  { rule: 'staleData', passes: [], refused: order({ market: { quoteAtMs: NOW_MS + 1 } }), says: ['future'] },
  { rule: 'staleData', passes: [], refused: order({ market: { barOpenTimeMs: NOW_MS + 1 } }), says: ['future'] },
  { rule: 'staleData', passes: [], refused: order({ market: { barOpenTimeMs: null } }), says: ['no bar'] },
  { rule: 'staleData', passes: [], refused: order({ market: { lastPrice: null } }), says: ['no usable last price'] },
  {
    rule: 'marketHours',
    passes: [order()],
    refused: order({ market: { isOpen: false, nextOpenMs: Date.UTC(2024, 0, 4, 14, 30) } }),
    says: ['MARKET_CLOSED', '2024-01-04T14:30:00.000Z'],
  },
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
    rule: 'sessionBudget',
    passes: [order()],
    refused: order({ input: { budgetExhausted: '5 of 5 USD' } }),
    says: ['5 of 5 USD'],
  },
  {
    rule: 'complianceSymbols',
    passes: [order({ compliance: { symbolsAllowed: ['BTC/USDT'] } })],
    refused: order({ compliance: { symbolsAllowed: ['ETH/USDT', 'BTC/USD'] } }),
    says: ['BTC/USDT', '2 symbols'],
  },
  {
    rule: 'complianceSymbols',
    passes: [],
    refused: order({ compliance: { symbolsDenied: ['BTC/USDT'] } }),
    says: ['deny list'],
  },
  {
    rule: 'direction',
    passes: [
      order({ intent: { direction: 'longOnly' } }),
      order({ intent: { direction: 'shortOnly', side: 'sell' } }),
      order({
        account: { positions: [exposure('BTC/USDT', '1', '5000')] },
        intent: { direction: 'longOnly', side: 'sell' },
      }),
    ],
    refused: order({ intent: { direction: 'longOnly', side: 'sell' } }),
    says: ['sell of 1 with 0 held', 'short', 'longOnly'],
  },
  {
    rule: 'direction',
    passes: [],
    refused: order({ intent: { direction: 'shortOnly' } }),
    says: ['long', 'shortOnly'],
  },
  {
    rule: 'stopRequired',
    passes: [order()],
    refused: order({ intent: { hasStop: false } }),
    says: ['BTC/USDT', 'stop'],
  },
  {
    rule: 'leverageCap',
    passes: [order({ intent: { leverage: 3 } })],
    refused: order({ intent: { leverage: 4 } }),
    says: ['leverage 4', 'limit 3'],
  },
  {
    rule: 'riskBudget',
    passes: [
      order({ input: { riskBudget: { worstCaseLoss: toDecimal('2000'), left: toDecimal('2000') } } }),
      order({ input: { riskBudget: null } }),
    ],
    refused: order({ input: { riskBudget: { worstCaseLoss: toDecimal('1500.01'), left: toDecimal('1500') } } }),
    says: ['worst-case loss 1500.01 USD', '1500 USD left'],
  },
  {
    rule: 'positionSize',
    passes: [order(buy('1.6')), order(buy('4.8', { leverage: 3 }))],
    refused: order(buy('1.60000001')),
    says: ['8000.00005 USD', '8000 USD', '0.08 of equity 100000 USD'],
  },
  {
    rule: 'positionSize',
    passes: [],
    refused: order({ ...buy('1.1'), limits: { positionFractionMax: 0.05 } }),
    says: ['5500 USD', '5000 USD'],
  },
  {
    rule: 'positionSize',
    passes: [],
    refused: order({
      ...buy('0.1'),
      account: { openOrders: [exposure('BTC/USDT', '1', '5000')], positions: [exposure('BTC/USDT', '0.55', '5000')] },
    }),
    says: ['8250 USD'],
  },
  {
    rule: 'symbolConcentration',
    passes: [order({ account: { positions: [exposure('BTC/USDT', '3', '5000', { strategyId: 'other' })] } })],
    refused: order({ account: { positions: [exposure('BTC/USDT', '-3.1', '5000', { strategyId: 'other' })] } }),
    says: ['20500 USD', '20000 USD', '0.2 of equity'],
  },
  {
    rule: 'correlationGroup',
    passes: [
      order({
        account: { positions: [exposure('ETH/USDT', '10', '2500')] },
        input: { correlationGroup: ['BTC/USDT', 'ETH/USDT'] },
      }),
      order({
        account: { positions: [exposure('GOLD', '10', '2600')] },
        input: { correlationGroup: ['BTC/USDT', 'ETH/USDT'] },
      }),
    ],
    refused: order({
      account: { positions: [exposure('ETH/USDT', '10', '2501')] },
      input: { correlationGroup: ['BTC/USDT', 'ETH/USDT'] },
    }),
    says: ['30010 USD', '30000 USD'],
  },
  {
    rule: 'grossExposure',
    passes: [
      order({ account: { positions: [exposure('ETH/USDT', '10', '4500'), exposure('GOLD', '-10', '5000')] } }),
      order({ account: { positions: [exposure('ETH/USDT', '10', '9600', { leverage: 2 })] } }),
    ],
    refused: order({ account: { positions: [exposure('ETH/USDT', '10', '4500'), exposure('GOLD', '-10', '5001')] } }),
    says: ['100010 USD', '100000 USD'],
  },
  {
    rule: 'netExposure',
    passes: [
      order({ desk: { netExposureMax: 0.2 }, account: { openOrders: [exposure('ETH/USDT', '10', '1500')] } }),
      order({ desk: { netExposureMax: 0.2 }, account: { positions: [exposure('ETH/USDT', '-10', '5000')] } }),
    ],
    refused: order({ desk: { netExposureMax: 0.2 }, account: { openOrders: [exposure('ETH/USDT', '10', '1501')] } }),
    says: ['20010 USD', '20000 USD', '0.2 of equity'],
  },
  {
    rule: 'netExposure',
    passes: [
      order({
        desk: { netExposureMax: 0.2 },
        intent: { side: 'sell' },
        account: { positions: [exposure('ETH/USDT', '10', '5000')] },
      }),
    ],
    refused: order({
      desk: { netExposureMax: 0.2 },
      intent: { side: 'sell' },
      account: { positions: [exposure('ETH/USDT', '-10', '1501')] },
    }),
    says: ['20010 USD', '20000 USD'],
  },
  {
    rule: 'positionSize',
    passes: [order(buy('1.6', { side: 'sell' }))],
    refused: order(buy('1.60000001', { side: 'sell' })),
    says: ['8000.00005 USD'],
  },
  {
    rule: 'concurrentPositions',
    passes: [
      order({ profile: { positionsMax: 2 }, account: { positions: [exposure('ETH/USDT', '1', '10')] } }),
      order({ profile: { positionsMax: 1 }, account: { positions: [exposure('BTC/USDT', '0.1', '5000')] } }),
    ],
    refused: order({
      profile: { positionsMax: 2 },
      account: { positions: [exposure('ETH/USDT', '1', '10')], openOrders: [exposure('GOLD', '1', '10')] },
    }),
    says: ['3 positions', 'limit 2'],
  },
  {
    rule: 'concurrentPositions',
    passes: [],
    refused: order({ limits: { positionsMax: 1 }, account: { positions: [exposure('ETH/USDT', '1', '10')] } }),
    says: ['limit 1'],
  },
  {
    rule: 'orderValue',
    passes: [order({ desk: { orderValueMaxUsd: 5_000 } })],
    refused: order({
      desk: { orderValueMaxUsd: 5_000 },
      intent: { limitPrice: toDecimal('5001'), orderType: 'limit' },
    }),
    says: ['5001 USD', '5000 USD'],
  },
  {
    rule: 'orderQuantity',
    passes: [order({ desk: { orderQuantityMax: 1 } })],
    refused: order({ ...buy('1.01'), desk: { orderQuantityMax: 1 } }),
    says: ['1.01', 'limit 1'],
  },
  {
    rule: 'priceCollar',
    passes: [
      order({ intent: { limitPrice: toDecimal('5250') } }),
      order({ intent: { limitPrice: toDecimal('4750') } }),
    ],
    refused: order({ intent: { limitPrice: toDecimal('5251') } }),
    says: ['5251', '0.0502', '5000', 'at most 0.05'],
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
      order({
        account: {
          equity: toDecimal('25000'),
          usMargin: true,
          riskState: state({
            peakEquity: '25000',
            dayStartEquity: '25000',
            dayTradesAtMs: [dayTrade(1), dayTrade(2), dayTrade(3)],
          }),
        },
        ...buy('0.1'),
      }),
      // Wednesday 3 January: with New Year's Day off, five sessions reach back to Wednesday 27 December.
      order({
        account: {
          equity: toDecimal('24000'),
          usMargin: true,
          riskState: state({
            peakEquity: '24000',
            dayStartEquity: '24000',
            dayTradesAtMs: [Date.UTC(2023, 11, 26, 15), dayTrade(2), dayTrade(3)],
          }),
        },
        ...buy('0.1'),
      }),
      order({
        account: {
          equity: toDecimal('24000'),
          riskState: state({
            peakEquity: '24000',
            dayStartEquity: '24000',
            dayTradesAtMs: [dayTrade(1), dayTrade(2), dayTrade(3)],
          }),
        },
        ...buy('0.1'),
      }),
    ],
    refused: order({
      account: {
        equity: toDecimal('24000'),
        usMargin: true,
        riskState: state({
          peakEquity: '24000',
          dayStartEquity: '24000',
          dayTradesAtMs: [Date.UTC(2023, 11, 27, 15), dayTrade(2), dayTrade(3)],
        }),
      },
      ...buy('0.1'),
    }),
    says: ['3 day trades', '24000 USD', '25000 USD'],
  },
  {
    rule: 'selfCross',
    passes: [
      order({ account: { openOrders: [exposure('BTC/USDT', '0.1', '5000', { strategyId: 'other' })] } }),
      order({ account: { openOrders: [exposure('ETH/USDT', '-0.1', '5000')] } }),
    ],
    refused: order({ account: { openOrders: [exposure('BTC/USDT', '-0.1', '5000', { strategyId: 'other' })] } }),
    says: ['-0.1 BTC/USDT', 'other'],
  },
  {
    rule: 'minimumConfidence',
    passes: [order({ intent: { confidence: 0.6 } }), order({ intent: { confidence: null, origin: 'manual' } })],
    refused: order({ intent: { confidence: 0.59 } }),
    says: ['0.59', '0.6'],
  },
  {
    rule: 'minimumConfidence',
    passes: [],
    refused: order({ intent: { confidence: 0.7 }, profile: { confidenceMin: 0.75 } }),
    says: ['0.75'],
  },
  {
    rule: 'minimumConfidence',
    passes: [],
    refused: order({ intent: { confidence: 0.7 }, limits: { confidenceMin: 0.9 } }),
    says: ['0.9'],
  },
  {
    rule: 'minimumConfidence',
    passes: [],
    refused: order({ intent: { confidence: null, origin: 'ai' } }),
    says: ['no confidence'],
  },
  { rule: 'minimumConfidence', passes: [], refused: order({ profile: { confidenceMin: null } }), says: ['no entry'] },
];

describe('each rule of the gate', () => {
  for (const [index, one] of CASES.entries()) {
    it(`${one.rule} (case ${index + 1}) refuses with its figures and passes at the limit`, () => {
      for (const passing of one.passes) expect(gate(passing)).toEqual({ approved: true, reasons: [] });
      const verdict = gate(one.refused);
      expect(verdict.approved).toBe(false);
      const reason = verdict.reasons.find((found) => found.rule === one.rule);
      for (const words of one.says) expect(reason?.message).toContain(words);
    });
  }

  /** These hold for every order: a nonsense, a closed market or a forbidden account is no matter of new risk. */
  const ALWAYS = ['tradingMode', 'orderNumbers', 'reduceOnly', 'marketHours', 'priceCollar'];

  for (const one of CASES.filter(({ rule }) => !ALWAYS.includes(rule))) {
    it(`${one.rule} lets the same order pass when it only reduces (${one.says[0]})`, () => {
      const { reasons } = gate({ ...one.refused, intent: { ...one.refused.intent, reduceOnly: true } });
      expect(reasons.map((reason) => reason.rule)).not.toContain(one.rule);
    });
  }

  it('accountStanding stops reducing orders too while the account is frozen', () => {
    const reducing = order({ intent: { reduceOnly: true }, input: { accountHalt: 'books and venue differ' } });
    expect(gate(reducing).reasons).toContainEqual({
      rule: 'accountStanding',
      message: 'account paper-1 is frozen (books and venue differ)',
    });
  });

  it('has a case in this table for every rule there is', () => {
    const tested = new Set(CASES.map((one) => one.rule));
    expect(tested.size).toBe(RISK_RULES.length);
  });
});
