/**
 * The account's risk memory in doubles: what `domain/risk/risk-state.ts` does with exact money. Days, peak, breaker,
 * streak of losses, orders of the last minutes. Breakers heal by themselves here: a run is history.
 */
import { type DayZone, dayIn } from '../market/trading-day.ts';
import { deskMoney } from './numbers.ts';
import type { DeskRules } from './plan.ts';

export type DeskMemory = {
  readonly rules: DeskRules;
  readonly days: DayColumns;
  peak: number;
  last: number;
  dayKey: number;
  dayStart: number;
  tradesToday: number;
  lossStreak: number;
  cooldownUntilMs: number;
  /** NaN while nothing is tripped. */
  breakerAtMs: number;
  latched: boolean;
  recent: { readonly atMs: number; readonly key: string }[];
};

/** The day of each instant of a run's closes, and whether a day starts there. */
export type DayColumns = { readonly key: Int32Array; readonly starts: Uint8Array };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const ORDERS_REMEMBERED_MIN = 200;

export function dayColumns(closedAtMs: Float64Array, zone: DayZone): DayColumns {
  const key = new Int32Array(closedAtMs.length);
  const starts = new Uint8Array(closedAtMs.length);
  closedAtMs.forEach((at, k) => {
    const day = zone === 'UTC' ? Math.floor(at / DAY_MS) : dayIn(zone, at);
    key[k] = day;
    const isStart = at % MINUTE_MS === 0 && (zone === 'UTC' ? at % DAY_MS === 0 : dayIn(zone, at - 1) !== day);
    starts[k] = isStart ? 1 : 0;
  });
  return { key, starts };
}

export const newMemory = (rules: DeskRules, days: DayColumns, cash: number, dayKey: number): DeskMemory => ({
  rules,
  days,
  peak: deskMoney(cash),
  last: deskMoney(cash),
  dayKey,
  dayStart: deskMoney(cash),
  tradesToday: 0,
  lossStreak: 0,
  cooldownUntilMs: Number.NaN,
  breakerAtMs: Number.NaN,
  latched: false,
  recent: [],
});

/** Takes in the equity at the close of instant `k`. */
export function markMemory(memory: DeskMemory, equity: number, k: number, nowMs: number): void {
  const amount = deskMoney(equity);
  const today = memory.days.key[k] as number;
  if (today !== memory.dayKey) {
    memory.dayKey = today;
    memory.dayStart = memory.days.starts[k] === 1 ? amount : memory.last;
    memory.tradesToday = 0;
  }
  const { desk } = memory.rules;
  if (!Number.isNaN(memory.breakerAtMs)) {
    memory.last = amount;
    if (nowMs - memory.breakerAtMs < desk.breakerReleaseMs) return;
    memory.breakerAtMs = Number.NaN;
    memory.peak = amount;
    return;
  }
  if (amount === memory.last) return;
  memory.last = amount;
  if (equity > memory.peak) memory.peak = amount;
  else if (!(equity > memory.peak * (1 - desk.drawdownBreakerFraction))) memory.breakerAtMs = nowMs;
}

export function rememberTrade(memory: DeskMemory, pnl: number, atMs: number): void {
  memory.lossStreak = pnl >= 0 ? 0 : memory.lossStreak + 1;
  const { lossStreakCount, lossCooldownMs } = memory.rules.desk;
  if (memory.lossStreak >= lossStreakCount) memory.cooldownUntilMs = atMs + lossCooldownMs;
}

/** The same order: symbol, side and quantity. */
export const orderKey = (lane: number, side: number, quantity: number): string => `${lane}|${side}|${quantity}`;

export const ordersWithin = ({ recent }: DeskMemory, nowMs: number, windowMs: number, key: string | null): number =>
  recent.filter((one) => one.atMs > nowMs - windowMs && one.atMs <= nowMs && (key === null || one.key === key)).length;

export function rememberOrder(memory: DeskMemory, key: string, opens: boolean, nowMs: number): void {
  const { repetitionWindowMs, repetitionCount, ordersPerMinuteMax } = memory.rules.desk;
  const windowMs = Math.max(MINUTE_MS, repetitionWindowMs);
  const kept = memory.recent.filter((one) => one.atMs > nowMs - windowMs);
  kept.push({ atMs: nowMs, key });
  memory.recent = kept.slice(-Math.max(ORDERS_REMEMBERED_MIN, ordersPerMinuteMax, repetitionCount));
  if (ordersWithin(memory, nowMs, repetitionWindowMs, key) >= repetitionCount) memory.latched = true;
  if (opens) memory.tradesToday += 1;
}
