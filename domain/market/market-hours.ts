/**
 * What the gate is told of a market's hours, and the instant it is asked about. Orders that go to a venue at once, and
 * all orders by hand, are judged at the instant of the decision. What a session decides for the paper book fills at the
 * open of its next bar and is judged there: after the last bar of a session that is the next opening, not a refusal.
 */
import { calendarOf, isOpen, nextOpenMs, rangeProblem, tradesWithin } from './calendar.ts';

export type MarketHours = {
  readonly isOpen: boolean;
  readonly nextOpenMs: number | null;
  /** CALENDAR_RANGE in words where nobody knows: then the market counts as closed. */
  readonly hoursUnknown: string | null;
};

const ALWAYS: MarketHours = { isOpen: true, nextOpenMs: null, hoursUnknown: null };

export function marketHoursAt(symbol: string, atMs: number): MarketHours {
  const calendar = calendarOf(symbol);
  if (calendar === '24x7') return ALWAYS;
  const unknown = rangeProblem(calendar, atMs);
  if (unknown !== null) return { isOpen: false, nextOpenMs: null, hoursUnknown: `${unknown.code} ${unknown.message}` };
  if (isOpen(calendar, atMs)) return ALWAYS;
  return { isOpen: false, nextOpenMs: nextOpenMs(calendar, atMs), hoursUnknown: null };
}

/**
 * When an order fills that was decided at `asOfMs`, the close of the bar opened at `barOpenTimeMs`: at once while the
 * market is open; at the next opening when the bar lay in a session that has ended by then. A bar outside all sessions
 * (before or after hours) says nothing for the next one: the answer is `asOfMs`, and the market is closed there.
 */
export function nextFillMs(symbol: string, barOpenTimeMs: number, asOfMs: number): number {
  const calendar = calendarOf(symbol);
  if (calendar === '24x7' || rangeProblem(calendar, asOfMs) !== null || isOpen(calendar, asOfMs)) return asOfMs;
  if (!tradesWithin(calendar, barOpenTimeMs, asOfMs)) return asOfMs;
  return nextOpenMs(calendar, asOfMs) ?? asOfMs;
}

/** Whether orders can fill in a bar: some of it lies in a session. */
export const tradesInBar = (symbol: string, openTimeMs: number, intervalMs: number): boolean =>
  tradesWithin(calendarOf(symbol), openTimeMs, openTimeMs + intervalMs);
