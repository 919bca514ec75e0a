/**
 * The search kernel with SIMD: the twin of `domain/engine/search/search-run.ts` and of the joins in `bits.ts`, to the
 * bit. No FMA, no relaxed SIMD, so every machine gives the same numbers. Nothing is checked here: the caller owns the
 * memory and its offsets. Built by `npm run kernel` into `domain/engine/search/kernel-bytes.ts`.
 */
// biome-ignore-all lint: AssemblyScript, not TypeScript

function f64At(base: usize, i: i32): f64 {
  return load<f64>(base + ((<usize>i) << 3));
}

function wordAt(base: usize, word: i32): i32 {
  return load<i32>(base + ((<usize>word) << 2));
}

function countAt(base: usize, i: i32): u16 {
  return load<u16>(base + ((<usize>i) << 1));
}

/** Offsets in bytes; the numbers of `layout.ts` at `p` and `out`. */
export function searchRun(
  open: usize,
  high: usize,
  low: usize,
  close: usize,
  atr: usize,
  fundingAtOpen: usize,
  fundingInside: usize,
  long: usize,
  short: usize,
  exit: usize,
  p: usize,
  out: usize,
): void {
  const last = <i32>load<f64>(p, 112);
  const fraction = load<f64>(p, 8);
  const riskFraction = load<f64>(p, 16);
  const leverage = load<f64>(p, 24);
  const stopAtr = load<f64>(p, 32);
  const targetAtr = load<f64>(p, 40);
  const takerBps = load<f64>(p, 48);
  const feeFraction = load<f64>(p, 56);
  const perUnit = load<f64>(p, 64);
  const maxHold = <i32>load<f64>(p, 72);
  const fundingRate = load<f64>(p, 80);
  const marginFraction = load<f64>(p, 88);
  const buffer = load<f64>(p, 96);
  let cash = load<f64>(p, 0);
  let previous = cash;
  let peak = cash;
  // Wealth below this deepens the drawdown: rarely so, which is what a branch wants.
  let lowest = cash;
  let drawdown: f64 = 0;
  let trades: f64 = 0;
  let wins: f64 = 0;
  let grossProfit: f64 = 0;
  let grossLoss: f64 = 0;
  let returnSum: f64 = 0;
  let squareSum: f64 = 0;
  let downsideSum: f64 = 0;
  let barsInMarket: f64 = 0;
  let turnover: f64 = 0;
  let fees: f64 = 0;
  let fundingPaid: f64 = 0;
  let unsized: f64 = 0;
  let nextExitLong = -1;
  let nextExitShort = -1;
  const lastWord = last >>> 5;
  let i = <i32>load<f64>(p, 104);
  while (i < last) {
    // Flat: the next bar at which an entry is wanted.
    let word = i >>> 5;
    let bits = (wordAt(long, word) | wordAt(short, word)) & ((<i32>-1) << (i & 31));
    while (bits == 0 && word < lastWord) {
      word += 1;
      bits = wordAt(long, word) | wordAt(short, word);
    }
    if (bits == 0) break;
    i = (word << 5) + ctz(bits);
    if (i >= last) break;
    const side: f64 = (wordAt(long, i >>> 5) >>> (i & 31)) & 1 ? 1 : -1;
    const deciding = f64At(close, i);
    const stopDistance = f64At(atr, i) * stopAtr;
    if (stopAtr != 0 && !(stopDistance > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    const bound: f64 = riskFraction != 0 && stopAtr != 0 ? riskFraction / (stopDistance / deciding) : <f64>Infinity;
    const steps = ((cash * (bound < fraction ? bound : fraction)) / deciding) * perUnit;
    const quantity: f64 = cash > 0 ? (floor<f64>(steps + (steps * 4e-15 + 1e-9)) / perUnit) * leverage : 0;
    if (!(quantity > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    const targetDistance = f64At(atr, i) * targetAtr;
    i += 1;
    // Entry at the open.
    const entry = f64At(open, i) * (1 + (side * takerBps) / 10_000);
    const cost = side * quantity * entry;
    const entryFee = quantity * entry * feeFraction;
    cash = cash - cost - entryFee;
    turnover += quantity * entry;
    const units = side * quantity;
    const stop: f64 = stopAtr == 0 ? (side > 0 ? -1 : <f64>Infinity) : max<f64>(0, entry + -side * stopDistance);
    const aim = max<f64>(0, entry + side * targetDistance);
    const target: f64 = targetAtr == 0 || isNaN<f64>(aim) ? (side > 0 ? <f64>Infinity : -1) : aim;
    let liquidation: f64 = side > 0 ? -1 : <f64>Infinity;
    if (leverage > 1) {
      liquidation =
        side > 0 ? (entry * (1 - marginFraction)) / (1 - buffer) : (entry * (1 + marginFraction)) / (1 + buffer);
    }
    // The bar at whose close the position is told to leave; found once for all entries before it.
    let asked = side > 0 ? nextExitLong : nextExitShort;
    if (asked < i) {
      word = i >>> 5;
      bits = wordAt(exit, word) & ((<i32>-1) << (i & 31));
      while (bits == 0 && word < lastWord) {
        word += 1;
        bits = wordAt(exit, word);
      }
      asked = bits == 0 ? i32.MAX_VALUE : (word << 5) + ctz(bits);
      if (side > 0) nextExitLong = asked;
      else nextExitShort = asked;
    }
    const timeUp = maxHold == 0 ? last : min<i32>(last, i + maxHold - 1);
    const leave = asked < timeUp ? asked : timeUp;
    let j = i;
    let funding: f64 = 0;
    let price: f64 = 0;
    if (fundingRate != 0) {
      const guard = side > 0 ? max<f64>(stop, liquidation) : min<f64>(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (j > i && countAt(fundingAtOpen, j) != 0) {
          const paid = units * f64At(close, j - 1) * fundingRate * <f64>countAt(fundingAtOpen, j);
          cash -= paid;
          funding += paid;
        }
        if (
          side > 0
            ? f64At(low, j) <= guard || f64At(high, j) > target
            : f64At(high, j) >= guard || f64At(low, j) < target
        )
          break;
        const mark = f64At(close, j);
        if (countAt(fundingInside, j) != 0) {
          const paid = units * mark * fundingRate * <f64>countAt(fundingInside, j);
          cash -= paid;
          funding += paid;
        }
        const equity = cash + units * mark;
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - abs<f64>(change);
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
      const guard = max<f64>(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (f64At(low, j) <= guard || f64At(high, j) > target) break;
        const equity = cash + units * f64At(close, j);
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - abs<f64>(change);
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
      const guard = min<f64>(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (f64At(high, j) >= guard || f64At(low, j) < target) break;
        const equity = cash + units * f64At(close, j);
        const change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        const below = change - abs<f64>(change);
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
    barsInMarket += <f64>(j - i);
    if (j > last) {
      // Told to leave at the last close, or never: it stays open and valued.
      i = j;
      fees += entryFee;
      fundingPaid += funding;
      break;
    }
    const first = f64At(open, j);
    if (j > leave) {
      if (fundingRate != 0 && countAt(fundingAtOpen, j) != 0) {
        const paid = units * f64At(close, j - 1) * fundingRate * <f64>countAt(fundingAtOpen, j);
        cash -= paid;
        funding += paid;
      }
      price = first * (1 + (-side * takerBps) / 10_000);
    } else if (side > 0) {
      const worst = f64At(low, j);
      if (worst <= liquidation) {
        price = first <= liquidation ? first : liquidation;
      } else if (worst <= stop) {
        price = (first <= stop ? first : stop) * (1 + -takerBps / 10_000);
      } else {
        price = first > target ? first : target;
      }
    } else {
      const worst = f64At(high, j);
      if (worst >= liquidation) {
        price = first >= liquidation ? first : liquidation;
      } else if (worst >= stop) {
        price = (first >= stop ? first : stop) * (1 + takerBps / 10_000);
      } else {
        price = first < target ? first : target;
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
    if (pnl > 0) {
      wins += 1;
      grossProfit += pnl;
    } else grossLoss -= pnl;
    const change = cash / previous - 1;
    previous = cash;
    returnSum += change;
    squareSum += change * change;
    const below = change - abs<f64>(change);
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
  store<f64>(out, previous, 0);
  store<f64>(out, trades, 8);
  store<f64>(out, wins, 16);
  store<f64>(out, grossProfit, 24);
  store<f64>(out, grossLoss, 32);
  store<f64>(out, returnSum, 40);
  store<f64>(out, squareSum, 48);
  store<f64>(out, downsideSum * 0.25, 56);
  store<f64>(out, unsized, 104);
  store<f64>(out, drawdown, 64);
  store<f64>(out, barsInMarket, 72);
  store<f64>(out, turnover, 80);
  store<f64>(out, fees, 88);
  store<f64>(out, fundingPaid, 96);
}

/** target &= other; `words` is a multiple of four. */
export function andBits(target: usize, other: usize, words: i32): void {
  for (let at: usize = 0; at < (<usize>words) << 2; at += 16) {
    v128.store(target + at, v128.and(v128.load(target + at), v128.load(other + at)));
  }
}

/** target |= other. */
export function orBits(target: usize, other: usize, words: i32): void {
  for (let at: usize = 0; at < (<usize>words) << 2; at += 16) {
    v128.store(target + at, v128.or(v128.load(target + at), v128.load(other + at)));
  }
}

/** Entries of one side where the other does not fire, no exit holds and nothing is blocked. */
export function settleEntries(long: usize, short: usize, exit: usize, blocked: usize, words: i32): void {
  for (let at: usize = 0; at < (<usize>words) << 2; at += 16) {
    const l = v128.load(long + at);
    const s = v128.load(short + at);
    const taken = v128.or(v128.load(exit + at), v128.load(blocked + at));
    v128.store(long + at, v128.andnot(v128.andnot(l, s), taken));
    v128.store(short + at, v128.andnot(v128.andnot(s, l), taken));
  }
}

function pairBits(values: v128, threshold: v128, how: i32): i32 {
  if (how == 0) return i64x2.bitmask(f64x2.gt(values, threshold));
  if (how == 1) return i64x2.bitmask(f64x2.lt(values, threshold));
  if (how == 2) return i64x2.bitmask(f64x2.le(values, threshold));
  return i64x2.bitmask(f64x2.ge(values, threshold));
}

/** One bit a value: how 0 above, 1 below, 2 at most, 3 at least. `values` is readable up to a multiple of 32. */
export function compareBits(values: usize, count: i32, threshold: f64, how: i32, out: usize): void {
  const limit = f64x2.splat(threshold);
  for (let from = 0; from < count; from += 32) {
    let word = 0;
    for (let pair = 0; pair < 16; pair += 1) {
      word |= pairBits(v128.load(values + ((<usize>(from + pair * 2)) << 3)), limit, how) << (pair * 2);
    }
    const left = count - from;
    if (left < 32) word &= (1 << left) - 1;
    store<i32>(out + ((<usize>(from >> 5)) << 2), word);
  }
}
