/**
 * Where the base of one entry's leverage comes from: the network that holds the symbol's leverage seat, where the session
 * listens to it, else the strategy. The network is asked on the account as it stands, and can only make things smaller: its
 * base is at most the strategy's, and of its confidence and the vote's the lower counts. What adjusts and caps comes after.
 */
import { type AgentBase, agentWish } from '../learning/agents/leverage-base.ts';
import { type SeenAccount, seenWithout } from '../learning/agents/leverage-features.ts';
import type { Choice } from '../learning/leverage/actions.ts';
import { type LeverageAsked, leverageWish } from './leverage-ground.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** What is kept of it with a decision. */
export type BaseNote =
  | { readonly from: 'strategy'; readonly reason?: string }
  | ({ readonly from: 'agent'; readonly runId: string; readonly weightsHash: string } & AgentBase);

export type LeverageBase = { readonly wish: Choice; readonly base: BaseNote };

export function leverageBaseAt(asked: LeverageAsked, context: WalkContext): LeverageBase {
  const own = leverageWish(asked, context);
  const { leverageAgent: voice } = asked.market;
  if (voice === undefined || !context.components.includes('agent')) return { wish: own, base: { from: 'strategy' } };
  const values = voice.values(asked.i, seenAtEntry(asked.state, context));
  if (values === undefined) return silent(own, 'the seated network has not warmed up');
  const { runId, weightsHash, direction, temperature } = voice.seat;
  const found = agentWish(own, { values, direction, temperature });
  if (found === null) return silent(own, `the seated network was trained for ${direction}`);
  return { wish: found.wish, base: { from: 'agent', runId, weightsHash, ...found.base } };
}

const silent = (wish: Choice, reason: string): LeverageBase => ({ wish, base: { from: 'strategy', reason } });

/** The account without a position in the symbol, as the network sees it: drawdown and results are the whole account's. */
export const seenAtEntry = (
  { equity, peakEquity, risk }: Pick<WalkState, 'equity' | 'peakEquity' | 'risk'>,
  { costs }: Pick<WalkContext, 'costs'>,
): SeenAccount =>
  seenWithout(
    {
      equity: equity.toNumber(),
      peak: peakEquity.toNumber(),
      lossesInARow: risk.lossStreak,
      results: risk.recentResults ?? [],
    },
    costs.fundingRate,
  );

/** In a sentence, for the reasons of a decision; null where nobody but the strategy was asked. */
export function baseReason(base: BaseNote): string | null {
  if (base.from === 'strategy') return base.reason === undefined ? null : `base of the strategy: ${base.reason}`;
  const { preferred, action, confidence } = base;
  const instead = preferred === action ? '' : `, it would rather ${preferred}`;
  return `base of the seated network: ${action}${instead}, confidence ${confidence.toFixed(3)}`;
}
