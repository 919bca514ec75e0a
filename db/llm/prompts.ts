/**
 * Prompts by version, as they were when they were first used, and experiments between versions. The text of a version is
 * never changed: a file that was edited without a new version is refused (PROMPT_CHANGED).
 */
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import type { PromptDefinition, PromptExperiment } from '../../schemas/llm/prompt.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import { inTransaction } from '../retry.ts';
import type { Database } from '../tables.ts';

export type StoredPrompt = { readonly definition: PromptDefinition; readonly hash: string };

export const promptHash = (definition: PromptDefinition): string => sha256Hex(canonicalJson(definition));

/** Stores what is new of these. @throws InvalidInput PROMPT_CHANGED with every version whose text is another one now */
export async function registerPrompts(
  db: Database,
  definitions: readonly PromptDefinition[],
  nowMs: number,
): Promise<void> {
  const rows = definitions.map((definition) => ({
    prompt_id: definition.id,
    version: definition.version,
    hash: promptHash(definition),
    definition,
    registered_at: toInstant(nowMs),
  }));
  await insertRows(db, 'prompts', rows, { onConflict: 'nothing' });
  const stored = await db.selectFrom('prompts').select(['prompt_id', 'version', 'hash']).execute();
  const hashes = new Map(stored.map((row) => [`${row.prompt_id}@${row.version}`, row.hash]));
  const changed = rows.filter((row) => hashes.get(`${row.prompt_id}@${row.version}`) !== row.hash);
  if (changed.length > 0) {
    const hint = 'give the file the next version; what was asked under the old one stays as it was';
    throw new InvalidInput(
      changed.map(({ prompt_id: id, version, hash }) =>
        problem('PROMPT_CHANGED', `prompts.${id}@${version}`, hash, `the text that was registered`, hint),
      ),
    );
  }
}

export async function readPrompt(db: Database, promptId: string, version: number): Promise<StoredPrompt | undefined> {
  const query = db.selectFrom('prompts').select(['definition', 'hash']).where('prompt_id', '=', promptId);
  return query.where('version', '=', version).executeTakeFirst();
}

/** Every version of every prompt as it was registered. */
export const storedPrompts = (db: Database): Promise<StoredPrompt[]> =>
  db.selectFrom('prompts').select(['definition', 'hash']).orderBy('prompt_id').orderBy('version').execute();

/** All versions of a prompt that were ever registered, the newest first. */
export async function promptVersions(db: Database, promptId: string): Promise<PromptDefinition[]> {
  const query = db.selectFrom('prompts').select('definition').where('prompt_id', '=', promptId);
  return (await query.orderBy('version', 'desc').execute()).map(({ definition }) => definition);
}

/** Begins an experiment and ends the one that ran on the same prompt. */
export async function startExperiment(db: Database, experiment: PromptExperiment, nowMs: number): Promise<void> {
  const { experimentId, promptId, arms } = experiment;
  await inTransaction(db, async (trx) => {
    await endExperiment(trx, promptId, nowMs);
    const row = { experiment_id: experimentId, prompt_id: promptId, arms, active: true, started_at: toInstant(nowMs) };
    await insertRows(trx, 'prompt_experiments', [row]);
  });
}

export async function endExperiment(db: Database, promptId: string, nowMs: number): Promise<void> {
  const change = db.updateTable('prompt_experiments').set({ active: false, ended_at: toInstant(nowMs) });
  await change.where('prompt_id', '=', promptId).where('active', '=', true).execute();
}
