/**
 * Sessions: one row per session id through all its runs, with the checkpoint from which a lost batch goes on.
 * The row is the fence: its epoch grows with every run, and at most one paper or live session per
 * (account, strategy) is open.
 */
import { type Selectable, sql, type Transaction } from 'kysely';
import type { TradingMode } from '../schemas/governance.ts';
import { lockAccount } from './accounts.ts';
import { nextSequence } from './decision-sequences.ts';
import { upsertRows } from './insert-rows.ts';
import { optionalMs, toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

/** State of a walk; `cursor` = how many bars are done. The rest belongs to the walk. */
export type SessionCheckpoint = { readonly cursor: number } & JsonObject;

export type SessionRecord = {
  readonly sessionId: string;
  readonly workflowId: string;
  /** Names the run (its first execution's run id): a repeated call with the same key opens nothing anew. */
  readonly openKey: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly strategy: JsonObject;
  readonly tradingMode: TradingMode;
  readonly state: 'open' | 'closed';
  readonly input: JsonObject;
  /** How often it has been opened: 1 in the first run. */
  readonly runCount: number;
  /** The decision sequence this run starts with. */
  readonly firstSequence: number;
  readonly checkpoint: SessionCheckpoint;
  readonly report: JsonObject | null;
  readonly dataHash: string | null;
  /** Open of the last bar the session walks. */
  readonly dataEndsAtMs: number;
  readonly epoch: number;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
};

export type OpenSessionInput = Pick<
  SessionRecord,
  | 'sessionId'
  | 'workflowId'
  | 'openKey'
  | 'accountId'
  | 'strategyId'
  | 'strategy'
  | 'tradingMode'
  | 'input'
  | 'checkpoint'
  | 'dataHash'
  | 'dataEndsAtMs'
  | 'openedAtMs'
>;

export type OpenSessionResult =
  | { readonly outcome: 'opened'; readonly session: SessionRecord }
  /** The same key has opened it before: the row as it is, checkpoint included. */
  | { readonly outcome: 'repeated'; readonly session: SessionRecord }
  /** Another open session trades this strategy on this account. */
  | { readonly outcome: 'busy'; readonly sessionId: string }
  | { readonly outcome: 'noAccount' };

/**
 * Opens a session or opens it again: a new key raises `runCount` and `epoch`, replaces the checkpoint and goes on
 * with the next decision sequence of the workflow id. Takes the account's lock.
 */
export async function openSession(trx: Transaction<Tables>, input: OpenSessionInput): Promise<OpenSessionResult> {
  if ((await lockAccount(trx, input.accountId)) === undefined) return { outcome: 'noAccount' };
  const before = await readSession(trx, input.sessionId);
  if (before !== undefined && before.openKey === input.openKey && before.state === 'open') {
    return { outcome: 'repeated', session: before };
  }
  const busy = await otherOpenSession(trx, input);
  if (busy !== undefined) return { outcome: 'busy', sessionId: busy };
  if (before !== undefined && before.openKey === input.openKey) return reopen(trx, before);
  await upsertRows(
    trx,
    'sessions',
    ['session_id'],
    [
      {
        ...inputRow(input),
        state: 'open',
        run_count: (before?.runCount ?? 0) + 1,
        epoch: (before?.epoch ?? 0) + 1,
        first_sequence: await nextSequence(trx, input.workflowId),
        report: null,
        closed_at: null,
      },
    ],
  );
  return { outcome: 'opened', session: await sessionThatMustExist(trx, input.sessionId) };
}

/** Only paper and live sessions compete: each backtest has an account of its own, analysis has no orders. */
async function otherOpenSession(trx: Database, input: OpenSessionInput): Promise<string | undefined> {
  if (input.tradingMode !== 'paper' && input.tradingMode !== 'live') return undefined;
  const row = await trx
    .selectFrom('sessions')
    .select('session_id')
    .where('account_id', '=', input.accountId)
    .where('strategy_id', '=', input.strategyId)
    .where('state', '=', 'open')
    .where('trading_mode', 'in', ['paper', 'live'])
    .where('session_id', '!=', input.sessionId)
    .executeTakeFirst();
  return row?.session_id;
}

/** Whether an open session marks the account at each of its bars. */
export async function isMarkedBySession(db: Database, accountId: string): Promise<boolean> {
  const query = db.selectFrom('sessions').select('session_id').where('account_id', '=', accountId);
  return (await query.where('state', '=', 'open').limit(1).executeTakeFirst()) !== undefined;
}

/** Ids of the open sessions of an account. */
export async function openSessionsOf(db: Database, accountId: string): Promise<string[]> {
  const query = db.selectFrom('sessions').select('session_id').where('account_id', '=', accountId);
  return (await query.where('state', '=', 'open').execute()).map((row) => row.session_id);
}

/** A run that was reset after its end goes on where it was: same run, same epoch. */
async function reopen(trx: Database, before: SessionRecord): Promise<OpenSessionResult> {
  const change = { state: 'open', closed_at: null } as const;
  await trx.updateTable('sessions').set(change).where('session_id', '=', before.sessionId).execute();
  return { outcome: 'repeated', session: await sessionThatMustExist(trx, before.sessionId) };
}

/**
 * Moves the checkpoint on, if this run still holds the session and nobody has done the same bars before.
 * @returns false when the epoch is not mine, the cursor is not where I left it, or the session is closed:
 *   then the transaction must be rolled back
 */
export async function saveCheckpoint(
  trx: Database,
  fence: { readonly sessionId: string; readonly epoch: number; readonly expectedCursor: number },
  checkpoint: SessionCheckpoint,
): Promise<boolean> {
  const result = await sql`update sessions set checkpoint = ${jsonText(checkpoint)}::jsonb
    where session_id = ${fence.sessionId} and epoch = ${fence.epoch} and state = 'open'
      and (checkpoint->>'cursor')::int = ${fence.expectedCursor}`.execute(trx);
  return result.numAffectedRows === 1n;
}

/**
 * Closes a session with its report, whose bars are its own from now on; doing it
 * again with the same epoch writes the same again.
 * @returns false when a newer run holds the session
 */
export async function closeSession(
  trx: Database,
  fence: { readonly sessionId: string; readonly epoch: number },
  report: JsonObject,
  closedAtMs: number,
): Promise<boolean> {
  const result = await sql`update sessions
    set state = 'closed', report = ${jsonText(report)}::jsonb, closed_at = ${toInstant(closedAtMs)},
      data_hash = coalesce(${jsonText(report)}::jsonb ->> 'dataHash', data_hash)
    where session_id = ${fence.sessionId} and epoch = ${fence.epoch}`.execute(trx);
  return result.numAffectedRows === 1n;
}

export async function readSession(db: Database, sessionId: string): Promise<SessionRecord | undefined> {
  const row = await db.selectFrom('sessions').selectAll().where('session_id', '=', sessionId).executeTakeFirst();
  return row === undefined ? undefined : sessionOf(row);
}

async function sessionThatMustExist(db: Database, sessionId: string): Promise<SessionRecord> {
  const session = await readSession(db, sessionId);
  if (session === undefined) throw new Error(`session ${sessionId} vanished while it was being opened`);
  return session;
}

const inputRow = (input: OpenSessionInput) => ({
  session_id: input.sessionId,
  workflow_id: input.workflowId,
  open_key: input.openKey,
  account_id: input.accountId,
  strategy_id: input.strategyId,
  strategy: input.strategy,
  trading_mode: input.tradingMode,
  input: input.input,
  checkpoint: input.checkpoint,
  data_hash: input.dataHash,
  data_ends_at_ms: input.dataEndsAtMs,
  opened_at: toInstant(input.openedAtMs),
});

const sessionOf = (row: Selectable<Tables['sessions']>): SessionRecord => ({
  sessionId: row.session_id,
  workflowId: row.workflow_id,
  openKey: row.open_key,
  accountId: row.account_id,
  strategyId: row.strategy_id,
  strategy: row.strategy,
  tradingMode: row.trading_mode,
  state: row.state,
  input: row.input,
  runCount: row.run_count,
  firstSequence: row.first_sequence,
  checkpoint: row.checkpoint,
  report: row.report,
  dataHash: row.data_hash,
  dataEndsAtMs: row.data_ends_at_ms,
  epoch: row.epoch,
  openedAtMs: row.opened_at.getTime(),
  closedAtMs: optionalMs(row.closed_at),
});
