/** A document that `calc risk` takes: 120 made-up days of two symbols, a curve of equity, a portfolio of both. */

const DAYS = 120;
const FIRST_DAY = 19_700;
const DAY_MS = 86_400_000;

const rounded = (value: number): number => Number(value.toFixed(5));
/** Three waves in a product: calm on most days, and far out now and then. */
const coin = Array.from({ length: DAYS }, (_none, day) =>
  rounded(0.001 + 0.08 * Math.sin(1.7 * day) * Math.sin(day * day) * Math.sin(2.3 * day + 1)),
);
const share = coin.map((value, day) => rounded(0.4 * value + 0.006 * Math.sin(day * 2.9)));

function closes(start: number, returns: readonly number[]): [number, number][] {
  let price = start;
  return returns.map((value, day) => {
    price *= 1 + value;
    return [FIRST_DAY + day, Number(price.toPrecision(8))];
  });
}

const position = (symbol: string, quantity: string, price: string, barVolume: number, returns: readonly number[]) => ({
  symbol,
  quantity,
  price,
  leverage: 1,
  barVolume,
  barIntervalMs: 3_600_000,
  dailyCloses: closes(Number(price), returns),
});

export const riskExample = {
  returns: coin,
  series: [
    { name: 'BTC/USDT', fraction: 0.08, returns: coin },
    { name: 'SPY', fraction: 0.05, returns: share },
  ],
  levels: [0.95, 0.99],
  equity: [100_000, 102_000, 99_000, 98_500].map((value, day): [number, string] => [
    (FIRST_DAY + day) * DAY_MS,
    String(value),
  ]),
  portfolio: {
    equity: '98500',
    dayStartEquity: '99000',
    peakEquity: '102000',
    dataAgeMs: 60_000,
    dataAgeMaxMs: 7_230_000,
    positions: [position('BTC/USDT', '0.12', '60000', 900, coin), position('SPY', '-9', '540', 250_000, share)],
  },
  asOfMs: (FIRST_DAY + DAYS) * DAY_MS,
};
