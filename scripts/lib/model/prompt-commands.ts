/** `npm run model -- prompts | experiment`: versions of prompts, and experiments between them. */
import { randomUUID } from 'node:crypto';
import { type ArmFigures, armFigures, type ExperimentRow, listExperiments } from '../../../db/llm/experiments.ts';
import { endExperiment, promptHash, registerPrompts, startExperiment, storedPrompts } from '../../../db/llm/prompts.ts';
import { openDemotions } from '../../../db/llm/scores.ts';
import type { Database } from '../../../db/tables.ts';
import type { PromptArm, PromptDefinition } from '../../../schemas/llm/prompt.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import type { Answer } from '../bars/answer.ts';

/** Every version there is: in the folder, registered, or both. Exit code 1 when a text was changed under its version. */
export async function listPrompts(db: Database, prompts: readonly PromptDefinition[]): Promise<Answer> {
  const stored = await storedPrompts(db);
  const keyOf = ({ id, version }: PromptDefinition): string => `${id}@${version}`;
  const all = new Map([...stored.map((one) => one.definition), ...prompts].map((one) => [keyOf(one), one]));
  const hashes = new Map(stored.map(({ definition, hash }) => [keyOf(definition), hash]));
  const demoted = (await openDemotions(db)).flatMap(({ kind, subject }) => (kind === 'prompt' ? [subject] : []));
  const arms = (await listExperiments(db)).filter(({ active }) => active).flatMap(armKeys);
  const rows = [...all.entries()].sort().map(([key, definition]) => ({
    prompt: key,
    preference: definition.preference,
    maxTokens: definition.maxTokens,
    temperature: definition.temperature,
    inFolder: prompts.some((one) => keyOf(one) === key),
    isRegistered: hashes.has(key),
    isChanged: hashes.has(key) && hashes.get(key) !== promptHash(definition),
    isDemoted: demoted.includes(key),
    inExperiment: arms.includes(key),
  }));
  const ok = rows.every(({ isChanged }) => !isChanged);
  const lines = rows.map((row) =>
    [
      `${row.prompt}: prefers ${row.preference ?? 'its task'}, ${row.maxTokens} tokens, temperature ${row.temperature ?? 'of the desk'}`,
      ...(row.inFolder ? [] : ['no longer in the folder']),
      ...(row.isRegistered ? [] : ['not asked yet']),
      ...(row.isChanged ? ['PROMPT_CHANGED: its text is not the registered one; give it the next version'] : []),
      ...(row.isDemoted ? ['demoted'] : []),
      ...(row.inExperiment ? ['in an experiment'] : []),
    ].join(', '),
  );
  return { exitCode: ok ? 0 : 1, document: { ok, prompts: rows }, lines };
}

const armKeys = ({ promptId, arms }: ExperimentRow): string[] => arms.map(({ version }) => `${promptId}@${version}`);

/** @throws InvalidInput PROMPT_CHANGED, PROMPT_UNKNOWN for an arm that is no version */
export async function beginExperiment(
  db: Database,
  prompts: readonly PromptDefinition[],
  { promptId, arms }: { readonly promptId: string; readonly arms: readonly PromptArm[] },
): Promise<Answer> {
  await registerPrompts(db, prompts, Date.now());
  const versions = (await storedPrompts(db)).flatMap(({ definition: one }) => (one.id === promptId ? one.version : []));
  const missing = arms.filter(({ version }) => !versions.includes(version));
  if (missing.length > 0) throw new InvalidInput(missing.map((arm) => unknownVersion(promptId, arm, versions)));
  const experimentId = `${promptId}:${randomUUID().slice(0, 8)}`;
  await startExperiment(db, { experimentId, promptId, arms }, Date.now());
  const document = { ok: true, experimentId, promptId, arms };
  return { exitCode: 0, document, lines: [`${experimentId} runs: ${arms.map(armText).join(', ')}`] };
}

const armText = ({ version, share }: PromptArm): string => `version ${version} with share ${share}`;

function unknownVersion(promptId: string, { version }: PromptArm, versions: readonly number[]): Problem {
  const known = versions.length === 0 ? 'a prompt of this desk' : `one of ${versions.join(', ')}`;
  return problem('PROMPT_UNKNOWN', '--arms', `${promptId}@${version}`, known, 'npm run model -- prompts');
}

/** Exit code 1 when none runs on the prompt. */
export async function stopExperiment(db: Database, promptId: string): Promise<Answer> {
  const running = (await listExperiments(db, promptId)).find(({ active }) => active);
  if (running === undefined) {
    return { exitCode: 1, document: { ok: false, promptId }, lines: [`no experiment runs on ${promptId}`] };
  }
  await endExperiment(db, promptId, Date.now());
  return reportExperiments(db, promptId);
}

/** Each experiment on the prompt, the newest first, arm by arm. */
export async function reportExperiments(db: Database, promptId: string | undefined): Promise<Answer> {
  const found = await listExperiments(db, promptId);
  const experiments = await Promise.all(found.map(async (one) => ({ ...one, figures: await armFigures(db, one) })));
  const lines = experiments.flatMap((one) => [
    `${one.experimentId}, ${one.active ? 'running' : 'ended'}, since ${new Date(one.startedAtMs).toISOString()}`,
    ...one.figures.map((arm) => `  ${figuresText(arm)}`),
  ]);
  return {
    exitCode: 0,
    document: { ok: true, experiments },
    lines: lines.length === 0 ? ['no experiment yet'] : lines,
  };
}

function figuresText(arm: ArmFigures): string {
  const { version, share, sessions, calls, costMicroUsd, scored, accuracy, brier, winRate, pnlNet } = arm;
  const made = `version ${version} (share ${share}): ${sessions} sessions, ${calls} calls, ${costMicroUsd} micro-USD`;
  if (scored === 0) return `${made}, none scored`;
  return `${made}; ${scored} scored: accuracy ${told(accuracy)}, Brier ${told(brier)}, win rate ${told(winRate)}, P&L ${pnlNet}`;
}

const told = (value: number | null): string => (value === null ? 'unknown' : String(Number(value.toPrecision(4))));

/** `1,2` or `1:0.5,2:0.5`; undefined when it is neither, or names a version twice. */
export function readArms(text: string): PromptArm[] | undefined {
  const parts = text.split(',').map((part) => /^([1-9]\d{0,5})(?::(\d+(?:\.\d+)?))?$/.exec(part.trim()));
  const arms = parts.flatMap((part) =>
    part === null ? [] : [{ version: Number(part[1]), share: Number(part[2] ?? 1) }],
  );
  const versions = new Set(arms.map(({ version }) => version));
  const isWhole = arms.length === parts.length && versions.size === arms.length && arms.length >= 2;
  return isWhole && arms.every(({ share }) => share > 0 && Number.isFinite(share)) ? arms : undefined;
}
