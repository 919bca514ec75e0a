/**
 * What the leverage agent sees at the close of a bar: the 35 numbers of spec 8.4, each brought near to ± 1 by a fixed
 * formula of bars up to its own; where the spot agent sees the same, by its very formula. What has not warmed up yet is 0.
 * Bars carry neither open interest nor a long/short ratio: both are 0. The funding rate is the one that the account pays.
 */
import type { FeatureColumns } from '../../features/feature-columns.ts';
import { alignment, cross } from '../../features/feature-groups.ts';
import { VOLATILITY_WINDOW_BARS } from '../../features/regime.ts';
import { directionCode } from '../../features/trend-direction.ts';
import { bounded, SPOT_FEATURES, type SpotRows, scaleAt, seenAge, seenPnl } from './spot-features.ts';

/** In the order of the network's inputs: price, momentum, volatility, trend, market, position, risk, regime and session. */
export const LEVERAGE_FEATURES = [
  ...(['change1h', 'change4h', 'change24h', 'ema20Distance', 'ema50Distance', 'vwapDistance'] as const),
  ...(['rsi', 'rsiChange', 'macdHistogram', 'macdCross', 'momentum5', 'momentum20'] as const),
  ...(['atrRatio', 'bollingerPosition', 'bollingerWidth', 'volatilityRatio', 'highVolatility'] as const),
  ...(['adx', 'direction', 'strength', 'emaAlignment'] as const),
  ...(['fundingRate', 'openInterestChange', 'longShortRatio'] as const),
  ...(['position', 'leverage', 'pnl', 'duration', 'unrealisedPnl', 'marginRatio'] as const),
  ...(['drawdown', 'consecutiveLosses', 'winRate'] as const),
  ...(['regime', 'session'] as const),
] as const;

export const LEVERAGE_INPUTS = LEVERAGE_FEATURES.length;

/** Bars that the slowest number takes: where the range of a bar stands among 250, each an average of 14. */
export const LEVERAGE_WARMUP_BARS = VOLATILITY_WINDOW_BARS + 14;

/** The account as the agent sees it. `side` 0 = no position: what is of one is 0 then. Fractions of the position's worth. */
export type SeenAccount = {
  readonly side: number;
  readonly leverage: number;
  /** Realised and unrealised, with fees and funding. */
  readonly pnlFraction: number;
  /** By the price alone. */
  readonly unrealisedFraction: number;
  readonly barsHeld: number;
  readonly marginRatio: number;
  /** Of equity, from its highest. */
  readonly drawdownFraction: number;
  readonly lossesInARow: number;
  /** Null before the first trade has closed. */
  readonly winRate: number | null;
  /** Paid by longs each eight hours. */
  readonly fundingRate: number;
};

/** What an account has been through by a close. */
export type AccountPast = {
  readonly equity: number;
  /** Highest equity so far. */
  readonly peak: number;
  readonly lossesInARow: number;
  /** The last trades that have closed: 1 for a gain. */
  readonly results: readonly (0 | 1)[];
};

export function seenPast({ equity, peak, lossesInARow, results }: AccountPast) {
  const gains = results.reduce<number>((sum, one) => sum + one, 0);
  const winRate = results.length === 0 ? null : gains / results.length;
  return { drawdownFraction: 1 - equity / peak, lossesInARow, winRate };
}

/** An account that holds nothing of the symbol. @param fundingRate paid by longs each eight hours */
export const seenWithout = (past: AccountPast, fundingRate: number): SeenAccount => ({
  ...{ side: 0, leverage: 1, pnlFraction: 0, unrealisedFraction: 0, barsHeld: 0, marginRatio: 0 },
  ...seenPast(past),
  fundingRate,
});

/** What depends on the market alone; the places of the account are 0. */
export type LeverageRows = { readonly cells: Float32Array };

type Name = (typeof LEVERAGE_FEATURES)[number];
type Numbers = Partial<Record<Name, number>>;

const PLACES = Object.fromEntries(LEVERAGE_FEATURES.map((name, place) => [name, place])) as Record<Name, number>;

/** Places of the numbers that both agents see, as the spot agent's and as this one's. */
const SHARED = SPOT_FEATURES.flatMap((name, from) => {
  const to = (LEVERAGE_FEATURES as readonly string[]).indexOf(name);
  return to < 0 ? [] : [{ from, to }];
});

