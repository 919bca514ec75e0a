/**
 * Refuses an entry of a US margin account under 25,000 USD that has made its day trades (3 in 5 sessions): its stop
 * could make the next one. Sessions are counted as weekdays, today included; an exchange's holidays are not known here.
 */

import type { RiskRule } from '../gate-input.ts';
import { dayKeyOf } from '../risk-state.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const patternDayTrade: RiskRule = boundsNewRisk(({ account, compliance, nowMs }) => {
  if (account === null || !account.usMargin) return null;
  if (account.equity.gte(compliance.patternDayTradeEquityMinUsd)) return null;
  const firstDay = firstSessionDay(dayKeyOf(nowMs), compliance.patternDayTradeSessions);
  const made = account.riskState.dayTradesAtMs.filter((atMs) => dayKeyOf(atMs) >= firstDay).length;
  if (made < compliance.patternDayTradesMax) return null;
  const equity = `equity ${figure(account.equity)} USD`;
  const found = `${made} day trades in ${compliance.patternDayTradeSessions} sessions with ${equity}`;
  const limit = `${compliance.patternDayTradesMax} below ${compliance.patternDayTradeEquityMinUsd} USD`;
  return refuse('patternDayTrade', `${found}, at most ${limit} are allowed`);
});

/** The day on which the window of the last `count` weekdays begins. Day 0 (1970-01-01) was a Thursday. */
function firstSessionDay(today: number, count: number): number {
  let day = today;
  for (let left = count - (isWeekday(day) ? 1 : 0); left > 0; ) {
    day -= 1;
    if (isWeekday(day)) left -= 1;
  }
  return day;
}

const isWeekday = (dayKey: number): boolean => (dayKey + 3) % 7 < 5;
