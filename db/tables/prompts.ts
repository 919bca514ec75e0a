/** Prompts in their versions, experiments with them, and how well models and prompts have judged. */
import type { Generated } from 'kysely';
import type { PromptArm, PromptDefinition } from '../../schemas/llm/prompt.ts';
import type { Instant, OptionalInstant } from './columns.ts';

export type PromptsTable = {
  prompt_id: string;
  version: number;
  hash: string;
  definition: PromptDefinition;
  registered_at: Instant;
};

export type PromptExperimentsTable = {
  experiment_id: string;
  prompt_id: string;
  arms: readonly PromptArm[];
  active: boolean;
  started_at: Instant;
  ended_at: OptionalInstant;
};

export type ModelScoresTable = {
  call_id: string;
  model: string;
  prompt_id: string;
  prompt_version: number;
  regime: string | null;
  session_id: string | null;
  trade_id: string | null;
  confidence: number;
  correct: boolean;
  pnl_net: string | null;
  shadow: Generated<boolean>;
  scored_at: Instant;
};

export type ModelDemotionsTable = {
  kind: 'model' | 'prompt';
  subject: string;
  demoted_at: Instant;
  until: Instant;
  reason: string;
  restored_at: OptionalInstant;
};
