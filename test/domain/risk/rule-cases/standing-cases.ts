/** The order, its account and its market as they stand: what holds whatever the size of the order. */
import { exposure, NOW_MS, order } from '../gate-fixture.ts';
import { buy, equity, type RuleCase } from './rule-case.ts';

export const STANDING_CASES: readonly RuleCase[] = [
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
];
