/** A small board for tests of the screen: two sessions, four officers, a run and an order that waits. */
import type { Board, BoardSession } from '../../../../scripts/lib/top/board.ts';

export const AT_MS = Date.parse('2026-11-22T12:00:05Z');

export const aSession = (sessionId: string, change: Partial<BoardSession> = {}): BoardSession => ({
  sessionId,
  workflowId: `strategy-session:${sessionId}`,
  accountId: 'paper',
  strategyId: 'momentum',
  tradingMode: 'paper',
  state: 'running',
  equity: '101234.5678',
  drawdownFraction: 0.0123,
  realizedPnl: '-12.3',
  bars: 42,
  lastDecision: { action: 'buy', symbol: 'BTC/USDT', asOfMs: Date.parse('2024-03-01T05:00:00Z'), noDecision: null },
  ...change,
});

export const aBoard = (change: Partial<Board> = {}): Board => ({
  atMs: AT_MS,
  mode: 'growth',
  policyVersion: 3,
  killSwitch: null,
  sessions: [aSession('one'), aSession('two', { state: 'open', realizedPnl: null, lastDecision: null })],
  officers: [
    { officer: 'risk', enabled: true, says: 'low', score: 12.34, ageMs: 5_000, stale: false, missed: 0 },
    { officer: 'strategy', enabled: false, says: null, score: null, ageMs: null, stale: true, missed: 7 },
    { officer: 'ceo', enabled: true, says: 'growth', score: null, ageMs: 400_000, stale: true, missed: 2 },
    { officer: 'federation', enabled: true, says: 'growth', score: 12.34, ageMs: 900, stale: false, missed: 0 },
  ],
  runs: [
    {
      ...{ runId: 'evolution-run:a', workflowId: 'evolution-run:a', kind: 'evolution', state: 'running' },
      ...{ progressFraction: 0.25, endsAtMs: AT_MS + 125_000, bestScore: 1.5 },
    },
  ],
  approvals: [
    {
      ...{ decisionId: 'd-1', orderHash: 'a'.repeat(64), workflowId: 'strategy-session:one', symbol: 'BTC/USDT' },
      ...{ action: 'buy', reason: 'firstTrade: nobody has seen one yet', expiresAtMs: AT_MS + 600_000 },
    },
  ],
  ...change,
});
