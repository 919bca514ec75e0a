/**
 * All rules of the gate, worst first: the order of this list is the order in which reasons are reported.
 * Every rule is always asked; there is no switch for any of them.
 */
import type { RiskRule } from '../gate-input.ts';
import { accountStanding } from './account-standing.ts';
import { complianceSymbols } from './compliance-symbols.ts';
import { concurrentPositions } from './concurrent-positions.ts';
import { correlationGroup } from './correlation-group.ts';
import { dailyLoss } from './daily-loss.ts';
import { direction } from './direction.ts';
import { drawdownBreaker } from './drawdown-breaker.ts';
import { grossExposure } from './gross-exposure.ts';
import { killSwitch } from './kill-switch.ts';
import { leverageCap } from './leverage-cap.ts';
import { lossCooldown } from './loss-cooldown.ts';
import { marketHours } from './market-hours.ts';
import { minimumConfidence } from './minimum-confidence.ts';
import { netExposure } from './net-exposure.ts';
import { operatingMode } from './operating-mode.ts';
import { orderNumbers } from './order-numbers.ts';
import { orderQuantity } from './order-quantity.ts';
import { orderValue } from './order-value.ts';
import { ordersPerMinute } from './orders-per-minute.ts';
import { patternDayTrade } from './pattern-day-trade.ts';
import { portfolioUnknown } from './portfolio-unknown.ts';
import { positionSize } from './position-size.ts';
import { priceCollar } from './price-collar.ts';
import { quarantine } from './quarantine.ts';
import { reduceOnly } from './reduce-only.ts';
import { repetitionLatch } from './repetition-latch.ts';
import { riskBudget } from './risk-budget.ts';
import { selfCross } from './self-cross.ts';
import { sessionBudget } from './session-budget.ts';
import { staleData } from './stale-data.ts';
import { stopRequired } from './stop-required.ts';
import { strategyDisabled } from './strategy-disabled.ts';
import { symbolConcentration } from './symbol-concentration.ts';
import { tradesPerDay } from './trades-per-day.ts';
import { tradingMode } from './trading-mode.ts';

export const RISK_RULES: readonly RiskRule[] = [
  killSwitch,
  accountStanding,
  tradingMode,
  orderNumbers,
  portfolioUnknown,
  reduceOnly,
  quarantine,
  staleData,
  marketHours,
  operatingMode,
  drawdownBreaker,
  dailyLoss,
  strategyDisabled,
  repetitionLatch,
  lossCooldown,
  sessionBudget,
  complianceSymbols,
  direction,
  stopRequired,
  leverageCap,
  riskBudget,
  positionSize,
  symbolConcentration,
  correlationGroup,
  grossExposure,
  netExposure,
  concurrentPositions,
  orderValue,
  orderQuantity,
  priceCollar,
  ordersPerMinute,
  tradesPerDay,
  patternDayTrade,
  selfCross,
  minimumConfidence,
];
