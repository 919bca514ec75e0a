/**
 * A run that gives statistics only, for searches of millions of runs: flat stretches are jumped over by counting zero
 * bits, a held position runs in one tight loop to the bar that ends it. The plain reference of the SIMD kernel; bit for
 * bit the money of `run-report.ts` under the same plan. One long function, because it is a hot loop.
 */

import { LIQUIDATION, MAX_HOLD, SIGNAL, STOP, TARGET } from '../state.ts';
import type { Bits } from './bits.ts';
import { PARAMETER, RESULT } from './layout.ts';

export type SearchColumns = {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly atr: Float64Array;
  /** Instants of funding at the open and inside each bar; read only where a rate is paid. */
  readonly fundingAtOpen: Uint16Array;
  readonly fundingInside: Uint16Array;
};

const FAR = Number.POSITIVE_INFINITY;
/** After every bar. */
const NEVER = 0x7fff_ffff;

/** What a report wants to know of a run beside its statistics. */
export type RunLog = {
  /** At the close of each bar, to be filled. */
  readonly equity: Float64Array;
  readonly traded: (
    side: number,
    quantity: number,
    entryBar: number,
    entryPrice: number,
    entryFee: number,
    exitBar: number,
    exitPrice: number,
    exitFee: number,
    pnl: number,
    funding: number,
    reason: number,
  ) => void;
  readonly kept: (
    side: number,
    quantity: number,
    entryBar: number,
    entryPrice: number,
    fee: number,
    funding: number,
  ) => void;
};

