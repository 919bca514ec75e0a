/** Inputs of sessions for tests: short, offline, trading often enough to be worth watching. */

/** Trades some nine times in a hundred hourly bars. */
export const BUSY_MOMENTUM = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } };
export const HOUR_MS = 3_600_000;

export const aBacktest = (barCount: number, change: Record<string, unknown> = {}) => ({
  accountId: 'paper-1',
  strategy: BUSY_MOMENTUM,
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: HOUR_MS,
  market: { source: 'synthetic', count: barCount },
  seed: 1,
  ...change,
});

/** Real time at `speed`: 1 means an hour a bar, so that only ticks move it. */
export const aPaperSession = (barCount: number, speed = 1, change: Record<string, unknown> = {}) =>
  aBacktest(barCount, {
    tradingMode: 'paper',
    market: { source: 'synthetic', count: barCount, speed },
    checkIntervalMs: 100,
    ...change,
  });