const DAY_MS = 86_400_000;
/** Bands a tenth of the price wide are 0. */
const USUAL_WIDTH = 0.1;
/** Points of the RSI. */
const USUAL_RSI_CHANGE = 5;
const USUAL_FUNDING_RATE = 0.0001;
const USUAL_DRAWDOWN = 0.1;
const MANY_LOSSES = 5;
const HIGHEST_LEVERAGE = 10;

/** @param spot the rows of the spot agent over the same columns */
export function leverageRows(columns: FeatureColumns, spot: SpotRows): LeverageRows {
  const count = columns.bars.close.length;
  const cells = new Float32Array(count * LEVERAGE_INPUTS);
  for (let i = 0; i < count; i += 1) {
    const row = cells.subarray(i * LEVERAGE_INPUTS, (i + 1) * LEVERAGE_INPUTS);
    for (const { from, to } of SHARED) row[to] = spot.cells[i * spot.width + from] as number;
    write(row, { ...momentumAt(columns, i), ...volatilityAt(columns, i), ...trendAt(columns, i) });
  }
  return { cells };
}

/** The 35 numbers at bar `i`, those of the account written in. */
export function leverageSight({ cells }: LeverageRows, i: number, account: SeenAccount, out: Float32Array) {
  for (let place = 0; place < LEVERAGE_INPUTS; place += 1) out[place] = cells[i * LEVERAGE_INPUTS + place] as number;
  const { side, leverage, pnlFraction, unrealisedFraction, barsHeld, marginRatio, winRate } = account;
  if (side !== 0) {
    out[PLACES.position] = side;
    out[PLACES.leverage] = Math.log(leverage) / Math.log(HIGHEST_LEVERAGE);
    out[PLACES.pnl] = seenPnl(pnlFraction);
    out[PLACES.duration] = seenAge(barsHeld);
    out[PLACES.unrealisedPnl] = seenPnl(unrealisedFraction);
    out[PLACES.marginRatio] = bounded(Math.min(1, marginRatio));
  }
  out[PLACES.fundingRate] = bounded(account.fundingRate / USUAL_FUNDING_RATE);
  out[PLACES.drawdown] = bounded(account.drawdownFraction / USUAL_DRAWDOWN);
  out[PLACES.consecutiveLosses] = bounded(account.lossesInARow / MANY_LOSSES);
  out[PLACES.winRate] = winRate === null ? 0 : 2 * winRate - 1;
  return out;
}

function write(row: Float32Array, numbers: Numbers): void {
  for (const [name, value] of Object.entries(numbers)) row[PLACES[name as Name]] = bounded(value);
}

function momentumAt(columns: FeatureColumns, i: number): Numbers {
  const { histogram } = columns.macd;
  const inUnits = (change: number, bars: number): number => change / (scaleAt(columns, i) * Math.sqrt(bars));
  return {
    vwapDistance: inUnits(columns.vwapDistance[i] as number, 20),
    rsiChange: (columns.rsiChange[i] as number) / USUAL_RSI_CHANGE,
    macdCross: cross(histogram[i - 1] ?? null, histogram[i] as number) ?? 0,
    momentum5: inUnits(columns.momentum5[i] as number, 5),
    momentum20: inUnits(columns.momentum20[i] as number, 20),
  };
}

/** `highVolatility` is 1 above the third quarter of the last 250 bars, −1 below the first. */
function volatilityAt({ bollingerWidth, volatilityRatio, regime }: FeatureColumns, i: number): Numbers {
  const level = regime.volatility[i] as number;
  return {
    bollingerWidth: Math.log((bollingerWidth[i] as number) / USUAL_WIDTH),
    volatilityRatio: 2 * Math.log(volatilityRatio[i] as number),
    highVolatility: level < 0 ? 0 : level - 1,
  };
}

/** `strength` is how far one direction outweighs the other in this bar (DX), 0 to 1. */
function trendAt(columns: FeatureColumns, i: number): Numbers {
  const { bars, ema20, ema50, ema200, plusDi14, minusDi14 } = columns;
  const [fast, middle, slow] = [ema20[i] as number, ema50[i] as number, ema200[i] as number];
  const [up, down] = [plusDi14[i] as number, minusDi14[i] as number];
  const closedAtMs = (bars.openTimeMs[i] as number) + bars.intervalMs;
  return {
    direction: Number.isNaN(fast) || Number.isNaN(middle) ? 0 : directionCode(bars.close[i] as number, fast, middle),
    strength: Math.abs(up - down) / (up + down),
    emaAlignment: alignment(fast, middle, slow) ?? 0,
    session: 2 * ((closedAtMs % DAY_MS) / DAY_MS) - 1,
  };
}
