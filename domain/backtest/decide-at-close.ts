/**
 * One symbol's decision at the close of its bar: the step's proposal, its size and orders, the gate's verdict.
 * The gate refuses, it never clamps; a refused decision is recorded with every reason.
 */
import { advanceSession } from '../decision/advance-session.ts';
import type { EntryBy } from '../decision/llm-slot.ts';
import { marketFeatures } from '../features/market-features.ts';
import { agentVoteAt } from './agent-vote-at.ts';
import { type Decided, decidedOf } from './decided.ts';
import { decisionMoment, type ProposedMoment, stepOf } from './decision-moment.ts';
import { assessEntry, judgeEntry } from './judge-entry.ts';
import { type LeverageNote, planManaged, watchPosition, withForced } from './leverage-at.ts';
import { llmSlotAt } from './llm-slot-at.ts';
import { type OrderPlan, planEntry, planExit } from './propose-orders.ts';
import { asAdvised, tradeAdviceAt } from './trade-advice-at.ts';
import { verdictOf } from './verdict-of.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export function decideAtClose(state: WalkState, symbol: string, i: number, context: WalkContext): Decided {
  const moment = decisionMoment(state, symbol, i, context);
  const { market, position } = moment;
  const step = stepOf(moment, context);
  const agent = agentVoteAt(market, i, position, step.position.barsHeld, context);
  const watched = watchPosition(state, position, context);
  const proposal = withForced(
    advanceSession({ ...step, agent, llm: llmSlotAt(state, market, i, context), entryBy: entryByOf(context) }),
    watched,
    position,
  );
  const asked = { ...moment, proposal };
  const advice = tradeAdviceAt(market, i, proposal, context);
  const { plan, note } = planOf(asked, asAdvised(context, advice));
  const leverage = note ?? watched?.note ?? null;
  const verdict = plan === null ? null : verdictOf(asked, plan, context);
  const policy = judgeEntry(state, plan, context);
  const assessment = assessEntry(state, plan, context, () => marketFeatures(market.features, i));
  const decided = decidedOf(asked, { plan, verdict }, context);
  return {
    ...decided,
    inputs: {
      ...decided.inputs,
      ...(agent === undefined ? {} : { agentWeights: market.agent?.seat.weightsHash }),
      ...(policy === null ? {} : { policy }),
      ...(leverage === null ? {} : { leverage }),
      ...(advice === null ? {} : { shouldTrade: advice }),
    },
    ...(policy === null ? {} : { policy }),
    ...(assessment === null ? {} : { assessment }),
    ...(proposal.call === null ? {} : { call: proposal.call }),
    ...(proposal.awaited ? { awaited: true as const } : {}),
  };
}

/** In `hybrid` no voice opens a trade alone once the model votes; in `aiDiscretionary` the model proposes. */
const entryByOf = ({ strategy: { type } }: WalkContext): EntryBy =>
  type === 'aiDiscretionary' ? 'model' : type === 'hybrid' ? 'twoVoices' : 'vote';

type Planned = { readonly plan: OrderPlan | null; readonly note: LeverageNote | null };

/** The orders of what is proposed, an entry's with the leverage manager's word where it speaks. */
function planOf(asked: ProposedMoment, context: WalkContext): Planned {
  const { state, proposal, basis, position } = asked;
  if (proposal.intent === 'enter') {
    if (context.leverage !== undefined) return planManaged(state, proposal, basis, asked, context);
    return { plan: planEntry(context, proposal, basis), note: null };
  }
  if (proposal.intent !== 'exit' || position === undefined) return { plan: null, note: null };
  return { plan: planExit(context, basis, position, proposal.exitReason ?? 'signal'), note: null };
}
