/** How much an account may hold: of one symbol, of a group, in all, and at what risk. */
import { toDecimal } from '../../../../domain/decimal.ts';
import { exposure, order } from '../gate-fixture.ts';
import { buy, type RuleCase } from './rule-case.ts';

export const EXPOSURE_CASES: readonly RuleCase[] = [
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
];
