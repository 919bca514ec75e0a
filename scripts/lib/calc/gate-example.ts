/** The example of `calc gate`: 1 BTC at 5,000 USD with a stop, on an account of 100,000 USD, under `stability`. */

/** Wednesday 2024-01-03T12:00:00Z; the last bar closed right now. */
const NOW_MS = 1_704_283_200_000;
const HOUR_MS = 3_600_000;

export const gateExample = {
  nowMs: NOW_MS,
  intent: {
    accountId: 'paper-1',
    strategyId: 'momentum',
    symbol: 'BTC/USDT',
    side: 'buy' as const,
    quantity: '1',
    price: '5000',
    limitPrice: null,
    leverage: 1,
    reduceOnly: false,
    hasStop: true,
    confidence: 0.8,
    direction: 'longOnly' as const,
    origin: 'session' as const,
    orderType: 'market' as const,
  },
  account: {
    equity: '100000',
    cash: '96000',
    positions: [{ strategyId: 'momentum', symbol: 'ETH/USDT', quantity: '2', markPrice: '2000', leverage: 1 }],
    openOrders: [],
    usMargin: false,
  },
  market: {
    lastPrice: '5000',
    barOpenTimeMs: NOW_MS - HOUR_MS,
    barIntervalMs: HOUR_MS,
    quoteAtMs: null,
    historical: false,
    quarantined: null,
  },
  correlationGroup: ['BTC/USDT'],
  policy: {
    version: 1,
    mode: 'stability' as const,
    profile: { positionFractionMax: 0.08, positionsMax: 8, leverageMax: 3, confidenceMin: 0.6, newEntries: true },
  },
  limits: { positionFractionMax: 0.1, positionsMax: 10, dailyLossMaxUsd: 1_000, confidenceMin: 0.6 },
  tradingMode: 'paper' as const,
  liveArmed: false,
  killSwitch: null,
  accountHalt: null,
  symbolHalt: null,
  strategyDisabled: null,
  budgetExhausted: null,
};
