/**
 * Markets of which it is known whether there is anything to find: real bars whose blocks were shuffled, and walks in which
 * a weak market is followed by a drift.
 */
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { createRandom } from '../../../domain/market/random.ts';

const HOUR_MS = 3_600_000;
const BLOCK_BARS = 24;

/** The same bars in blocks of a day, their order drawn by the seed: what followed what is lost beyond a day. */
export function blockShuffled(bars: BarSeries, seed: number): BarSeries {
  const random = createRandom(`null:${seed}`);
  const count = Math.floor((bars.close.length - 1) / BLOCK_BARS);
  const order = Array.from({ length: count }, (_, block) => block);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  const rows: BarRow[] = [];
  let close = bars.close[0] as number;
  for (const block of order) {
    for (let k = 0; k < BLOCK_BARS; k += 1) {
      const from = 1 + block * BLOCK_BARS + k;
      const scale = close / (bars.close[from - 1] as number);
      const price = (column: Float64Array): number => (column[from] as number) * scale;
      const openTimeMs = (bars.openTimeMs[0] as number) + rows.length * bars.intervalMs;
      const [open, high, low] = [price(bars.open), price(bars.high), price(bars.low)];
      close = price(bars.close);
      rows.push({ openTimeMs, open, high, low, close, volume: bars.volume[from] as number });
    }
  }
  return seriesFromRows(bars.symbol, bars.intervalMs, rows);
}

const NOISE = 0.005;
const PERIOD = 14;
const DRIFT_BARS = 6;

/** A walk of 0.5 % a bar; after each close with RSI(14) below 30 the next six bars drift by `drift` each. */
export function plantedEdge(seed: number, count: number, drift: number): BarSeries {
  const random = createRandom(`edge:${seed}`);
  const rsi = wilderRsi();
  const rows: BarRow[] = [];
  let close = 100;
  let driftLeft = 0;
  for (let i = 0; i < count; i += 1) {
    const open = close;
    close *= Math.exp((driftLeft > 0 ? drift : 0) + NOISE * random.normal());
    driftLeft = rsi(close - open) < 30 ? DRIFT_BARS : Math.max(0, driftLeft - 1);
    const reach = 1 + 0.3 * NOISE * random.uniform();
    const [high, low] = [Math.max(open, close) * reach, Math.min(open, close) / reach];
    rows.push({ openTimeMs: i * HOUR_MS, open, high, low, close, volume: 1e6 });
  }
  return seriesFromRows('EDGE/USDT', HOUR_MS, rows);
}

/** RSI out of one change after the other; 50 until it is known. */
function wilderRsi(): (change: number) => number {
  let seen = 0;
  let gain = 0;
  let loss = 0;
  return (change) => {
    seen += 1;
    const weight = 1 / Math.min(seen, PERIOD);
    gain += (Math.max(0, change) - gain) * weight;
    loss += (Math.max(0, -change) - loss) * weight;
    return seen < PERIOD || gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  };
}
