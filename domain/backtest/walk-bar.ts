/**
 * One instant of the market, whoever drives it: fills → marks → decisions → gate → orders. The plain loop, a
 * session's batch and a paper session's single step all call this. Pure: state and bars in, state and rows out.
 * A market order decided at the close of bar i fills at the open of bar i + 1.
 */
import { isTwoLegged } from '../../schemas/signals.ts';
import { onMark } from '../risk/risk-state.ts';
import { accountEquity } from './account-view.ts';
import { type AdviceCall, recordedAdvisor } from './advisor.ts';
import { decideAtClose } from './decide-at-close.ts';
import { decidePair } from './decide-pair.ts';
import type { Decided } from './decided.ts';
import { cancelLoneEntry } from './lone-leg.ts';
import { type Matched, matchInstant } from './match-instant.ts';
import { sendOrders } from './send-orders.ts';
import { marketOf, type WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** Everything one instant did: the new state and the rows it leaves. */
export type WalkStep = Matched & {
  readonly decisions: readonly Decided[];
  /** Decisions whose own workflows are to cancel what is at work of them. */
  readonly cancels: readonly string[];
  /** Questions whose answers have not come: their symbols are not decided yet. */
  readonly awaited: readonly AdviceCall[];
  readonly asOfMs: number;
};

/** Walks instant `k` of the timeline. `places` = approved orders go straight to the book. */
export function walkBar(state: WalkState, k: number, context: WalkContext, places: boolean): WalkStep {
  const matched = matchInstant(state, k, context);
  const asOfMs = (context.timeline.openTimeMs[k] as number) + intervalOf(context);
  const marked = mark(matched.state, asOfMs, context);
  const parted = cancelLoneEntry(marked, context);
  const orders = [...matched.orders, ...parted.orders];
  return decideInstant({ ...matched, ...parted, orders, decisions: [], awaited: [], asOfMs }, k, context, places);
}

/** Decides what instant `k`, walked before, has left open until an advisor had answered; its bars are not met again. */
export function answerBar(
  state: WalkState,
  k: number,
  context: WalkContext,
  symbols: readonly string[],
  places: boolean,
): WalkStep {
  const asOfMs = (context.timeline.openTimeMs[k] as number) + intervalOf(context);
  const rows = { fills: [], entries: [], orders: [], trades: [], decisions: [], cancels: [], awaited: [] };
  return decideLate({ ...rows, state, asOfMs }, symbols, k, context, places);
}

const intervalOf = (context: WalkContext): number => marketOf(context, context.symbols[0] ?? '').bars.intervalMs;

/** Values the account at the close; the drawdown breaker heals by itself in virtual time only. */
function mark(state: WalkState, asOfMs: number, context: WalkContext): WalkState {
  const equity = accountEquity(state.book, state.othersPositions);
  const risk = onMark(state.risk, equity, asOfMs, {
    autoReleaseMs:
      context.tradingMode === 'paper' || context.tradingMode === 'live' ? null : context.desk.breakerReleaseMs,
    drawdownBreakerFraction: context.desk.drawdownBreakerFraction,
  });
  if (equity.gte(state.peakEquity)) return { ...state, risk, equity, peakEquity: equity };
  const drawdown = state.peakEquity.minus(equity).div(state.peakEquity).toNumber();
  return { ...state, risk, equity, drawdownFractionMax: Math.max(state.drawdownFractionMax, drawdown) };
}

/**
 * An advisor that is waited for keeps nobody else waiting: its symbols are decided after the others, in their order.
 */
function decideInstant(step: WalkStep, k: number, context: WalkContext, places: boolean): WalkStep {
  if (isTwoLegged(context.strategy.type))
    return takeDecisions(step, decidePair(step.state, k, context), context, places);
  const late: string[] = [];
  let next = step;
  for (const symbol of context.symbols) {
    const index = indexAt(symbol, k, context);
    if (index < 0) continue;
    const decided = decideAtClose(assumedState(next, context, places), symbol, index, context);
    if (decided.awaited === true) late.push(symbol);
    else next = takeDecisions(next, [decided], context, places);
  }
  return late.length === 0 ? next : decideLate(next, late, k, context, places);
}

function decideLate(
  step: WalkStep,
  symbols: readonly string[],
  k: number,
  context: WalkContext,
  places: boolean,
): WalkStep {
  const heard = { ...context, advisor: recordedAdvisor(context.answers ?? new Map()) };
  const awaited: AdviceCall[] = [];
  let next = step;
  for (const symbol of symbols) {
    const decided = decideAtClose(assumedState(next, context, places), symbol, indexAt(symbol, k, context), heard);
    if (decided.awaited !== true) next = takeDecisions(next, [decided], heard, places);
    else if (decided.call !== undefined) awaited.push(decided.call);
  }
  return { ...next, awaited };
}

/**
 * What the next symbol of an instant is decided on. Where orders are handed over they are not in the book yet; a risk
 * budget that is shared out has to know of them all the same.
 */
function assumedState({ state, decisions, asOfMs }: WalkStep, context: WalkContext, places: boolean): WalkState {
  if (places || context.leverage === undefined) return state;
  return decisions
    .filter(({ intents }) => intents.length > 0)
    .reduce((seen, decided) => sendOrders(seen, decided, asOfMs, context).state, state);
}

const indexAt = (symbol: string, k: number, { timeline }: WalkContext): number =>
  timeline.indexes.get(symbol)?.[k] ?? -1;

/** Counts decisions and puts the orders of those that trade to work. */
function takeDecisions(step: WalkStep, made: readonly Decided[], context: WalkContext, places: boolean): WalkStep {
  let { state, orders } = step;
  for (const decided of made) {
    state = countDecision(state, decided);
    if (!places || decided.intents.length === 0 || decided.decision.verdict?.approved !== true) continue;
    const sent = sendOrders(state, decided, step.asOfMs, context);
    state = sent.state;
    orders = [...orders, ...sent.orders];
  }
  return { ...step, state, orders, decisions: [...step.decisions, ...made] };
}

function countDecision(state: WalkState, { decision, signalled }: Decided): WalkState {
  const { counters } = state;
  return {
    ...state,
    sequence: state.sequence + 1,
    counters: {
      ...counters,
      decisions: counters.decisions + 1,
      noDecisions: counters.noDecisions + (decision.noDecision === null ? 0 : 1),
      signalsGenerated: counters.signalsGenerated + (signalled ? 1 : 0),
    },
  };
}
