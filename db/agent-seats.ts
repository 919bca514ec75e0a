/**
 * Verdicts on networks in Postgres, and the networks that sessions listen to. A verdict is written once under its run;
 * of a market the network that was seated last speaks, and one on the bench takes no seat away.
 */
import { sql } from 'kysely';
import {
  type AgentSeat,
  agentSeatSchema,
  type MarketAgent,
  type MarketTrainingInput,
} from '../schemas/agent-training.ts';
import { type SeatedAgent, seatedAgentSchema } from '../schemas/session-walk.ts';
import { toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database } from './tables.ts';

export type NewSeat = {
  readonly runId: string;
  readonly seat: AgentSeat;
  readonly weights: Uint8Array;
  readonly input: MarketTrainingInput;
  readonly dataHash: string;
  readonly nowMs: number;
};

export async function saveSeat(db: Database, { runId, seat, weights, input, dataHash, nowMs }: NewSeat): Promise<void> {
  const { symbol, barIntervalMs, direction, dueling } = input;
  await sql`insert into agent_seats (run_id, agent, symbol, bar_interval_ms, direction, seated, reason, verdict, dueling,
      data_hash, weights_hash, weights, decided_at)
    values (${runId}, ${seat.agent}, ${symbol}, ${barIntervalMs}, ${direction}, ${seat.seated}, ${seat.reason},
      ${jsonText(seat)}::jsonb, ${dueling}, ${dataHash}, ${seat.weightsHash}, ${Buffer.from(weights)},
      ${toInstant(nowMs)})
    on conflict do nothing`.execute(db);
}

export async function readSeat(db: Database, runId: string): Promise<AgentSeat | undefined> {
  const row = await db.selectFrom('agent_seats').select('verdict').where('run_id', '=', runId).executeTakeFirst();
  return row === undefined ? undefined : agentSeatSchema.parse(row.verdict);
}

/** The network of such an agent that was seated last in a market. */
export async function seatedAgent(
  db: Database,
  agent: MarketAgent,
  symbol: string,
  barIntervalMs: number,
): Promise<SeatedAgent | undefined> {
  const row = await db
    .selectFrom('agent_seats')
    .select(['run_id', 'weights_hash', 'direction', 'dueling', 'verdict'])
    .where('agent', '=', agent)
    .where('seated', '=', true)
    .where('symbol', '=', symbol)
    .where('bar_interval_ms', '=', barIntervalMs)
    .orderBy('decided_at', 'desc')
    .orderBy('run_id')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { seed, judged } = agentSeatSchema.parse(row.verdict);
  const { run_id: runId, weights_hash: weightsHash, direction, dueling } = row;
  const temperature = judged.find((one) => one.seed === seed)?.valueSpread;
  return seatedAgentSchema.parse({ runId, weightsHash, direction, dueling, temperature });
}

/** The weights of a verdict's network. @throws Error where there is none */
export async function seatWeights(db: Database, runId: string): Promise<Uint8Array> {
  const row = await db.selectFrom('agent_seats').select('weights').where('run_id', '=', runId).executeTakeFirst();
  if (row === undefined) throw new Error(`no network was judged for run ${runId}`);
  return new Uint8Array(row.weights);
}
