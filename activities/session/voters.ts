/**
 * Who speaks in a session beside its strategy: strategies that were bred and promoted, networks that hold a seat. They
 * are looked up once, when the session opens, and travel in its handle.
 */
import { leverageSettingsOf } from '../../domain/backtest/leverage-terms.ts';
import type { MarketAgent } from '../../schemas/agent-training.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SeatedAgent, SessionHandle } from '../../schemas/session-walk.ts';
import type { Strategy } from '../../schemas/signals.ts';

export type VoterParts = {
  /** The bred strategy of a market that was promoted last. */
  readonly promotedStrategy: (symbol: string, intervalMs: number) => Promise<Strategy | undefined>;
  /** The network that holds the seat of such an agent in a market. */
  readonly seatedAgent: (agent: MarketAgent, symbol: string, intervalMs: number) => Promise<SeatedAgent | undefined>;
};

type SeatParts = Pick<VoterParts, 'seatedAgent'>;

/** Bred strategies that vote: those promoted for the session's symbols. None unless it lists the component. */
export async function evolvedVoters(
  { promotedStrategy }: Pick<VoterParts, 'promotedStrategy'>,
  { components, symbols, barIntervalMs }: ParsedSession,
): Promise<Pick<SessionHandle, 'evolved'>> {
  if (!components.includes('evolved')) return {};
  const evolved = await foundBySymbol(symbols, (symbol) => promotedStrategy(symbol, barIntervalMs));
  return evolved === null ? {} : { evolved };
}

/** Networks that vote: those seated for the session's symbols. None unless it lists the component. */
export async function seatedVoters(parts: SeatParts, input: ParsedSession): Promise<Pick<SessionHandle, 'agents'>> {
  const agents = await seatsOf(parts, 'spot', input);
  return agents === null ? {} : { agents };
}

/** Networks whose wish the leverage manager begins with. None unless the session has both component and manager. */
export async function seatedLeverageAgents(
  parts: SeatParts,
  input: ParsedSession,
  strategy: Strategy,
): Promise<Pick<SessionHandle, 'leverageAgents'>> {
  if (leverageSettingsOf(input, strategy) === null) return {};
  const leverageAgents = await seatsOf(parts, 'leverage', input);
  return leverageAgents === null ? {} : { leverageAgents };
}

async function seatsOf(
  { seatedAgent }: SeatParts,
  agent: MarketAgent,
  { components, symbols, barIntervalMs }: ParsedSession,
): Promise<Record<string, SeatedAgent> | null> {
  if (!components.includes('agent')) return null;
  return foundBySymbol(symbols, (symbol) => seatedAgent(agent, symbol, barIntervalMs));
}

/** What is found, by symbol; null when nothing is found for any. */
async function foundBySymbol<T>(
  symbols: readonly string[],
  find: (symbol: string) => Promise<T | undefined>,
): Promise<Record<string, T> | null> {
  const found = await Promise.all(symbols.map(async (symbol) => [symbol, await find(symbol)] as const));
  const present = found.flatMap(([symbol, one]) => (one === undefined ? [] : [[symbol, one] as const]));
  return present.length === 0 ? null : Object.fromEntries(present);
}
