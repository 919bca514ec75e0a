/**
 * Which day an instant belongs to: UTC for pairs of currencies and coins, the date in New York for what its exchanges
 * trade. A day is told as whole days since 1970-01-01: equal for two instants of one day, larger for later days.
 */
import { isExchangeTraded } from './calendar.ts';
import { newYorkDay } from './calendars/new-york-time.ts';

const DAY_MS = 86_400_000;

export type DayZone = 'UTC' | 'America/New_York';

/** The zone of an account or a run that trades these symbols: New York when all are exchange-traded, else UTC. */
export const dayZoneOf = (symbols: readonly string[]): DayZone =>
  symbols.length > 0 && symbols.every(isExchangeTraded) ? 'America/New_York' : 'UTC';

export const dayIn = (zone: DayZone, atMs: number): number =>
  zone === 'UTC' ? Math.floor(atMs / DAY_MS) : newYorkDay(atMs);

export const dayOf = (symbol: string, atMs: number): number =>
  isExchangeTraded(symbol) ? newYorkDay(atMs) : Math.floor(atMs / DAY_MS);
