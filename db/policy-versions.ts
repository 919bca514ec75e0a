/**
 * A new version of the policy: who, when, why, before and after, with its event and audit row in the same transaction.
 * Whether the change may be made is judged before (policy-changes.ts).
 */
import type { Transaction } from 'kysely';
import { canonicalJson } from '../domain/canonical-json.ts';
import { differences, type PolicyDocument } from '../domain/officers/policy/change-settings.ts';
import { profileOf } from '../domain/officers/policy/effective-profile.ts';
import type { OfficerName } from '../schemas/officers/officer.ts';
import { type PolicySettings, policySettingsSchema } from '../schemas/officers/policy-store.ts';
import type { RiskCeilings } from '../schemas/officers/risk-state.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { appendAudit } from './audit.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { type PolicyInForce, policyInForce } from './policies.ts';
import type { JsonObject, Tables } from './tables.ts';

/** Who changes the policy and why. `setBy`: a person's name, or `officerId(...)`. */
export type PolicyAuthor = {
  readonly setBy: string;
  readonly reason: string;
  readonly correlationId: string | null;
  readonly atMs: number;
  /** Events of the same state, told before those of the change: an officer's own. */
  readonly events?: readonly NewEvent[];
};

/** What a version consists of. */
export type FullDocument = PolicyDocument & {
  readonly ceilings: RiskCeilings | null;
  readonly stale: readonly OfficerName[];
};

export type ReadablePolicy = PolicyInForce & { readonly settings: PolicySettings };

export const documentOf = ({ mode, settings, ceilings, stale }: ReadablePolicy): FullDocument => ({
  mode,
  settings,
  ceilings,
  stale,
});

export const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

export const notStarted = (): InvalidInput =>
  new InvalidInput([problem('POLICY_MISSING', 'policy', undefined, 'a desk that was started', 'run npm start')]);

/** Writes the version and makes it the one in force. */
export async function addVersion(
  trx: Transaction<Tables>,
  before: PolicyInForce,
  after: FullDocument,
  author: PolicyAuthor,
): Promise<PolicyInForce> {
  const { mode, ceilings, stale } = after;
  const settings = policySettingsSchema.parse(after.settings);
  const version = await nextVersion(trx);
  const switched = mode !== before.mode || before.faults.length > 0;
  const change = changeOf(before, { ...after, settings });
  await trx.updateTable('policies').set({ active: false }).where('active', '=', true).execute();
  const row = {
    version,
    mode,
    profile: profileOf(settings.profiles, mode),
    active: true,
    set_by: author.setBy,
    reason: author.reason,
    ...change,
    at: toInstant(author.atMs),
    settings,
    ceilings,
    stale_officers: stale,
    mode_since: toInstant(switched ? author.atMs : before.modeSinceMs),
    mode_correlation_id: switched ? author.correlationId : before.modeCorrelationId,
    correlation_id: author.correlationId,
  };
  await insertRows(trx, 'policies', [row]);
  const { setBy, reason, atMs } = author;
  const body = { version, mode, setBy, reason, ...change };
  await appendAudit(trx, [{ kind: 'policy_changed', body, atMs }]);
  await appendEvents(trx, [...(author.events ?? []), policyEvent('policy_changed', body, author)]);
  return inForce(trx);
}

/** What differs, by key; of a row that could not be read there is no before. */
function changeOf(before: PolicyInForce, after: FullDocument): { before: JsonObject | null; after: JsonObject } {
  const { mode, settings } = before;
  if (settings === null || before.faults.length > 0) return { before: null, after: { ...after } };
  const keys = differences({ mode, settings }, after);
  const ceilings = !isSame(before.ceilings, after.ceilings);
  const stale = !isSame(before.stale, after.stale);
  const officers = (one: Pick<FullDocument, 'ceilings' | 'stale'>): JsonObject => ({
    ...(ceilings ? { ceilings: one.ceilings } : {}),
    ...(stale ? { stale: one.stale } : {}),
  });
  return { before: { ...keys.before, ...officers(before) }, after: { ...keys.after, ...officers(after) } };
}

async function inForce(trx: Transaction<Tables>): Promise<PolicyInForce> {
  const found = await policyInForce(trx);
  if (found === undefined) throw notStarted();
  return found;
}

async function nextVersion(trx: Transaction<Tables>): Promise<number> {
  const query = trx.selectFrom('policies').select((eb) => eb.fn.max('version').as('last'));
  return ((await query.executeTakeFirst())?.last ?? 0) + 1;
}

export const policyEvent = (type: string, payload: JsonObject, { correlationId, atMs }: PolicyAuthor): NewEvent => ({
  type,
  payload,
  correlationId,
  atMs,
});
