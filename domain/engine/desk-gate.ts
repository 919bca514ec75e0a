/**
 * The gate's rules about an entry, in doubles: the same limits and the same answers as `domain/risk/rules/` gives in a
 * backtest, without its words. Every rule is asked; which refused comes back as bits, in the order of the names here.
 */
import { correlationGroup } from '../market/correlation.ts';
import { marketHoursAt, nextFillMs } from '../market/market-hours.ts';
import { effectiveLimits } from '../risk/gate.ts';
import { isGuarded } from '../risk/rules/operating-mode.ts';
import { type DeskMemory, orderKey, ordersWithin } from './desk-memory.ts';
import type { Account, Lane } from './state.ts';

export const GATE_RULES = [
  'portfolioUnknown',
  'staleData',
  'marketHours',
  'operatingMode',
  'drawdownBreaker',
  'dailyLoss',
  'repetitionLatch',
  'lossCooldown',
  'complianceSymbols',
  'leverageCap',
  'positionSize',
  'symbolConcentration',
  'correlationGroup',
  'grossExposure',
  'netExposure',
  'concurrentPositions',
  'orderValue',
  'orderQuantity',
  'ordersPerMinute',
  'tradesPerDay',
  'minimumConfidence',
] as const;
type GateRule = (typeof GATE_RULES)[number];

const MINUTE_MS = 60_000;
/** Amounts are sized to just fit their limits: this share above one is the rounding of a double, not a breach. */
const ROUNDING = 1e-12;
const above = (amount: number, limit: number): boolean => amount > limit * (1 + ROUNDING) + ROUNDING;

export type EntryAsked = {
  readonly lane: Lane;
  readonly i: number;
  readonly side: number;
  readonly quantity: number;
  readonly price: number;
  readonly confidence: number;
  readonly nowMs: number;
};

/** Bits of the rules that refuse; 0 = approved. */
export function entryRefusals(account: Account, memory: DeskMemory, asked: EntryAsked): number {
  let bits = 0;
  const refuse = (rule: GateRule, refuses: boolean): void => {
    if (refuses) bits |= 1 << GATE_RULES.indexOf(rule);
  };
  const { rules } = memory;
  const { profile, limits, desk, compliance } = rules;
  const effective = effectiveLimits({ profile }, limits);
  const { equity, plan } = account;
  const { nowMs, confidence, lane, price, quantity } = asked;
  const { symbol } = lane.market.bars;
  refuse('portfolioUnknown', !(equity > 0));
  refuse('staleData', !(price > 0));
  refuse('marketHours', !mayTradeNext(lane, asked.i, nowMs));
  const peakReached = equity > memory.peak * (1 - desk.drawdownBreakerFraction);
  refuse('drawdownBreaker', !Number.isNaN(memory.breakerAtMs) || !peakReached);
  const hasLostDay = memory.dayStart - equity > Math.min(effective.dailyLossMaxUsd, desk.dailyLossMaxUsd);
  refuse('dailyLoss', hasLostDay);
  refuse('repetitionLatch', isRepeated(memory, asked));
  const wait = memory.cooldownUntilMs - nowMs;
  refuse('lossCooldown', wait > 0 && wait <= desk.lossCooldownMs);
  const { symbolsAllowed, symbolsDenied } = compliance;
  refuse('complianceSymbols', symbolsDenied.includes(symbol) || symbolsAllowed?.includes(symbol) === false);
  refuse('leverageCap', plan.leverage > effective.leverageMax);
  const notional = quantity * price;
  const margin = notional / plan.leverage;
  const cap = plan.leverage > 1 ? effective.leverageMax : 1;
  const book = exposureOf(account, asked);
  const isBeyondMode =
    plan.leverage > profile.leverageMax ||
    above(margin, equity * profile.positionFractionMax) ||
    book.count > profile.positionsMax ||
    isTooUnsure(confidence, profile.confidenceMin) ||
    hasLostDay;
  refuse('operatingMode', !effective.newEntries || (isGuarded(rules.mode) && isBeyondMode));
  refuse('positionSize', above(margin, equity * effective.positionFractionMax));
  refuse('symbolConcentration', above(margin, equity * desk.symbolConcentrationMax));
  refuse('correlationGroup', exceedsGroup(account, asked, equity * desk.correlationGroupMax, book.gross));
  refuse('grossExposure', above(book.gross, equity * desk.grossExposureMax * cap));
  refuse('netExposure', above(book.net, equity * desk.netExposureMax * cap));
  refuse('concurrentPositions', book.count > effective.positionsMax);
  refuse('orderValue', notional > desk.orderValueMaxUsd);
  refuse('orderQuantity', quantity > desk.orderQuantityMax);
  refuse('ordersPerMinute', ordersWithin(memory, nowMs, MINUTE_MS, null) + 1 > desk.ordersPerMinuteMax);
  refuse('tradesPerDay', memory.tradesToday + 1 > compliance.tradesPerDayMax);
  refuse('minimumConfidence', isTooUnsure(confidence, effective.confidenceMin));
  return bits;
}

const isTooUnsure = (confidence: number, least: number | null): boolean =>
  least === null || !(confidence <= 1 && confidence >= least - ROUNDING);

function isRepeated(memory: DeskMemory, { lane, nowMs, quantity, side }: EntryAsked): boolean {
  const { repetitionCount, repetitionWindowMs } = memory.rules.desk;
  if (memory.latched) return true;
  return ordersWithin(memory, nowMs, repetitionWindowMs, orderKey(lane.place, side, quantity)) + 1 > repetitionCount;
}

/** Orders are judged where they would fill: at the next opening after the last bar of a session. */
export function mayTradeNext(lane: Lane, i: number, nowMs: number): boolean {
  if (lane.market.trades === null) return true;
  const { symbol, openTimeMs } = lane.market.bars;
  return marketHoursAt(symbol, nextFillMs(symbol, openTimeMs[i] as number, nowMs)).isOpen;
}

type Exposure = { gross: number; net: number; count: number };

/** Notional if the order and every entry at work filled; buys and sells are not netted within a symbol. */
function exposureOf({ lanes }: Account, { lane, price, quantity, side }: EntryAsked): Exposure {
  const book: Exposure = { gross: quantity * price, net: quantity * price, count: 1 };
  for (const other of lanes) {
    const notional = other === lane ? 0 : worstNotional(other);
    if (notional === 0) continue;
    book.gross += Math.abs(notional);
    book.count += 1;
    book.net += side * (notional * side > 0 ? notional : other.quantity * other.mark);
  }
  return book;
}

/** Signed: what is held, or with the entry at work if that is more. */
const worstNotional = (lane: Lane): number =>
  (lane.quantity === 0 ? 0 : lane.quantity * lane.mark) + lane.entrySide * lane.entryLeft * lane.entryReference || 0;

/** Which symbols move together is asked only where all of them together would be too much. */
function exceedsGroup(account: Account, asked: EntryAsked, limit: number, gross: number): boolean {
  const { leverage } = account.plan;
  if (!above(gross / leverage, limit)) return false;
  const { symbol } = asked.lane.market.bars;
  const all = account.lanes.map(({ market }) => market.bars);
  const group = correlationGroup(symbol, all, asked.nowMs);
  let margin = (asked.quantity * asked.price) / leverage;
  for (const other of account.lanes) {
    if (other !== asked.lane && group.includes(other.market.bars.symbol)) {
      margin += Math.abs(worstNotional(other)) / leverage;
    }
  }
  return above(margin, limit);
}
