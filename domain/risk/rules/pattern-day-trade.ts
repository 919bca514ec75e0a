/**
 * Refuses an entry of a US margin account under 25,000 USD that has made its day trades (3 in 5 sessions): its stop
 * could make the next one. Sessions are those of the New York exchanges, today's or the last one included; where their
 * calendar knows nothing, weekdays.
 */

import { isWeekend, rangeProblem, sessionOfDay } from '../../market/calendar.ts';
import { newYorkDay } from '../../market/calendars/new-york-time.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

const DAY_MS = 86_400_000;

export const patternDayTrade: RiskRule = boundsNewRisk(({ account, compliance, nowMs }) => {
  if (account === null || !account.usMargin) return null;
  if (account.equity.gte(compliance.patternDayTradeEquityMinUsd)) return null;
  const firstDay = firstSessionDay(newYorkDay(nowMs), compliance.patternDayTradeSessions);
  const made = account.riskState.dayTradesAtMs.filter((atMs) => newYorkDay(atMs) >= firstDay).length;
  if (made < compliance.patternDayTradesMax) return null;
  const equity = `equity ${figure(account.equity)} USD`;
  const found = `${made} day trades in ${compliance.patternDayTradeSessions} sessions with ${equity}`;
  const limit = `${compliance.patternDayTradesMax} below ${compliance.patternDayTradeEquityMinUsd} USD`;
  return refuse('patternDayTrade', `${found}, at most ${limit} are allowed`);
});

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
