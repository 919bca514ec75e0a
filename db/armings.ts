/**
 * Armings: a person lets a live account trade, for named strategies and for a time. The newest that has neither ended
 * nor been taken back counts; a new one ends the old. Every change stands in audit and events.
 */
import type { Selectable } from 'kysely';
import { isInScope } from '../domain/risk/paper-record.ts';
import { type ArmedScope, armedScopeSchema } from '../schemas/arming.ts';
import { lockAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { toInstant } from './instant.ts';
import { readKillSwitch } from './kill-switch.ts';
import { inTransaction } from './retry.ts';
import type { Database, JsonObject, Tables } from './tables.ts';
import { openVenueAccountIn, type VenueAccount } from './venue-accounts.ts';

export type Arming = {
  readonly armingId: number;
  readonly accountId: string;
  readonly armedBy: string;
  readonly armedAtMs: number;
  readonly expiresAtMs: number;
  readonly scope: ArmedScope;
  readonly overrideReason: string | null;
};

export type ArmRequest = Omit<Arming, 'armingId'> & {
  /** The newest arming that the person saw, null for none: after another one nothing is armed. */
  readonly seenArmingId: number | null;
  /** What the venue tells of its account, which is opened here when the desk does not have it yet. */
  readonly seen: Pick<VenueAccount, 'venueAccountId' | 'cash' | 'currency'>;
};

export type ArmOutcome =
  | { readonly outcome: 'armed'; readonly arming: Arming; readonly isNewAccount: boolean }
  | { readonly outcome: 'killSwitch'; readonly reason: string }
  | { readonly outcome: 'changed' };

/** Arms in one transaction with its audit and event, or changes nothing. Ends an arming that still runs. */
export function arm(db: Database, request: ArmRequest): Promise<ArmOutcome> {
  return inTransaction(db, async (trx) => {
    const kill = await readKillSwitch(trx);
    if (kill.active) return { outcome: 'killSwitch', reason: kill.reason ?? 'set without a reason' };
    const { accountId, armedBy, armedAtMs } = request;
    const known = await lockAccount(trx, accountId);
    if ((await lastArmingId(trx, accountId)) !== request.seenArmingId) return { outcome: 'changed' };
    const isNewAccount = known === undefined;
    if (isNewAccount && !(await openVenueAccountIn(trx, accountOf(request)))) return { outcome: 'changed' };
    await endArmings(trx, accountId, { disarmedBy: armedBy, atMs: armedAtMs });
    const inserted = trx.insertInto('armings').values(rowOf(request)).returningAll();
    const arming = armingOf(await inserted.executeTakeFirstOrThrow());
    await note(trx, 'live_armed', bodyOf(arming), armedAtMs);
    return { outcome: 'armed', arming, isNewAccount };
  });
}

/** @returns the armings that were ended; none is not an error */
export function disarm(
  db: Database,
  accountId: string,
  by: { readonly disarmedBy: string; readonly atMs: number },
): Promise<number[]> {
  return inTransaction(db, async (trx) => {
    await lockAccount(trx, accountId);
    const ended = await endArmings(trx, accountId, by);
    if (ended.length === 0) return ended;
    await note(trx, 'live_disarmed', { accountId, armingIds: ended, disarmedBy: by.disarmedBy }, by.atMs);
    return ended;
  });
}

/** The arming in force at `nowMs` (wall time), null when there is none. */
export async function activeArming(db: Database, accountId: string, nowMs: number): Promise<Arming | null> {
  const row = await db
    .selectFrom('armings')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('disarmed_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs))
    .orderBy('arming_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : armingOf(row);
}

/** Whether the account is armed at `nowMs` (wall time) and this strategy is meant. */
export async function isArmedFor(
  db: Database,
  { accountId, strategyId }: { readonly accountId: string; readonly strategyId: string },
  nowMs: number,
): Promise<boolean> {
  const arming = await activeArming(db, accountId, nowMs);
  return arming !== null && isInScope(arming.scope, strategyId);
}

/** The newest arming there ever was, ended or not. */
export async function lastArmingId(db: Database, accountId: string): Promise<number | null> {
  const query = db.selectFrom('armings').select((eb) => eb.fn.max('arming_id').as('last'));
  return (await query.where('account_id', '=', accountId).executeTakeFirst())?.last ?? null;
}

async function endArmings(
  trx: Database,
  accountId: string,
  { disarmedBy, atMs }: { readonly disarmedBy: string; readonly atMs: number },
): Promise<number[]> {
  const rows = await trx
    .updateTable('armings')
    .set({ disarmed_at: toInstant(atMs), disarmed_by: disarmedBy })
    .where('account_id', '=', accountId)
    .where('disarmed_at', 'is', null)
    .where('expires_at', '>', new Date(atMs))
    .returning('arming_id')
    .execute();
  return rows.map((row) => row.arming_id).sort((a, b) => a - b);
}

async function note(
  trx: Database,
  kind: 'live_armed' | 'live_disarmed',
  body: JsonObject,
  atMs: number,
): Promise<void> {
  await appendAudit(trx, [{ kind, body, atMs }]);
  await appendEvents(trx, [{ type: kind, payload: body, correlationId: null, atMs }]);
}

const bodyOf = ({ armedAtMs: _, ...arming }: Arming): JsonObject => arming;

const accountOf = ({ accountId, armedAtMs, seen }: ArmRequest): VenueAccount => ({
  ...seen,
  venue: accountId,
  tradingMode: 'live',
  atMs: armedAtMs,
});

const rowOf = (request: ArmRequest) => ({
  account_id: request.accountId,
  armed_by: request.armedBy,
  armed_at: toInstant(request.armedAtMs),
  expires_at: toInstant(request.expiresAtMs),
  paper_record: request.scope,
  override_reason: request.overrideReason,
});

const armingOf = (row: Selectable<Tables['armings']>): Arming => ({
  armingId: row.arming_id,
  accountId: row.account_id,
  armedBy: row.armed_by,
  armedAtMs: row.armed_at.getTime(),
  expiresAtMs: row.expires_at.getTime(),
  scope: armedScopeSchema.parse(row.paper_record),
  overrideReason: row.override_reason,
});
