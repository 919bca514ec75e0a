/**
 * Wakes the Risk Officer between two of its cycles: when a walk, of a session or of a paper book that no session walks,
 * has moved an account's daily drawdown across 2, 4 or 8 %. One that is not heard (no officer, no server) costs nothing:
 * the next cycle sees the same book.
 */
import type { Client } from '@temporalio/client';
import type { PaperBroker } from '../db/paper-broker.ts';
import type { SessionStore } from '../db/session-store.ts';
import type { Database } from '../db/tables.ts';
import { riskStateSchema } from '../schemas/risk.ts';
import { equityChangedSignal, officerId } from '../workflows/messages/officers.ts';

const STEPS = [0.02, 0.04, 0.08] as const;

/** The same store and broker; each walk of an account that trades in real time is followed by a look at its drawdown. */
export function createEquityWatch(db: Database, client: Client) {
  const stepOf = new Map<string, number>();
  const look = async (accountId: string): Promise<void> => {
    const query = db.selectFrom('accounts').select(['risk_state']).where('account_id', '=', accountId);
    const row = await query.where('trading_mode', 'in', ['paper', 'live']).executeTakeFirst();
    const parsed = riskStateSchema.safeParse(row?.risk_state);
    if (!parsed.success) return;
    const step = stepsCrossed(parsed.data);
    const before = stepOf.get(accountId) ?? 0;
    stepOf.set(accountId, step);
    if (step === before) return;
    await client.workflow.getHandle(officerId('risk')).signal(equityChangedSignal, { accountId, step });
  };
  return {
    sessions: (store: SessionStore): SessionStore => ({
      ...store,
      walk: async (handle, ...rest) => {
        const result = await store.walk(handle, ...rest);
        if (!handle.accountId.startsWith('sim:')) await look(handle.accountId).catch(() => undefined);
        return result;
      },
    }),
    paper: (broker: PaperBroker): PaperBroker => ({
      ...broker,
      advance: async (...walk) => {
        const answer = await broker.advance(...walk);
        const accountId = answer.own[0]?.accountId;
        if (accountId !== undefined) await look(accountId).catch(() => undefined);
        return answer;
      },
    }),
  };
}

/** How many of the steps the fall since the day's start has reached. */
function stepsCrossed({ dayStartEquity, lastEquity }: { dayStartEquity: string; lastEquity: string }): number {
  const drawdown = 1 - Number(lastEquity) / Number(dayStartEquity);
  return STEPS.filter((step) => drawdown >= step - 1e-12).length;
}