/** `long` and `short` never hold at one bar. Results go to `out`, and to `log` where there is one. */
export function searchRun(
  columns: SearchColumns,
  long: Bits,
  short: Bits,
  exitLong: Bits,
  exitShort: Bits,
  p: Float64Array,
  out: Float64Array,
  log: RunLog | null = null,
): void {
  const { open, high, low, close, atr, fundingAtOpen, fundingInside } = columns;
  const last = p[PARAMETER.last] as number;
  const fraction = p[PARAMETER.fraction] as number;
  const riskFraction = p[PARAMETER.riskFraction] as number;
  const leverage = p[PARAMETER.leverage] as number;
  const stopAtr = p[PARAMETER.stopAtr] as number;
  const targetAtr = p[PARAMETER.targetAtr] as number;
  const takerBps = p[PARAMETER.takerBps] as number;
  const feeFraction = p[PARAMETER.feeFraction] as number;
  const perUnit = p[PARAMETER.perUnit] as number;
  const maxHoldBars = p[PARAMETER.maxHoldBars] as number;
  const fundingRate = p[PARAMETER.fundingRate] as number;
  const marginFraction = p[PARAMETER.marginFraction] as number;
  const buffer = p[PARAMETER.buffer] as number;
  let cash = p[PARAMETER.cash] as number;
  let previous = cash;
  let peak = cash;
  // Wealth below this deepens the drawdown: rarely so, which is what a branch wants.
  let lowest = cash;
  let drawdown = 0;
  let trades = 0;
  let wins = 0;
  let grossProfit = 0;
  let grossLoss = 0;
  let returnSum = 0;
  let squareSum = 0;
  let downsideSum = 0;
  let barsInMarket = 0;
  let turnover = 0;
  let fees = 0;
  let fundingPaid = 0;
  let unsized = 0;
  let nextExitLong = -1;
  let nextExitShort = -1;
  let flatFrom = 0;
  const lastWord = last >>> 5;
  let i = p[PARAMETER.from] as number;
  while (i < last) {
    // Flat: the next bar at which an entry is wanted.
    let word = i >>> 5;
    let bits = ((long[word] as number) | (short[word] as number)) & (-1 << (i & 31));
    while (bits === 0 && word < lastWord) {
      word += 1;
      bits = (long[word] as number) | (short[word] as number);
    }
    if (bits === 0) break;
    i = (word << 5) + (31 - Math.clz32(bits & -bits));
    if (i >= last) break;
    const side = ((long[i >>> 5] as number) >>> (i & 31)) & 1 ? 1 : -1;
    const deciding = close[i] as number;
    const stopDistance = (atr[i] as number) * stopAtr;
    if (stopAtr !== 0 && !(stopDistance > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    const bound = riskFraction !== 0 && stopAtr !== 0 ? riskFraction / (stopDistance / deciding) : FAR;
    const steps = ((cash * (bound < fraction ? bound : fraction)) / deciding) * perUnit;
    const quantity = cash > 0 ? (Math.floor(steps + (steps * 4e-15 + 1e-9)) / perUnit) * leverage : 0;
    if (!(quantity > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    const targetDistance = (atr[i] as number) * targetAtr;
    i += 1;
    if (log !== null) log.equity.fill(cash, flatFrom, i);
    // Entry at the open.
    const entry = (open[i] as number) * (1 + (side * takerBps) / 10_000);
    const cost = side * quantity * entry;
    const entryFee = quantity * entry * feeFraction;
    cash = cash - cost - entryFee;
    turnover += quantity * entry;
    const units = side * quantity;
    const stop = stopAtr === 0 ? (side > 0 ? -1 : FAR) : Math.max(0, entry + -side * stopDistance);
    const aim = Math.max(0, entry + side * targetDistance);
    const target = targetAtr === 0 || Number.isNaN(aim) ? (side > 0 ? FAR : -1) : aim;
    let liquidation = side > 0 ? -1 : FAR;
    if (leverage > 1) {
      liquidation =
        side > 0 ? (entry * (1 - marginFraction)) / (1 - buffer) : (entry * (1 + marginFraction)) / (1 + buffer);
    }
    // The bar at whose close the position is told to leave; found once for all entries before it.
    const exit = side > 0 ? exitLong : exitShort;
    let asked = side > 0 ? nextExitLong : nextExitShort;
    if (asked < i) {
      word = i >>> 5;
      bits = (exit[word] as number) & (-1 << (i & 31));
      while (bits === 0 && word < lastWord) {
        word += 1;
        bits = exit[word] as number;
      }
      asked = bits === 0 ? NEVER : (word << 5) + (31 - Math.clz32(bits & -bits));
      if (side > 0) nextExitLong = asked;
      else nextExitShort = asked;
    }
    const timeUp = maxHoldBars === 0 ? last : Math.min(last, i + maxHoldBars - 1);
    const leave = asked < timeUp ? asked : timeUp;
    const entryBar = i;
    let reason = SIGNAL;
    let j = i;
    let funding = 0;
    let price = 0;
    if (fundingRate !== 0) {
      const guard = side > 0 ? Math.max(stop, liquidation) : Math.min(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (j > i && fundingAtOpen[j] !== 0) {
          const paid = units * (close[j - 1] as number) * fundingRate * (fundingAtOpen[j] as number);
          cash -= paid;
          funding += paid;
        }
        if (
          side > 0
            ? (low[j] as number) <= guard || (high[j] as number) > target
            : (high[j] as number) >= guard || (low[j] as number) < target
        )
          break;
        const mark = close[j] as number;
        if (fundingInside[j] !== 0) {
          const paid = units * mark * fundingRate * (fundingInside[j] as number);
          cash -= paid;
          funding += paid;
        }
        const equity = cash + units * mark;
        if (log !== null) log.equity[j] = equity;
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - Math.abs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    } else if (side > 0) {
      const guard = Math.max(stop, liquidation);
      for (; j <= leave; j += 1) {
        if ((low[j] as number) <= guard || (high[j] as number) > target) break;
        const equity = cash + units * (close[j] as number);
        if (log !== null) log.equity[j] = equity;
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - Math.abs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    } else {
      const guard = Math.min(stop, liquidation);
      for (; j <= leave; j += 1) {
        if ((high[j] as number) >= guard || (low[j] as number) < target) break;
        const equity = cash + units * (close[j] as number);
        if (log !== null) log.equity[j] = equity;
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - Math.abs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    }
    barsInMarket += j - i;
    if (j > last) {
      // Told to leave at the last close, or never: it stays open and valued.
      i = j;
      fees += entryFee;
      fundingPaid += funding;
      flatFrom = j;
      if (log !== null) log.kept(side, quantity, entryBar, entry, entryFee, funding);
      break;
    }
    const first = open[j] as number;
    if (j > leave) {
      if (fundingRate !== 0 && fundingAtOpen[j] !== 0) {
        const paid = units * (close[j - 1] as number) * fundingRate * (fundingAtOpen[j] as number);
        cash -= paid;
        funding += paid;
      }
      price = first * (1 + (-side * takerBps) / 10_000);
      if (asked > timeUp) reason = MAX_HOLD;
    } else if (side > 0) {
      const worst = low[j] as number;
      if (worst <= liquidation) {
        price = first <= liquidation ? first : liquidation;
        reason = LIQUIDATION;
      } else if (worst <= stop) {
        price = (first <= stop ? first : stop) * (1 + -takerBps / 10_000);
        reason = STOP;
      } else {
        price = first > target ? first : target;
        reason = TARGET;
      }
    } else {
      const worst = high[j] as number;
      if (worst >= liquidation) {
        price = first >= liquidation ? first : liquidation;
        reason = LIQUIDATION;
      } else if (worst >= stop) {
        price = (first >= stop ? first : stop) * (1 + takerBps / 10_000);
        reason = STOP;
      } else {
        price = first < target ? first : target;
        reason = TARGET;
      }
    }
    const value = -side * quantity * price;
    const exitFee = quantity * price * feeFraction;
    cash = cash - value - exitFee;
    turnover += quantity * price;
    const paid = entryFee + exitFee;
    fees += paid;
    fundingPaid += funding;
    const pnl = -value - cost - paid - funding;
    trades += 1;
    if (log !== null) {
      flatFrom = j;
      log.traded(side, quantity, entryBar, entry, entryFee, j, price, exitFee, pnl, funding, reason);
    }
    if (pnl > 0) {
      wins += 1;
      grossProfit += pnl;
    } else grossLoss -= pnl;
    const change = cash / previous - 1;
    previous = cash;
    returnSum += change;
    squareSum += change * change;
    const below = change - Math.abs(change);
    downsideSum += below * below;
    if (cash > peak) {
      peak = cash;
      lowest = peak * (1 - drawdown);
    } else if (cash < lowest) {
      drawdown = (peak - cash) / peak;
      lowest = cash;
    }
    i = j;
  }
  if (log !== null) log.equity.fill(cash, flatFrom, last + 1);
  out[RESULT.equity] = previous;
  out[RESULT.trades] = trades;
  out[RESULT.wins] = wins;
  out[RESULT.grossProfit] = grossProfit;
  out[RESULT.grossLoss] = grossLoss;
  out[RESULT.returnSum] = returnSum;
  out[RESULT.returnSquareSum] = squareSum;
  out[RESULT.downsideSquareSum] = downsideSum * 0.25;
  out[RESULT.sizeZero] = unsized;
  out[RESULT.drawdownFractionMax] = drawdown;
  out[RESULT.barsInMarket] = barsInMarket;
  out[RESULT.turnover] = turnover;
  out[RESULT.fees] = fees;
  out[RESULT.funding] = fundingPaid;
}
