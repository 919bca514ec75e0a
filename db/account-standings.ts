/**
 * How an account stands with its venue: known under which id there, last compared and equal when,
 * frozen why. A frozen account sends nothing, what reduces neither, until a person has released
 * it; only legs of what filled there still leave.
 */
import type { Selectable, Transaction } from 'kysely';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { optionalMs, toInstant } from './instant.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

export type AccountStanding = {
  readonly accountId: string;
  readonly venueAccountId: string;
  readonly frozen: string | null;
  readonly frozenAtMs: number | null;
  /** When books and venue were last compared without a difference that lasts. */
  readonly reconciledAtMs: number | null;
  /** When they were last equal, with nothing left for orders under way to explain. */
  readonly equalAtMs: number | null;
  readonly report: JsonObject | null;
};

/** Undefined for accounts of the paper book, which have no venue to stand with. */
export async function standingOf(db: Database, accountId: string): Promise<AccountStanding | undefined> {
  const query = db.selectFrom('account_standings').selectAll().where('account_id', '=', accountId);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : standingOfRow(row);
}

/** Why the account is frozen; null when it is not. */
export const frozenOf = async (db: Database, accountId: string): Promise<string | null> =>
  (await standingOf(db, accountId))?.frozen ?? null;

/** Opens the standing of a new account; one that exists stays. */
export async function openStanding(trx: Database, accountId: string, venueAccountId: string): Promise<void> {
  const row = { account_id: accountId, venue_account_id: venueAccountId, frozen: null, report: null };
  await trx
    .insertInto('account_standings')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Books and venue are equal, or orders under way may explain what differs. A frozen account stays frozen. */
export async function noteReconciled(db: Database, accountId: string, report: JsonObject, atMs: number): Promise<void> {
  await db
    .updateTable('account_standings')
    .set({
      reconciled_at: toInstant(atMs),
      report,
      ...(report.verdict === 'equal' ? { equal_at: toInstant(atMs) } : {}),
    })
    .where('account_id', '=', accountId)
    .execute();
}

/** Freezes, with audit and event; an account that is frozen keeps its first reason, the report is the newest. */
export async function freezeAccount(
  trx: Transaction<Tables>,
  accountId: string,
  reason: string,
  report: JsonObject,
  atMs: number,
): Promise<void> {
  const frozen = await trx
    .updateTable('account_standings')
    .set({ frozen: reason, frozen_at: toInstant(atMs), report })
    .where('account_id', '=', accountId)
    .where('frozen', 'is', null)
    .executeTakeFirst();
  if (frozen.numUpdatedRows === 0n) {
    await trx.updateTable('account_standings').set({ report }).where('account_id', '=', accountId).execute();
    return;
  }
  const body = { accountId, reason };
  await appendAudit(trx, [{ kind: 'account_frozen', body: { ...body, report }, atMs }]);
  await appendEvents(trx, [{ type: 'account_frozen', payload: body, correlationId: accountId, atMs }]);
}

/** Releases a frozen account, by a person. @returns false when it was not frozen */
export async function releaseAccount(
  trx: Transaction<Tables>,
  accountId: string,
  by: string,
  reason: string,
  atMs: number,
): Promise<boolean> {
  const released = await trx
    .updateTable('account_standings')
    .set({ frozen: null, frozen_at: null })
    .where('account_id', '=', accountId)
    .where('frozen', 'is not', null)
    .executeTakeFirst();
  if (released.numUpdatedRows === 0n) return false;
  const body = { accountId, by, reason };
  await appendAudit(trx, [{ kind: 'account_released', body, atMs }]);
  await appendEvents(trx, [{ type: 'account_released', payload: body, correlationId: accountId, atMs }]);
  return true;
}

const standingOfRow = (row: Selectable<Tables['account_standings']>): AccountStanding => ({
  accountId: row.account_id,
  venueAccountId: row.venue_account_id,
  frozen: row.frozen,
  frozenAtMs: optionalMs(row.frozen_at),
  reconciledAtMs: optionalMs(row.reconciled_at),
  equalAtMs: optionalMs(row.equal_at),
  report: row.report,
});
