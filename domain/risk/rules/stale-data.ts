/**
 * Refuses new risk on old, missing or future market data: a quote older than its limit, a bar that opened more than two
 * intervals and an offset ago, any stamp later than now. History has no age, but it must have a price.
 */
import { barAgeMaxMs } from '../../market/staleness.ts';
import type { GateInput, RiskRule } from '../gate-input.ts';
import { boundsNewRisk, instant, refuse, seconds } from '../wording.ts';

export const staleData: RiskRule = boundsNewRisk((input) => {
  const faults = [priceFault(input), ...(input.market.historical ? [] : [barFault(input), quoteFault(input)])];
  const found = faults.filter((one) => one !== null);
  return found.length === 0 ? null : refuse('staleData', found.join('; '));
});

function priceFault({ intent, market }: GateInput): string | null {
  const price = market.lastPrice;
  if (price?.isFinite() && price.gt(0)) return null;
  return `no usable last price of ${intent.symbol} (${price === null ? 'none' : price.toString()})`;
}

function barFault({ desk, market, nowMs: walkedMs }: GateInput): string | null {
  const nowMs = market.agesAtMs ?? walkedMs;
  if (market.barOpenTimeMs === null) return 'no bar is known';
  const maxMs = barAgeMaxMs(market.barIntervalMs, desk.barAgeOffsetMs);
  return ageFault('bar opened', market.barOpenTimeMs, nowMs, maxMs);
}

function quoteFault({ desk, market, nowMs: walkedMs }: GateInput): string | null {
  const nowMs = market.agesAtMs ?? walkedMs;
  if (market.quoteFault !== undefined && market.quoteFault !== null) return `no quote: ${market.quoteFault}`;
  return market.quoteAtMs === null ? null : ageFault('quote of', market.quoteAtMs, nowMs, desk.quoteAgeMaxMs);
}

function ageFault(what: string, atMs: number, nowMs: number, maxMs: number): string | null {
  const ageMs = nowMs - atMs;
  if (ageMs < 0) return `DATA_TIME_FUTURE: ${what} ${instant(atMs)} lies in the future of ${instant(nowMs)}`;
  if (ageMs <= maxMs) return null;
  return `DATA_STALE: ${what} ${instant(atMs)} is ${seconds(ageMs)} old, at most ${seconds(maxMs)} is allowed`;
}
