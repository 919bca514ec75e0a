/** The commands of `npm run policy`: what holds, what is changed, what was. */
import { type PolicyInForce, policyInForce } from '../../../db/policies.ts';
import { changePolicy } from '../../../db/policy-changes.ts';
import { type PolicyVersion, policyHistory } from '../../../db/policy-history.ts';
import { inTransaction } from '../../../db/retry.ts';
import { type Enabling, enableStrategy } from '../../../db/strategy-health.ts';
import type { Database } from '../../../db/tables.ts';
import { leavesOf } from '../../../domain/officers/policy/change-settings.ts';
import type { Answer } from '../bars/answer.ts';
import { deskDown } from '../desk-problem.ts';
import type { SetWords } from './set-words.ts';

/** `profile`: the effective one, `settings`: every key that can be set. */
export async function showPolicy(db: Database): Promise<Answer> {
  const policy = await policyInForce(db);
  if (policy === undefined) throw notStarted();
  return { exitCode: 0, document: documentOf(policy), lines: linesOf(policy) };
}

/** @throws InvalidInput with every problem; then nothing was written */
export async function setPolicy(
  db: Database,
  { changes, reason, setBy, nowMs }: SetWords & { readonly setBy: string; readonly nowMs: number },
): Promise<Answer> {
  const author = { setBy, reason, correlationId: null, atMs: nowMs };
  const policy = await inTransaction(db, (trx) => changePolicy(trx, { ...author, changes }));
  const lines = [`policy version ${policy.version}, mode ${policy.mode}`, ...keyLines(changes)];
  return { exitCode: 0, document: documentOf(policy), lines };
}

/** @throws InvalidInput STRATEGY_NOT_DISABLED */
export async function enable(db: Database, enabling: Enabling): Promise<Answer> {
  await inTransaction(db, (trx) => enableStrategy(trx, enabling));
  const { strategyId, reason, setBy } = enabling;
  const lines = [`${strategyId} may open again; trades that closed before now count for it no more`];
  return { exitCode: 0, document: { ok: true, strategyId, disabled: false, reason, setBy }, lines };
}

export async function showHistory(db: Database, limit: number): Promise<Answer> {
  const versions = await policyHistory(db, limit);
  return { exitCode: 0, document: { ok: true, versions }, lines: versions.flatMap(versionLines) };
}

const notStarted = () =>
  deskDown('POLICY_MISSING', 'policy', 'no version', 'a desk that was started', 'run npm start -- --once first');

function documentOf({ profile, settings, faults, ...policy }: PolicyInForce): Answer['document'] {
  const keys = settings === null ? {} : leavesOf({ mode: policy.mode, settings });
  return { ok: true, ...policy, profile, settings: keys, faults };
}

function linesOf(policy: PolicyInForce): string[] {
  const { version, mode, setBy, atMs, reason, settings, profile, ceilings, stale, faults } = policy;
  return [
    `version ${version}, mode ${mode}, set by ${setBy} at ${new Date(atMs).toISOString()}: ${reason}`,
    ...faults.map((one) => `FAULTY, nothing is opened: ${one}`),
    `in force: ${JSON.stringify(profile)}`,
    ...(ceilings === null ? [] : [`ceilings of the Risk Officer: ${JSON.stringify(ceilings)}`]),
    ...(stale.length === 0 ? [] : [`stale officers, one mode tighter holds: ${stale.join(', ')}`]),
    ...(settings === null ? [] : keyLines(leavesOf({ mode, settings }))),
  ];
}

const keyLines = (keys: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(keys).map(([key, value]) => `  ${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);

function versionLines({ version, active, mode, setBy, reason, atMs, before, after }: PolicyVersion): string[] {
  const head = `${active ? '*' : ' '} ${version} ${new Date(atMs).toISOString()} ${mode} ${setBy}: ${reason}`;
  const keys = Object.keys(after).map((key) => {
    const was = before === null ? '' : `${JSON.stringify(before[key] ?? null)} → `;
    return `    ${key} ${was}${JSON.stringify(after[key])}`;
  });
  return [head, ...keys];
}
