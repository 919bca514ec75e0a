/** What was asked of language models and what they answered. Costs in millionths of a US dollar. */
import type { Generated } from 'kysely';
import type { DefaultInstant, Instant, JsonObject, OptionalInstant } from './columns.ts';

export type ModelPayloadsTable = { ref: string; body: string; stored_at: DefaultInstant };

export type ModelAsksTable = { ask_key: string; outcome: JsonObject; answered_at: DefaultInstant };

export type ModelCallsTable = {
  call_id: string;
  call_key: string;
  ask_key: string;
  step: string;
  task: string;
  contract: string;
  session_id: string | null;
  decision_id: string | null;
  conversation_id: string | null;
  prompt_id: string;
  prompt_version: number;
  prompt_hash: string;
  provider: string;
  model: string;
  tier: string;
  batch_key: string | null;
  base_url: string | null;
  cached: Generated<boolean>;
  contaminated: Generated<boolean>;
  temperature_sent: number | null;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached_read: number | null;
  tokens_cached_write: number | null;
  cost_micro_usd: Generated<number>;
  reserved_micro_usd: Generated<number>;
  latency_ms: number | null;
  outcome: string;
  retryable: boolean | null;
  policy_verdict: JsonObject | null;
  problems: Generated<readonly JsonObject[]>;
  question_ref: string | null;
  request_ref: string | null;
  response_ref: string | null;
  provider_request_id: string | null;
  as_of: Instant;
  requested_at: Instant;
  answered_at: OptionalInstant;
};

export type ModelBatchesTable = {
  batch_key: string;
  provider: string;
  model: string;
  base_url: string;
  provider_batch_id: string | null;
  state: 'submitting' | 'submitted' | 'ended' | 'failed' | 'lost';
  items: readonly { readonly id: string; readonly callId: string; readonly temperature: number | null }[];
  submitted_at: Instant;
  ended_at: OptionalInstant;
};

export type ToolCallsTable = {
  call_id: string;
  position: number;
  tool: string;
  arguments: JsonObject;
  as_of: Instant;
  refused: string | null;
  withheld: Generated<readonly string[]>;
  result_ref: string | null;
  at: Instant;
};

export type ResponseCacheTable = { cache_key: string; as_of: Instant; outcome: JsonObject; stored_at: DefaultInstant };
