/** What a session carries from step to step and through continue-as-new. Kept well under 64 KB by its bounds. */
import type { Decision } from '../../schemas/decision.ts';
import type { Position } from '../../schemas/execution.ts';
import type { AdviceAnswer, AwaitedAdvice } from '../../schemas/llm/advice-slot.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { MarketNews, SessionHandle, SessionProgress, WalkResult } from '../../schemas/session-walk.ts';
import { strategySchema } from '../../schemas/signals.ts';
import type { SessionStatus } from '../../schemas/strategy-session.ts';
import { type HeldOrder, waitingOrders } from './held-orders.ts';

export type StopRequest = {
  readonly by: 'signal' | 'duration' | 'cancel' | 'endOfData';
  readonly reason: string;
  readonly flatten: boolean;
};

export type SessionCarry = {
  input: ParsedSession;
  handle: SessionHandle;
  cursor: number;
  paused: boolean;
  stop: StopRequest | null;
  progress: SessionProgress;
  decisions: readonly Decision[];
  positions: readonly Position[];
  warnings: readonly string[];
  nextDueAtMs: number | null;
  /** Failed batches in a row. */
  lostBatches: number;
  /** Of a session on a live market: what the last look found, and how many looks in a row found nothing. */
  news?: MarketNews;
  misses?: number;
  /** Advice that the last instant waits for, the answers to it, and until when no model is asked. */
  awaited?: readonly AwaitedAdvice[];
  advice?: readonly AdviceAnswer[];
  modelsAwayUntilMs?: number;
  /** Orders that wait for a person, oldest first. */
  held?: readonly HeldOrder[];
};

const DECISIONS_KEPT = 20;
const WARNINGS_KEPT = 20;

export const openedCarry = (input: ParsedSession, workflowId: string): SessionCarry => ({
  input,
  handle: unopenedHandle(input, workflowId),
  cursor: 0,
  paused: false,
  stop: null,
  progress: openedProgress(input.startingCash),
  decisions: [],
  positions: [],
  warnings: [],
  nextDueAtMs: null,
  lostBatches: 0,
});

/** Stands in until `openSession` has answered; nothing is walked or closed with it. */
const unopenedHandle = (input: ParsedSession, workflowId: string): SessionHandle => ({
  sessionId: input.sessionId,
  workflowId,
  run: 0,
  epoch: 0,
  accountId: input.accountId,
  strategyId: '',
  strategy: typeof input.strategy === 'string' ? strategySchema.parse({ type: 'hybrid' }) : input.strategy,
  openedAtMs: 0,
  barsTotal: 0,
  ordersAsChildren: false,
  operatingMode: 'stability',
  dataEndsAtMs: 0,
});

const openedProgress = (equity: string): SessionProgress => ({
  bars: 0,
  signalsGenerated: 0,
  decisions: 0,
  noDecisions: 0,
  ordersSent: 0,
  tradesExecuted: 0,
  equity,
  realizedPnl: '0',
  drawdownFraction: 0,
  regime: null,
  asOfMs: null,
});

/** Takes over what a walk found. */
export function absorb(carry: SessionCarry, result: WalkResult): void {
  carry.cursor = result.cursor;
  carry.progress = result.progress;
  carry.positions = result.positions;
  carry.nextDueAtMs = result.nextDueAtMs;
  const { operatingMode } = result;
  if (operatingMode !== undefined) carry.handle = { ...carry.handle, operatingMode };
  delete carry.advice;
  delete carry.awaited;
  if (result.awaited !== undefined) carry.awaited = result.awaited;
  carry.decisions = [...carry.decisions, ...result.decisions].slice(-DECISIONS_KEPT);
  if (result.finished && carry.stop === null) {
    carry.stop = { by: 'endOfData', reason: 'no bars left', flatten: false };
  }
}

export function warn(carry: SessionCarry, warning: string): void {
  if (carry.warnings.includes(warning)) return;
  carry.warnings = [...carry.warnings, warning].slice(-WARNINGS_KEPT);
}

/** While its market is silent a session shows as paused; it goes on by itself. */
function stateOf({ stop, paused, news }: SessionCarry): SessionStatus['state'] {
  if (stop !== null) return 'stopping';
  return paused || news?.silent === true ? 'paused' : 'running';
}

export function statusOf(carry: SessionCarry): SessionStatus {
  const { progress } = carry;
  return {
    state: stateOf(carry),
    tradingMode: carry.input.tradingMode,
    operatingMode: carry.handle.operatingMode,
    bars: progress.bars,
    signalsGenerated: progress.signalsGenerated,
    decisions: progress.decisions,
    noDecisions: progress.noDecisions,
    ordersSent: progress.ordersSent,
    tradesExecuted: progress.tradesExecuted,
    activePositions: carry.positions.length,
    equity: progress.equity,
    realizedPnl: progress.realizedPnl,
    drawdownFraction: progress.drawdownFraction,
    modelCostMicroUsd: progress.modelCostMicroUsd ?? 0,
    nextStepAtMs: carry.paused || carry.stop !== null ? null : carry.nextDueAtMs,
    warnings: [...carry.warnings, ...(carry.news?.warnings ?? [])],
    approvals: waitingOrders(carry),
    lastDecision: carry.decisions.at(-1) ?? null,
  };
}
