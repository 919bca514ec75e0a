/**
 * `calc calendar`: whether a symbol's market trades at an instant, its session of that day, the next opening, its bars.
 */
import { z } from 'zod';
import {
  type Calendar,
  calendarOf,
  isOpen,
  newYorkMidnightMs,
  nextOpenMs,
  sessionOf,
  type TradingSession,
} from '../../../domain/market/calendar.ts';
import { barsExpected } from '../../../domain/market/session-bars.ts';
import { dayOf } from '../../../domain/market/trading-day.ts';
import { barIntervalMsSchema, symbolSchema } from '../../../schemas/market.ts';
import { calculation } from './calculation.ts';

const DAY_MS = 86_400_000;

const calendarSchema = z.strictObject({
  symbol: symbolSchema,
  atMs: z.number().int(),
  /** When given, `bars` are the stamps of the day's bars of this interval. */
  barIntervalMs: barIntervalMsSchema.optional(),
});

export const calendar = calculation({
  name: 'calendar',
  about: 'whether a market trades at an instant, its session of that day, the next opening, the bars it makes',
  schema: calendarSchema,
  /** SPY on the half day of 2019-11-29, one minute after its close. */
  example: { symbol: 'SPY', atMs: 1_575_050_460_000, barIntervalMs: 3_600_000 },
  answer: ({ symbol, atMs, barIntervalMs }) => {
    const name = calendarOf(symbol);
    const session = sessionOf(name, atMs);
    return {
      calendar: name,
      isOpen: isOpen(name, atMs),
      session: session === null ? null : sessionText(session),
      nextOpenMs: nextOpenMs(name, atMs),
      bars: barIntervalMs === undefined ? null : barsOfDay(name, dayOf(symbol, atMs), barIntervalMs),
    };
  },
});

const sessionText = ({ date, openMs, closeMs, isHalfDay }: TradingSession) => ({ date, openMs, closeMs, isHalfDay });

function barsOfDay(name: Calendar, day: number, intervalMs: number): number[] {
  const startOf = (one: number): number => (name === '24x7' ? one * DAY_MS : newYorkMidnightMs(one));
  return barsExpected(name, intervalMs, startOf(day), startOf(day + 1));
}
