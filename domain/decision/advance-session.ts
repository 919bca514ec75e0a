/**
 * One step of a session for one symbol at the close of one bar: what the components say, what they say together,
 * and which trade is proposed. Pure: the same bars up to `i`, the same answer. It sizes nothing, sends nothing and
 * knows no account; sizing, the gate and orders follow in `domain/backtest/walk-bar.ts`.
 */
import type { ComponentName, Contribution, DecisionAction, Side } from '../../schemas/decision.ts';
import type { Direction } from '../../schemas/strategy-session.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { isExchangeTraded } from '../market/calendar.ts';
import { barsMissed } from '../market/session-bars.ts';
import type { Columns, SignalRules, StrategyParameters, StrategySignal } from '../signals/strategy.ts';
import { type Combination, combine } from './combine-signals.ts';
import { type AdvisedEntry, adviseEntry, type EntryBy, type LlmSlot, proposeByModel } from './llm-slot.ts';
import type { ComponentWeights } from './weights.ts';

/** A held position as the decision sees it. `barsHeld` counts closed bars since the entry filled. */
export type HeldPosition = { readonly side: Side; readonly barsHeld: number };

export type SessionStep<Call = unknown> = {
  readonly i: number;
  readonly bars: BarSeries;
  readonly columns: Columns;
  readonly rules: SignalRules;
  readonly parameters: StrategyParameters;
  /** The bred strategy of this symbol, where one was promoted and the session listens to it. */
  readonly evolved?: EvolvedVoice;
  /** What the network that holds the symbol's seat says here; undefined: nobody is seated, or not listened to. */
  readonly agent?: AgentView | undefined;
  /** What was learnt from the strategy's own trades, where the session listens to it. */
  readonly online?: OnlineVoice | undefined;
  /** The advisor, where the session listens to one. */
  readonly llm?: LlmSlot<Call> | undefined;
  /** @default vote */
  readonly entryBy?: EntryBy;
  readonly components: readonly ComponentName[];
  readonly weights: ComponentWeights;
  readonly direction: Direction;
  readonly position: HeldPosition;
  /** An order of this symbol is still at work: nothing new is proposed. */
  readonly orderAtWork: boolean;
  readonly maxHoldBars: number | null;
};

/** A second strategy over the same bars; it votes and closes nothing. */
export type EvolvedVoice = {
  readonly rules: SignalRules;
  readonly columns: Columns;
  readonly parameters: StrategyParameters;
};

/** A direction of its own; it closes nothing. */
export type AgentView = { readonly side: Side; readonly confidence: number; readonly reasons: readonly string[] };

/** How often entries to this side were won under conditions like these, shrunk: it has no direction of its own. */
export type OnlineVoice = (side: 1 | -1) => { readonly confidence: number; readonly reasons: readonly string[] };

/** What is proposed. `exitReason` is set when a held position is to be closed. */
export type Proposal<Call = unknown> = {
  readonly action: DecisionAction;
  readonly intent: 'enter' | 'exit' | 'none';
  readonly side: Side;
  readonly exitReason: 'signal' | 'maxHold' | 'unpaired' | 'margin' | 'reduce' | null;
  readonly noDecision: string | null;
  readonly signalled: boolean;
  readonly combination: Combination;
  readonly contributions: readonly Contribution[];
  /** The question that was put to the llm, with its answer. */
  readonly call: Call | null;
  /** The llm's answer has not come yet: nothing is decided at this bar. */
  readonly awaited: boolean;
};

/** A gap of more than this many intervals before a bar makes its close unfit for entries. */
const GAP_INTERVALS_MAX = 3;
const MINIMUM_COVERAGE = 0.3;

const SILENT: StrategySignal = { side: 0, exitLong: false, exitShort: false, confidence: 0, reasons: [] };

export function advanceSession<Call>(step: SessionStep<Call>): Proposal<Call> {
  const warm = step.i >= step.rules.warmupBars(step.parameters) - 1;
  const signal = warm
    ? step.rules.signal({ i: step.i, bars: step.bars, columns: step.columns, p: step.parameters })
    : SILENT;
  const contributions = warm
    ? [...technicalVote(step, signal), ...agentVote(step), ...evolvedVote(step), ...onlineVote(step, signal)]
    : [];
  const combination = combine(contributions, { minimumCoverage: MINIMUM_COVERAGE });
  const base = { signalled: signal.side !== 0, combination, contributions, call: null, awaited: false };
  if (step.position.side !== 0) return { ...base, ...holdOrExit(step, signal, warm) };
  const refusal = noDecisionReason(step, warm, combination, signal);
  if (refusal !== null) return { ...base, ...NOTHING, noDecision: refusal };
  const advised = advisedEntry(step, combination, contributions);
  return advised === null
    ? { ...base, ...entry(step, ownSide(step, combination)) }
    : { ...base, ...advised, ...entry(step, advised.side), noDecision: advised.noDecision };
}

