/**
 * Changes of the policy. Each is a version of its own with who, when, why, before and after, its event and audit row in
 * the same transaction. What is not wholly valid is refused with every problem, and nothing is written.
 *
 * An officer can only tighten beyond a profile: the CEO loosens its mode by one step after the cool-down; the ceilings
 * of the Risk Officer, and officers found stale, never widen what the mode allows. A person may set a mode.
 */
import type { Transaction } from 'kysely';
import { changeSettings, type PolicyChanges, type PolicyDocument } from '../domain/officers/policy/change-settings.ts';
import { type OperatingMode, operatingModeSchema } from '../schemas/governance.ts';
import { type OfficerName, officerNameSchema } from '../schemas/officers/officer.ts';
import { rankOf } from '../schemas/officers/policy-store.ts';
import { type RiskCeilings, riskCeilingsSchema } from '../schemas/officers/risk-state.ts';
import { parseInput } from '../schemas/parse-input.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { appendEvents } from './events.ts';
import { lastSettings, lockPolicy, type PolicyInForce } from './policies.ts';
import {
  addVersion,
  documentOf,
  isSame,
  notStarted,
  type PolicyAuthor,
  policyEvent,
  type ReadablePolicy,
} from './policy-versions.ts';
import type { Tables } from './tables.ts';

const REASON_LENGTH_MAX = 500;

/**
 * The CEO's switch, told as `ceo_mode_switch`; the mode that holds already writes no version, only `events`.
 * @throws InvalidInput POLICY_COOLDOWN, POLICY_STEP when it loosens too soon or too far; POLICY_FAULTY
 */
export async function writeMode(
  trx: Transaction<Tables>,
  { mode: wanted, ...author }: PolicyAuthor & { readonly mode: OperatingMode },
): Promise<PolicyInForce> {
  const before = await healthyPolicy(trx);
  const mode = parseInput(operatingModeSchema, wanted);
  if (mode === before.mode) return unchanged(trx, before, author);
  refuseLoosening(before, mode, author.atMs);
  const payload = { oldMode: before.mode, newMode: mode, reason: author.reason };
  const told = [...(author.events ?? []), policyEvent('ceo_mode_switch', payload, author)];
  return addVersion(trx, before, { ...documentOf(before), mode }, { ...author, events: told });
}

/**
 * The Risk Officer's ceilings, null to take them back; equal ones write no version, only `events`. They bound every
 * mode that comes until others are written. @throws InvalidInput with every problem of the ceilings; POLICY_FAULTY
 */
export async function writeCeilings(
  trx: Transaction<Tables>,
  { ceilings: wanted, ...author }: PolicyAuthor & { readonly ceilings: RiskCeilings | null },
): Promise<PolicyInForce> {
  const before = await healthyPolicy(trx);
  const ceilings = parseInput(riskCeilingsSchema.nullable(), wanted);
  if (isSame(ceilings, before.ceilings)) return unchanged(trx, before, author);
  const payload = { before: before.ceilings, after: ceilings };
  const told = [...(author.events ?? []), policyEvent('risk_ceiling_update', payload, author)];
  return addVersion(trx, before, { ...documentOf(before), ceilings }, { ...author, events: told });
}

/** Officers whom nobody has heard of in time: while there is one, one mode tighter holds. The mode itself stays. */
export async function writeStale(
  trx: Transaction<Tables>,
  { stale: wanted, ...author }: PolicyAuthor & { readonly stale: readonly OfficerName[] },
): Promise<PolicyInForce> {
  const before = await healthyPolicy(trx);
  const stale = officerNameSchema.options.filter((one) => wanted.includes(one));
  if (isSame(stale, before.stale)) return unchanged(trx, before, author);
  return addVersion(trx, before, { ...documentOf(before), stale }, author);
}

/**
 * A person's change, by key (see change-settings.ts). The only way out of a faulty policy, which must name the mode.
 * @throws InvalidInput with every problem of all keys and of the reason
 */
export async function changePolicy(
  trx: Transaction<Tables>,
  { changes, ...author }: PolicyAuthor & { readonly changes: PolicyChanges },
): Promise<PolicyInForce> {
  const before = await lockPolicy(trx);
  if (before === undefined) throw notStarted();
  const settings = before.settings ?? (await lastSettings(trx));
  if (settings === undefined) throw notStarted();
  const document = { ...documentOf({ ...before, settings }), mode: before.mode };
  const after = { ...document, ...changed(document, changes, author.reason) };
  if (before.faults.length === 0 && isSame(after, document)) return unchanged(trx, before, author);
  return addVersion(trx, before, after, author);
}

function changed(document: PolicyDocument, changes: PolicyChanges, reason: string): PolicyDocument {
  const problems = reasonProblems(reason);
  try {
    const after = changeSettings(document, changes);
    if (problems.length === 0) return after;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
  }
  throw new InvalidInput(problems);
}

function reasonProblems(reason: string): Problem[] {
  if (reason.trim() !== '' && reason.length <= REASON_LENGTH_MAX) return [];
  const hint = 'say why, for the next person';
  return [problem('INPUT_REQUIRED', 'reason', reason, `1 to ${REASON_LENGTH_MAX} characters`, hint)];
}

/** The policy under the lock. Officers do not mend a row that somebody has broken: a person does. */
async function healthyPolicy(trx: Transaction<Tables>): Promise<ReadablePolicy> {
  const found = await lockPolicy(trx);
  if (found === undefined) throw notStarted();
  const { settings, faults } = found;
  if (settings !== null && faults.length === 0) return { ...found, settings };
  const hint = 'npm run policy -- set mode MODE --reason TEXT';
  throw new InvalidInput([problem('POLICY_FAULTY', 'policy', faults.join('; '), 'a policy that can be read', hint)]);
}

function refuseLoosening(
  { mode: from, settings, modeSinceMs }: ReadablePolicy,
  to: OperatingMode,
  nowMs: number,
): void {
  if (rankOf(to) > rankOf(from)) return;
  const { cooldownMs } = settings.officers;
  const waitedMs = nowMs - modeSinceMs;
  const problems = [
    ...(rankOf(from) - rankOf(to) === 1 ? [] : [problem('POLICY_STEP', 'mode', to, `one step looser than ${from}`)]),
    ...(waitedMs >= cooldownMs
      ? []
      : [problem('POLICY_COOLDOWN', 'mode', waitedMs, `${cooldownMs} ms since the switch`)]),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
}

async function unchanged(
  trx: Transaction<Tables>,
  before: PolicyInForce,
  { events = [] }: PolicyAuthor,
): Promise<PolicyInForce> {
  await appendEvents(trx, events);
  return before;
}
