/** What is known before a question is put, in one look each: both come before every call, so their plans are kept. */
import { sql } from 'kysely';
import type { PromptExperiment } from '../../schemas/llm/prompt.ts';
import { KEPT } from '../kept-plans.ts';
import type { Database, JsonObject } from '../tables.ts';
import type { Address } from './breakers.ts';
import type { Subject } from './scores.ts';

export type StandingRow = {
  /** Models and prompts that have no say at present. */
  readonly demoted: readonly Subject[];
  /** The one that runs on the prompt. */
  readonly experiment: PromptExperiment | null;
  /** Where the last call failed, whatever the breakers say: there a call asks the breaker first. */
  readonly troubled: readonly Address[];
};

const NOTHING: StandingRow = { demoted: [], experiment: null, troubled: [] };

export async function readStanding(db: Database, promptId: string): Promise<StandingRow> {
  const { rows } = await sql<StandingRow>`${KEPT} select
    (select coalesce(json_agg(json_build_object('kind', kind, 'subject', subject)), '[]')
      from model_demotions where restored_at is null) as demoted,
    (select json_build_object('experimentId', experiment_id, 'promptId', prompt_id, 'arms', arms)
      from prompt_experiments where prompt_id = ${promptId} and active limit 1) as experiment,
    (select coalesce(json_agg(json_build_object('provider', provider, 'baseUrl', base_url)), '[]')
      from model_breakers where failures > 0) as troubled`.execute(db);
  return rows[0] ?? NOTHING;
}

export type EarlierRow = {
  /** What the question came to; null: it is open. */
  readonly outcome: JsonObject | null;
  /** Whether an attempt has called a model for it. */
  readonly called: boolean;
};

export async function readEarlier(db: Database, askKey: string): Promise<EarlierRow> {
  const { rows } = await sql<EarlierRow>`${KEPT} select
    (select outcome from model_asks where ask_key = ${askKey}) as outcome,
    exists (select from model_calls where ask_key = ${askKey}) as called`.execute(db);
  return rows[0] ?? { outcome: null, called: false };
}
