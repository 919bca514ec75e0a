/**
 * What a strategy has shown on paper, and whether that is enough for live trading: 20 closed trades, or 7 days in
 * which a paper session of it was open. Counts and epoch ms in; it judges no profit.
 */
import { type ArmedScope, PAPER_DAYS_NEEDED, PAPER_TRADES_NEEDED, type PaperRecord } from '../../schemas/arming.ts';

/** Epoch ms; the end is after the start. */
export type PaperSpan = { readonly fromMs: number; readonly toMs: number };

const DAY_MS = 86_400_000;

/** Sessions that ran side by side count once. */
export function paperRecordOf(strategyId: string, closedTrades: number, spans: readonly PaperSpan[]): PaperRecord {
  const days = openMs(spans) / DAY_MS;
  const isEnough = closedTrades >= PAPER_TRADES_NEEDED || days >= PAPER_DAYS_NEEDED;
  return { strategyId, closedTrades, paperDays: Math.floor(days * 100) / 100, isEnough };
}

/** Length of the union of the spans. */
function openMs(spans: readonly PaperSpan[]): number {
  let total = 0;
  let countedUntilMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    total += Math.max(0, toMs - Math.max(fromMs, countedUntilMs));
    countedUntilMs = Math.max(countedUntilMs, toMs);
  }
  return total;
}

/** Whether an arming of this scope lets the strategy trade. */
export const isInScope = ({ everyStrategy, strategies }: ArmedScope, strategyId: string): boolean =>
  everyStrategy || strategies.some((one) => one.strategyId === strategyId);
