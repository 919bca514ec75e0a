/**
 * Batches of questions: one row each, written with the rows of its calls before it leaves, so that whoever comes after a
 * kill knows that it may be under way and hands over no second one. Costs are whole micro-USD.
 */
import { type Selectable, sql } from 'kysely';
import type { ScopeLimit } from '../../schemas/llm/budget.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, Tables } from '../tables.ts';
import { reserveBudget } from './budget.ts';
import { type CallBodies, type NewModelCall, openCall } from './calls.ts';

export type BatchRow = Selectable<Tables['model_batches']>;

/** One question of a batch: its id at the provider, and the call that it is. */
export type BatchedCall = { readonly id: string; readonly callId: string; readonly temperature: number | null };

export type OpenBatch = {
  readonly batchKey: string;
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly atMs: number;
  readonly calls: readonly {
    readonly item: BatchedCall;
    readonly row: NewModelCall;
    readonly bodies: CallBodies;
    readonly scopes: readonly ScopeLimit[];
  }[];
};

export const readBatch = (db: Database, batchKey: string): Promise<BatchRow | undefined> =>
  db.selectFrom('model_batches').selectAll().where('batch_key', '=', batchKey).executeTakeFirst();

/**
 * Reserves each call and writes batch and calls. A call that the budget has no room for is left out.
 * @returns those that are in it; empty: nothing was written
 */
export async function openBatch(trx: Database, batch: OpenBatch): Promise<BatchedCall[]> {
  const { batchKey, atMs, baseUrl, provider, model } = batch;
  const taken: OpenBatch['calls'][number][] = [];
  for (const one of batch.calls) {
    const amountMicroUsd = one.row.reserved_micro_usd ?? 0;
    const reservation = { callId: one.item.callId, amountMicroUsd, scopes: one.scopes, atMs };
    if ((await reserveBudget(trx, reservation)).length === 0) taken.push(one);
  }
  if (taken.length === 0) return [];
  const items = taken.map(({ item }) => item);
  const row = { batch_key: batchKey, provider, model, base_url: baseUrl, state: 'submitting' as const, items };
  await insertRows(trx, 'model_batches', [{ ...row, submitted_at: toInstant(atMs) }]);
  for (const { row: call, bodies } of taken) await openCall(trx, { ...call, batch_key: batchKey }, bodies);
  return items;
}

export async function noteSubmitted(db: Database, batchKey: string, providerBatchId: string): Promise<void> {
  const change = db.updateTable('model_batches').set({ state: 'submitted', provider_batch_id: providerBatchId });
  await change.where('batch_key', '=', batchKey).where('state', '=', 'submitting').execute();
}

/** It is over, and its calls are settled. */
export async function noteEnded(db: Database, batchKey: string, state: 'ended' | 'failed' | 'lost'): Promise<void> {
  const change = db.updateTable('model_batches').set({ state, ended_at: sql<string>`clock_timestamp()` });
  await change.where('batch_key', '=', batchKey).where('state', 'in', ['submitting', 'submitted']).execute();
}
