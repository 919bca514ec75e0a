/**
 * The agent's slot of one symbol at one bar: what the network of its seat says, seeing the position as the book has it.
 */
import { averagePriceOf, type BookPosition } from '../execution/position.ts';
import type { AgentVote } from '../learning/agents/seated-agent.ts';
import { NO_POSITION, type SeenPosition } from '../learning/agents/spot-features.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';

/** Undefined where nobody is seated, the session does not listen to it, or it has not warmed up. */
export function agentVoteAt(
  { agent, bars }: SymbolMarket,
  i: number,
  position: BookPosition | undefined,
  barsHeld: number,
  { components }: Pick<WalkContext, 'components'>,
): AgentVote | undefined {
  if (agent === undefined || !components.includes('agent')) return undefined;
  return agent.vote(i, position === undefined ? NO_POSITION : seenAs(position, bars.close[i] as number, barsHeld));
}

function seenAs(position: BookPosition, close: number, barsHeld: number): SeenPosition {
  const side = position.quantity.isPositive() ? 1 : -1;
  return { side, pnlFraction: side * (close / averagePriceOf(position).toNumber() - 1), barsHeld };
}
