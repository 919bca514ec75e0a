/**
 * Fills at a venue that a person has set aside: more than was ordered, or of an order that is none of ours. They are
 * never booked, and no comparison asks for them again; what they have moved at the venue is that person's to put right.
 */
import { executionIdOf } from '../domain/execution/identity.ts';
import type { VenueFill } from '../schemas/venue.ts';
import { lockAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';
import { bustedExecutions } from './trade-busts.ts';

export type SetAside = {
  readonly accountId: string;
  readonly fills: readonly VenueFill[];
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
};

/** Audited, each execution once. */
export function setFillsAside(db: Database, { accountId, fills, by, reason, atMs }: SetAside): Promise<void> {
  return inTransaction(db, async (trx) => {
    await lockAccount(trx, accountId);
    const body = { accountId, by, reason, fills: fills.map((one) => ({ ...one })) };
    await appendAudit(trx, [{ kind: 'fills_set_aside', body, atMs }]);
    const named = { account_id: accountId, set_by: by, reason, at: toInstant(atMs) };
    const rows = fills.map((fill) => ({ ...named, execution_id: executionIdOf(fill.tradeId), fill }));
    await insertRows(trx, 'fills_set_aside', rows, { onConflict: 'nothing' });
    const payload = { accountId, by, reason, tradeIds: fills.map((one) => one.tradeId) };
    await appendEvents(trx, [{ type: 'account_fills_set_aside', payload, correlationId: accountId, atMs }]);
  });
}

/** Executions of an account that count on neither side: busted by the venue, or set aside by a person. */
export async function uncountedExecutions(db: Database, accountId: string): Promise<Set<string>> {
  return new Set([...(await bustedExecutions(db, accountId)), ...(await executionsSetAside(db, accountId))]);
}

export async function executionsSetAside(db: Database, accountId: string): Promise<string[]> {
  const query = db.selectFrom('fills_set_aside').select('execution_id').where('account_id', '=', accountId);
  return (await query.execute()).map((row) => row.execution_id);
}
