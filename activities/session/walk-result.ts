/** What the workflow is told of a walk: figures, the last decisions, orders of children that changed, orders to send. */
import { adviceQuestion } from '../../domain/backtest/advisor.ts';
import type { Decided } from '../../domain/backtest/decided.ts';
import { policyRule } from '../../domain/backtest/judge-entry.ts';
import { proposalQuestions } from '../../domain/backtest/proposal-question.ts';
import type { WalkBatch } from '../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../domain/backtest/walk-context.ts';
import { decimalText, roundMoney } from '../../domain/decimal.ts';
import { decisionIdOf, orderHashOf } from '../../domain/execution/identity.ts';
import { positionRows } from '../../domain/execution/rows.ts';
import { regimeAt } from '../../domain/features/market-features.ts';
import type { Order } from '../../schemas/execution.ts';
import type { OperatingMode } from '../../schemas/governance.ts';
import type { AwaitedAdvice } from '../../schemas/llm/advice-slot.ts';
import {
  type OrderChange,
  type OrderHandOver,
  orderChildId,
  type SessionProgress,
  type WalkResult,
} from '../../schemas/session-walk.ts';

/** Enough for the panel; at least one for each symbol. */
const DECISIONS_TOLD = 5;

export type Telling = {
  readonly nextDueAtMs: number | null;
  readonly barsTotal: number;
  readonly ordersAsChildren: boolean;
  /** Sequence numbers of decisions whose orders live in child workflows, by decision id. */
  readonly sequences: ReadonlyMap<string, number>;
  /** Wall time at which the time for a person's answer begins. */
  readonly nowMs: number;
  /** The mode that the workflow knows; another one in force is reported to it. */
  readonly operatingMode: OperatingMode;
  /** Where the session's window of bars begins. */
  readonly windowFromMs: number;
  /** What models have cost the session so far; null: it asks no paid model. */
  readonly modelCostMicroUsd: number | null;
};

export function walkResultOf(batch: WalkBatch, context: WalkContext, telling: Telling): WalkResult {
  const changed = telling.ordersAsChildren ? [...batch.orders.values()] : [];
  return {
    cursor: batch.cursor,
    finished: batch.cursor >= telling.barsTotal && batch.awaited.length === 0,
    nextDueAtMs: telling.nextDueAtMs,
    progress: { ...progressOf(batch, context), ...costOf(telling) },
    decisions: batch.decisions.slice(-Math.max(DECISIONS_TOLD, context.symbols.length)).map((one) => one.decision),
    positions: positionRows(batch.state.book).filter((one) => one.quantity !== '0'),
    changes: changed.flatMap((order) => changeOf(order, context, telling)),
    handOver: batch.handOver.map((one) => handOverOf(one, context, telling.nowMs)),
    ...modeOf(context, telling),
    ...cancelsOf(batch, context, telling),
    ...awaitedOf(batch, context, telling),
    ...proposalsOf(batch, telling),
  };
}

const modeOf = ({ policy: { mode } }: WalkContext, { operatingMode }: Telling): Pick<WalkResult, 'operatingMode'> =>
  mode === operatingMode ? {} : { operatingMode: mode };

const costOf = ({ modelCostMicroUsd }: Telling): Pick<SessionProgress, 'modelCostMicroUsd'> =>
  modelCostMicroUsd === null ? {} : { modelCostMicroUsd };

/** Entries that are still to be decided get the next sequence numbers, in this order. */
function awaitedOf({ awaited, state }: WalkBatch, context: WalkContext, { windowFromMs }: Telling) {
  if (awaited.length === 0) return {};
  const { accountId, workflowId } = context;
  return {
    awaited: awaited.map(
      (call, place): AwaitedAdvice => ({
        symbol: call.symbol,
        asOfMs: call.asOfMs,
        decisionId: decisionIdOf(accountId, workflowId, state.sequence + place),
        isProposed: call.facts.proposed !== null,
        close: call.facts.features.close,
        regime: call.facts.features.regime.label,
        factsRef: adviceQuestion(call).ref,
        windowFromMs,
      }),
    ),
  };
}

/** A session without paid models asks nothing: the rules have assessed each proposal in the step. */
function proposalsOf({ decisions }: WalkBatch, telling: Telling): Pick<WalkResult, 'proposals'> {
  if (telling.modelCostMicroUsd === null) return {};
  const { windowFromMs } = telling;
  const proposals = proposalQuestions(decisions).map(({ symbol, asOfMs, decisionId, ref: factsRef }) => {
    return { symbol, asOfMs, decisionId, factsRef, windowFromMs };
  });
  return proposals.length === 0 ? {} : { proposals };
}

function cancelsOf({ cancels }: WalkBatch, context: WalkContext, { sequences }: Telling): Pick<WalkResult, 'cancels'> {
  const childIds = cancels.flatMap((decisionId) => {
    const sequence = sequences.get(decisionId);
    return sequence === undefined ? [] : [orderChildId(context.workflowId, sequence)];
  });
  return childIds.length === 0 ? {} : { cancels: childIds };
}

function changeOf(order: Order, context: WalkContext, telling: Telling): OrderChange[] {
  const sequence = telling.sequences.get(order.decisionId);
  if (sequence === undefined) return [];
  const childId = orderChildId(context.workflowId, sequence);
  return [{ childId, clientOrderId: order.clientOrderId, state: order.state, quantityFilled: order.quantityFilled }];
}

function handOverOf({ decision, intents, policy }: Decided, context: WalkContext, askedAtMs: number): OrderHandOver {
  const [first] = intents;
  const summary = `${first?.side} ${first?.quantity} ${decision.symbol}`;
  return {
    childId: orderChildId(context.workflowId, decision.sequence),
    decisionId: decision.decisionId,
    summary,
    intents: [...intents],
    ...(policy?.verdict !== 'review'
      ? {}
      : {
          approval: {
            orderHash: orderHashOf(intents),
            rule: policyRule(policy),
            message: policy.message,
            askedAtMs,
            expiresAtMs: askedAtMs + context.entryTerms.expiresAfterMs,
          },
        }),
  };
}

function progressOf({ state, cursor }: WalkBatch, context: WalkContext): SessionProgress {
  const { bars, signalsGenerated, decisions, noDecisions, ordersSent, tradesExecuted } = state.counters;
  const drawdown = state.peakEquity.gt(0) ? state.peakEquity.minus(state.equity).div(state.peakEquity).toNumber() : 0;
  return {
    bars,
    signalsGenerated,
    decisions,
    noDecisions,
    ordersSent,
    tradesExecuted,
    equity: decimalText(roundMoney(state.equity)),
    realizedPnl: decimalText(roundMoney(state.realizedPnl)),
    drawdownFraction: Math.max(0, drawdown),
    regime: regimeNow(context, cursor),
    asOfMs: asOfMsAt(context, cursor),
  };
}

/** The base regime of the session's first symbol at the last walked bar. */
function regimeNow(context: WalkContext, cursor: number): string | null {
  const symbol = context.symbols[0] ?? '';
  const market = context.markets.get(symbol);
  const index = context.timeline.indexes.get(symbol)?.[cursor - 1] ?? -1;
  return market === undefined || index < 0 ? null : regimeAt(market.features, index).label;
}

function asOfMsAt(context: WalkContext, cursor: number): number | null {
  const openMs = context.timeline.openTimeMs[cursor - 1];
  const intervalMs = context.markets.get(context.symbols[0] ?? '')?.bars.intervalMs ?? 0;
  return openMs === undefined ? null : openMs + intervalMs;
}
