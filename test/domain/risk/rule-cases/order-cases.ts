/** One order by itself: whether it may be given, its value, its price and the confidence behind it. */
import { toDecimal } from '../../../../domain/decimal.ts';
import { exposure, order } from '../gate-fixture.ts';
import { buy, type RuleCase } from './rule-case.ts';

export const ORDER_CASES: readonly RuleCase[] = [
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
