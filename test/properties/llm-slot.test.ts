/**
 * Property 15: with the llm in the vote the desk is never riskier than without it. Whatever the model answers, every
 * entry is one that would have been proposed without it, on the same side, with at most its size and confidence; exits
 * are the same. Asked of the session's own step and the plan of its orders.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type OrderPlan, planEntry } from '../../domain/backtest/propose-orders.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { advanceSession, type Proposal, type SessionStep } from '../../domain/decision/advance-session.ts';
import type { LlmAnswer, LlmSlot } from '../../domain/decision/llm-slot.ts';
import { COMPONENT_WEIGHTS } from '../../domain/decision/weights.ts';
import type { SignalRules, StrategySignal } from '../../domain/signals/strategy.ts';
import type { ComponentName, Side } from '../../schemas/decision.ts';
import { aContext, barsOf, flat, HOUR_MS } from '../domain/backtest/walk-fixture.ts';
import { itHolds, type Mark } from './property.ts';

const BARS = barsOf(flat(8), { openTimeMs: (index) => (index < 6 ? index : index + 9) * HOUR_MS });
const CONTEXT = aContext([BARS], { type: 'momentum' });

type Case = {
  readonly i: number;
  readonly technical: StrategySignal;
  readonly evolved: StrategySignal | null;
  readonly components: readonly ComponentName[];
  readonly weights: readonly [technical: number, evolved: number, llm: number] | null;
  readonly answer: LlmAnswer<string>;
  readonly vetoed: Side | null;
  readonly entryBy: 'vote' | 'twoVoices';
  readonly held: Side;
  readonly barsHeld: number;
  readonly maxHoldBars: number | null;
  readonly orderAtWork: boolean;
  readonly direction: 'longOnly' | 'shortOnly' | 'longShort';
  readonly atr: number;
  readonly equity: number;
};

const side = fc.constantFrom<Side>(-1, 0, 1);
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 5);
const share = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 40, max: 100 }).map((percent) => percent / 100),
);
const often = <T>(one: T, other: fc.Arbitrary<T>, weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(one) }, { weight: 1, arbitrary: other });
const signal: fc.Arbitrary<StrategySignal> = fc
  .record({
    side: fc.constantFrom<Side>(-1, -1, -1, 0, 1, 1, 1),
    exitLong: fc.boolean(),
    exitShort: fc.boolean(),
    confidence: share,
    reasons: fc.constant(['said so']),
    noDecision: rarely,
  })
  .map(({ noDecision, ...said }) => (noDecision ? { ...said, noDecision: 'NOT_COINTEGRATED' } : said));
const reasons = fc.constant(['because']);
const vote = fc.record({
  kind: fc.constant('vote' as const),
  side,
  confidence: share,
  sizeFactor: often(1, share, 1),
  reasons,
  call: fc.constant('asked'),
});
const answer: fc.Arbitrary<LlmAnswer<string>> = fc.oneof(
  { weight: 8, arbitrary: vote },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('noDecision' as const), code: fc.constant('LLM_REFUSED'), reasons }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('awaited' as const), call: fc.constant('asked') }) },
);

const cases: fc.Arbitrary<Case> = fc.record({
  i: often(4, fc.integer({ min: 0, max: 7 }), 9),
  technical: signal,
  evolved: fc.option(signal, { freq: 2 }),
  components: fc.constantFrom<readonly ComponentName[]>(
    ['technical', 'llm'],
    ['technical', 'evolved', 'llm'],
    ['technical', 'llm'],
    ['technical', 'evolved', 'llm'],
    ['technical', 'evolved', 'llm'],
    ['evolved', 'llm'],
  ),
  weights: often(null, fc.tuple(share, share, share), 4),
  answer,
  vetoed: often<Side | null>(null, fc.constantFrom<Side>(-1, 1), 1),
  entryBy: fc.constantFrom('vote' as const, 'vote' as const, 'twoVoices' as const),
  held: often<Side>(0, side, 5),
  barsHeld: fc.integer({ min: 0, max: 9 }),
  maxHoldBars: fc.option(fc.integer({ min: 1, max: 9 })),
  orderAtWork: rarely,
  direction: often<Case['direction']>('longShort', fc.constantFrom('longOnly', 'shortOnly'), 2),
  atr: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.double({ min: 0.01, max: 40, noNaN: true })),
  equity: fc.oneof(fc.integer({ min: 100, max: 1_000_000 }), fc.double({ min: 1, max: 1e7, noNaN: true })),
});

const speaking = (said: StrategySignal): SignalRules => ({ warmupBars: () => 3, signal: () => said });

function stepOf(one: Case): SessionStep<string> {
  const [technical, evolved, llm] = one.weights ?? [0.3, 0.2, 0.1];
  return {
    i: one.i,
    bars: BARS,
    columns: {},
    rules: speaking(one.technical),
    parameters: {},
    ...(one.evolved === null ? {} : { evolved: { rules: speaking(one.evolved), columns: {}, parameters: {} } }),
    components: one.components,
    weights: { ...COMPONENT_WEIGHTS, technical, evolved, llm },
    direction: one.direction,
    position: { side: one.held, barsHeld: one.barsHeld },
    orderAtWork: one.orderAtWork,
    maxHoldBars: one.maxHoldBars,
    entryBy: one.entryBy,
  };
}

const slotOf = (one: Case): LlmSlot<string> => ({
  weight: one.weights?.[2] ?? 0.1,
  vetoOf: (wanted) => (wanted === one.vetoed ? { code: 'VETO_UNUSUAL', reasons: ['too wild'] } : null),
  ask: () => one.answer,
});

function planOf(proposal: Proposal<string>, { atr, equity }: Case): OrderPlan | null {
  const basis = {
    decisionId: 'd-1',
    symbol: BARS.symbol,
    asOfMs: 0,
    close: toDecimal(100),
    atr: toDecimal(atr),
    equity: toDecimal(equity),
  };
  return proposal.intent === 'enter' ? planEntry(CONTEXT, proposal, basis) : null;
}

const quantityOf = (plan: OrderPlan | null) => toDecimal(plan?.intents[0]?.quantity ?? 0);

type Advance = (step: SessionStep<string>) => Proposal<string>;
type Kind = 'entries' | 'entries held back' | 'smaller entries' | 'exits' | 'vetoes';

function isNeverRiskier(advance: Advance, one: Case, mark: Mark<Kind>): void {
  const step = stepOf(one);
  const without = advance(step);
  const advised = advance({ ...step, llm: slotOf(one) });
  const kept = ({ action, intent, exitReason, signalled }: Proposal<string>) => ({
    action,
    intent,
    exitReason,
    signalled,
  });
  if (without.intent !== 'enter') expect(kept(advised)).toEqual(kept(without));
  if (without.intent === 'exit') mark('exits');
  if (without.intent === 'enter') mark('entries');
  if (advised.noDecision === 'VETO_UNUSUAL') mark('vetoes');
  if (advised.intent !== 'enter') {
    if (without.intent === 'enter') mark('entries held back');
    return;
  }
  expect(advised.side).toBe(without.side);
  expect(advised.combination.confidence).toBeLessThanOrEqual(without.combination.confidence);
  const [less, more] = [planOf(advised, one), planOf(without, one)];
  expect(less?.sizeFraction ?? 0).toBeLessThanOrEqual(more?.sizeFraction ?? 0);
  expect(quantityOf(less).lte(quantityOf(more))).toBe(true);
  expect(less?.stopPrice ?? more?.stopPrice).toBe(more?.stopPrice);
  if (quantityOf(less).lt(quantityOf(more))) mark('smaller entries');
}

const votedSide = (step: SessionStep<string>): Side => {
  const said = step.llm?.ask(null);
  return said?.kind === 'vote' ? said.side : 0;
};

const changed = (
  change: (proposal: Proposal<string>, step: SessionStep<string>) => Partial<Proposal<string>>,
): Advance => {
  return (step) => {
    const proposal = advanceSession(step);
    return step.llm === undefined ? proposal : { ...proposal, ...change(proposal, step) };
  };
};

itHolds<Advance, Case, Kind>({
  name: 'property 15, the llm only makes the desk more careful',
  cases,
  holds: isNeverRiskier,
  kinds: ['entries', 'entries held back', 'smaller entries', 'exits', 'vetoes'],
  subject: advanceSession,
  runs: 100_000,
  faults: {
    'the llm turns a hold into an entry': changed((proposal, step) =>
      proposal.intent === 'none' && step.position.side === 0 && votedSide(step) === 1
        ? { intent: 'enter', action: 'buy', side: 1 }
        : {},
    ),
    'its confidence raises the vote’s': changed(({ combination, contributions }) => {
      const confidence = Math.max(...contributions.map((one) => one.confidence), combination.confidence);
      return { combination: { ...combination, confidence } };
    }),
    'a voice that agrees makes the trade larger': changed(({ combination, side: taken }, step) =>
      votedSide(step) === taken ? { combination: { ...combination, agreement: 1 } } : {},
    ),
    'a veto keeps a position open': changed(({ intent }, step) =>
      intent === 'exit' && step.llm?.vetoOf(1) !== null ? { intent: 'none', action: 'hold', exitReason: null } : {},
    ),
  },
});
