/**
 * Refuses an entry of a US margin account under 25,000 USD that could lead to more day trades than it may make (3 in 5
 * sessions). Any stop may fill on the day of its entry: beside the day trades made count the shares opened today, the
 * entries in shares at work, and this one. Sessions are those of the New York exchanges, today's or the last one
 * included; where their calendar knows nothing, weekdays.
 */

import { isExchangeTraded, isWeekend, rangeProblem, sessionOfDay } from '../../market/calendar.ts';
import { newYorkDay } from '../../market/calendars/new-york-time.ts';
import type { AccountView, RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

const DAY_MS = 86_400_000;

export const patternDayTrade: RiskRule = boundsNewRisk(({ account, compliance, market, nowMs }) => {
  if (account === null || !account.usMargin) return null;
  if (account.equity.gte(compliance.patternDayTradeEquityMinUsd)) return null;
  const today = newYorkDay(market.agesAtMs ?? nowMs);
  const firstDay = firstSessionDay(today, compliance.patternDayTradeSessions);
  const made = account.riskState.dayTradesAtMs.filter((atMs) => newYorkDay(atMs) >= firstDay).length;
  const open = openToday(account, today);
  if (made + open + 1 <= compliance.patternDayTradesMax) return null;
  const inSessions = `${made} day trades in ${compliance.patternDayTradeSessions} sessions`;
  const found = `${inSessions}, ${open} more that today could make, with equity ${figure(account.equity)} USD`;
  const limit = `${compliance.patternDayTradesMax} below ${compliance.patternDayTradeEquityMinUsd} USD`;
  return refuse('patternDayTrade', `${found}, at most ${limit} are allowed`);
});

/** Positions in shares that began today, and entries in shares at work: each could be closed today. */
function openToday({ positions, openOrders }: AccountView, today: number): number {
  const begun = positions.filter(({ openedAtMs = null }) => openedAtMs !== null && newYorkDay(openedAtMs) >= today);
  const inShares = [...begun, ...openOrders].filter((one) => isExchangeTraded(one.symbol) && !one.quantity.isZero());
  return inShares.length;
}

/** The day on which the window of the last `count` sessions begins. */
function firstSessionDay(today: number, count: number): number {
  let day = today;
  for (let left = count - (isSession(day) ? 1 : 0); left > 0; ) {
    day -= 1;
    if (isSession(day)) left -= 1;
  }
  return day;
}

const isSession = (day: number): boolean =>
  !isWeekend(day) && (rangeProblem('XNYS', day * DAY_MS) !== null || sessionOfDay('XNYS', day) !== null);
