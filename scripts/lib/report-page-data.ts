/**
 * What the charts of a report page show, made small: candles beyond a limit are joined by time, wealth and drawdown
 * with them, trades become marks on candles. Pure; times leave as epoch seconds, as the chart library wants them.
 */
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { ClosedTrade, Fill } from '../../schemas/execution.ts';

/** Candles of one chart; beyond, the page opens slowly and no screen can show them. */
export const CANDLES_MAX = 20_000;

/** Columns: seconds, open, high, low, close. */
export type Candles = {
  readonly t: readonly number[];
  readonly o: readonly number[];
  readonly h: readonly number[];
  readonly l: readonly number[];
  readonly c: readonly number[];
};

/** Seconds of a candle, price, what happened there, and the words beside it. */
export type Mark = {
  readonly t: number;
  readonly p: number;
  readonly kind: 'longEntry' | 'shortEntry' | 'win' | 'loss';
  readonly side: 'long' | 'short';
  readonly text: string;
};

export type SymbolChart = {
  readonly symbol: string;
  readonly decimals: number;
  readonly candles: Candles;
  readonly marks: readonly Mark[];
};

export type ChartData = {
  readonly barsPerCandle: number;
  readonly symbols: readonly SymbolChart[];
  readonly equity: { readonly t: readonly number[]; readonly v: readonly number[] };
  readonly drawdown: { readonly t: readonly number[]; readonly v: readonly number[] };
};

export type ChartInput = {
  readonly series: readonly BarSeries[];
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
  readonly equity: readonly (readonly [number, number])[];
};

/** All columns of the page; every series on one grid of time, so that the panes line up. */
export function chartData({ series, trades, fills, equity }: ChartInput, candlesMax = CANDLES_MAX): ChartData {
  const perSymbol = Math.max(1, Math.floor(candlesMax / Math.max(1, series.length)));
  const longest = Math.max(equity.length, ...series.map((one) => one.openTimeMs.length));
  const barsPerCandle = Math.max(1, Math.ceil(longest / perSymbol));
  const intervalMs = Math.max(1, ...series.map((one) => one.intervalMs));
  const slotMs = barsPerCandle === 1 ? 0 : barsPerCandle * intervalMs;
  return {
    barsPerCandle,
    symbols: series.map((one) => symbolChart(one, trades, fills, slotMs)),
    equity: column(equity, slotMs, (values) => values.at(-1) as number),
    drawdown: column(drawdownOf(equity), slotMs, (values) => Math.min(...values)),
  };
}

function symbolChart(
  series: BarSeries,
  trades: readonly ClosedTrade[],
  fills: readonly Fill[],
  slotMs: number,
): SymbolChart {
  const candles = joinBars(series, slotMs);
  const own = trades.filter((trade) => trade.symbol === series.symbol);
  const open = openFills(series.symbol, own, fills);
  const marks = [
    ...own.flatMap((trade) => tradeMarks(trade, candles.t)),
    ...open.map((fill) => fillMark(fill, candles.t)),
  ];
  const known = marks.filter((mark) => mark !== null).sort((a, b) => a.t - b.t);
  return { symbol: series.symbol, decimals: priceDecimals(series), candles, marks: known };
}

/** The start of the slot a time belongs to; with slot 0 the time itself. */
const slotOf = (ms: number, slotMs: number): number => (slotMs === 0 ? ms : Math.floor(ms / slotMs) * slotMs);

/** Joins bars of one slot: first open, highest high, lowest low, last close. With slot 0 nothing is joined. */
export function joinBars(series: BarSeries, slotMs: number): Candles {
  const candles = { t: [] as number[], o: [] as number[], h: [] as number[], l: [] as number[], c: [] as number[] };
  for (let i = 0; i < series.openTimeMs.length; i += 1) {
    const t = slotOf(series.openTimeMs[i] as number, slotMs) / 1_000;
    const last = candles.t.length - 1;
    const high = series.high[i] as number;
    const low = series.low[i] as number;
    if (candles.t[last] === t) {
      candles.h[last] = Math.max(candles.h[last] as number, high);
      candles.l[last] = Math.min(candles.l[last] as number, low);
      candles.c[last] = series.close[i] as number;
      continue;
    }
    candles.t.push(t);
    candles.o.push(series.open[i] as number);
    candles.h.push(high);
    candles.l.push(low);
    candles.c.push(series.close[i] as number);
  }
  return candles;
}

type Point = readonly [number, number];

/** One value a slot; of points with the same stamp the slot keeps what `pick` makes of them. */
function column(points: readonly Point[], slotMs: number, pick: (values: number[]) => number) {
  const slots = new Map<number, number[]>();
  for (const [ms, value] of points) {
    const t = slotOf(ms, slotMs) / 1_000;
    const values = slots.get(t);
    if (values === undefined) slots.set(t, [value]);
    else values.push(value);
  }
  const sorted = [...slots].sort(([a], [b]) => a - b);
  return { t: sorted.map(([t]) => t), v: sorted.map(([, values]) => Number(pick(values).toPrecision(12))) };
}

/** The fall from the running peak as a fraction, 0 or negative: it hangs from the top of its pane. */
function drawdownOf(equity: readonly Point[]): Point[] {
  let peak = 0;
  return equity.map(([ms, value]) => {
    peak = Math.max(peak, value);
    return [ms, peak > 0 ? value / peak - 1 : 0];
  });
}

function tradeMarks(trade: ClosedTrade, seconds: readonly number[]): (Mark | null)[] {
  const kind = trade.side === 'long' ? 'longEntry' : 'shortEntry';
  const won = Number(trade.pnl) > 0;
  const exit = `${trade.exitReason} ${won ? '+' : ''}${Number(trade.pnl).toFixed(2)}`;
  return [
    mark(trade.entryAtMs, seconds, {
      p: Number(trade.entryPrice),
      kind,
      side: trade.side,
      text: `${trade.side} ${trade.entryPrice}`,
    }),
    mark(trade.exitAtMs, seconds, {
      p: Number(trade.exitPrice),
      kind: won ? 'win' : 'loss',
      side: trade.side,
      text: exit,
    }),
  ];
}

/** Fills after the last closed trade of the symbol: the entry of a position that is still open. */
function openFills(symbol: string, trades: readonly ClosedTrade[], fills: readonly Fill[]): Fill[] {
  const closedAtMs = trades.reduce((latest, trade) => Math.max(latest, trade.exitAtMs), Number.NEGATIVE_INFINITY);
  return fills.filter((fill) => fill.symbol === symbol && fill.atMs > closedAtMs);
}

function fillMark(fill: Fill, seconds: readonly number[]): Mark | null {
  const side = fill.side === 'buy' ? 'long' : 'short';
  return mark(fill.atMs, seconds, {
    p: Number(fill.price),
    kind: `${side}Entry`,
    side,
    text: `${side} ${fill.price}, open`,
  });
}

/** On the last candle that begins at or before the time; null before the first. */
function mark(atMs: number, seconds: readonly number[], content: Omit<Mark, 't'>): Mark | null {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seconds[middle] as number) * 1_000 <= atMs) low = middle + 1;
    else high = middle;
  }
  const t = seconds[low - 1];
  return t === undefined ? null : { t, ...content };
}

/** Decimals that show about six digits of the highest price: 2 for 64,000, 6 for 0.12. */
function priceDecimals(series: BarSeries): number {
  const highest = series.high.reduce((most, value) => Math.max(most, value), 0);
  if (!(highest > 0)) return 2;
  return Math.min(8, Math.max(2, 5 - Math.floor(Math.log10(highest))));
}