/** Without its model an `aiDiscretionary` session proposes nothing. */
const ownSide = ({ entryBy }: Pick<SessionStep, 'entryBy'>, { side }: Combination): Side =>
  entryBy === 'model' ? 0 : side;

/** Null where the llm is absent or has nothing to be asked about. */
function advisedEntry<Call>(
  step: SessionStep<Call>,
  combination: Combination,
  votes: readonly Contribution[],
): AdvisedEntry<Call> | null {
  const { llm, entryBy = 'vote' } = step;
  if (llm === undefined || step.orderAtWork) return null;
  if (entryBy === 'model') return proposeByModel(combination, votes, llm);
  return entry(step, combination.side).intent === 'enter' ? adviseEntry(combination, votes, entryBy, llm) : null;
}

/** What is wanted, without what it was made from. */
type Wish = Omit<Proposal, 'signalled' | 'combination' | 'contributions' | 'call' | 'awaited'>;

const NOTHING = { action: 'hold', intent: 'none', side: 0, exitReason: null, noDecision: null } as const;

/** The session's strategy fills the technical slot. Components that are not built or not listed cast no vote. */
function technicalVote(step: SessionStep, signal: StrategySignal): Contribution[] {
  if (!step.components.includes('technical')) return [];
  const { side, confidence, reasons } = signal;
  return [{ component: 'technical', side, confidence, weight: step.weights.technical, reasons: [...reasons] }];
}

function agentVote({ agent, components, weights }: SessionStep): Contribution[] {
  if (agent === undefined || !components.includes('agent')) return [];
  const { side, confidence, reasons } = agent;
  return [{ component: 'agent', side, confidence, weight: weights.agent, reasons: [...reasons] }];
}

/** Silent until the bred strategy has warmed up, like a component that is absent. */
function evolvedVote({ evolved, components, weights, i, bars }: SessionStep): Contribution[] {
  if (evolved === undefined || !components.includes('evolved')) return [];
  const { rules, columns, parameters: p } = evolved;
  if (i < rules.warmupBars(p) - 1) return [];
  const { side, confidence, reasons } = rules.signal({ i, bars, columns, p });
  return [{ component: 'evolved', side, confidence, weight: weights.evolved, reasons: [...reasons] }];
}

/** It votes with the strategy's direction; where that has none, for nothing. */
function onlineVote({ online, components, weights }: SessionStep, { side }: StrategySignal): Contribution[] {
  if (online === undefined || !components.includes('online')) return [];
  const { confidence, reasons } = side === 0 ? { confidence: 0, reasons: [] } : online(side);
  return [{ component: 'online', side, confidence, weight: weights.online, reasons: [...reasons] }];
}

function holdOrExit(step: SessionStep, signal: StrategySignal, warm: boolean): Wish {
  if (step.orderAtWork) return NOTHING;
  const long = step.position.side === 1;
  const wanted = warm && (long ? signal.exitLong : signal.exitShort);
  const expired = step.maxHoldBars !== null && step.position.barsHeld >= step.maxHoldBars;
  if (!wanted && !expired) return NOTHING;
  return {
    action: long ? 'sell' : 'buy',
    intent: 'exit',
    side: 0,
    exitReason: wanted ? 'signal' : 'maxHold',
    noDecision: null,
  };
}

function noDecisionReason(
  step: SessionStep,
  warm: boolean,
  combination: Combination,
  signal: StrategySignal,
): string | null {
  if (!warm) return 'WARM_UP';
  if (combination.noDecision !== null) return combination.noDecision;
  return isAfterGap(step.bars, step.i) ? 'DATA_GAP' : (signal.noDecision ?? null);
}

/** True for the first bar after a gap of more than three intervals; nights and holidays of an exchange are none. */
export function isAfterGap(bars: BarSeries, i: number): boolean {
  if (i === 0) return false;
  const [before, at] = [bars.openTimeMs[i - 1] as number, bars.openTimeMs[i] as number];
  if (at - before <= (GAP_INTERVALS_MAX + 1) * bars.intervalMs) return false;
  return !isExchangeTraded(bars.symbol) || barsMissed(bars.symbol, bars.intervalMs, before, at) > GAP_INTERVALS_MAX;
}

function entry(step: Pick<SessionStep, 'direction' | 'orderAtWork'>, side: Side): Wish {
  const allowed = side === 1 ? step.direction !== 'shortOnly' : side === -1 && step.direction !== 'longOnly';
  if (step.orderAtWork || side === 0 || !allowed) return NOTHING;
  return { action: side === 1 ? 'buy' : 'sell', intent: 'enter', side, exitReason: null, noDecision: null };
}
