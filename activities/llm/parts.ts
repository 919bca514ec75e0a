/** What the gateway is made of; the worker chooses the implementations. */
import type { ModelProvider } from '../../adapters/llm/model-provider.ts';
import type { ModelStore } from '../../db/llm/model-store.ts';
import type { ModelChoice } from '../../domain/llm/choose-model.ts';
import type { BudgetLimits } from '../../schemas/llm/budget.ts';
import type { ModelRegistry } from '../../schemas/llm/model-registry.ts';
import type { PromptDefinition } from '../../schemas/llm/prompt.ts';

export type GatewayParts = {
  readonly store: ModelStore;
  readonly registry: ModelRegistry;
  /** By name. */
  readonly providers: ReadonlyMap<string, ModelProvider>;
  readonly choice: Pick<ModelChoice, 'configured' | 'backend' | 'defaultTier'>;
  readonly limits: BudgetLimits;
  /** All versions of all prompts of this release. */
  readonly prompts: readonly PromptDefinition[];
  /** What every request carries in place of its prompt's temperature; null: the prompt's own (LLM_TEMPERATURE). */
  readonly temperature: number | null;
  /** For a prompt that says none (AI_DEFAULT_TEMPERATURE). */
  readonly defaultTemperature: number;
  /** An upper bound on what any answer may be long (LLM_MAX_TOKENS); null: the prompt's own. */
  readonly maxTokens: number | null;
  /** Calls of tools in one conversation (AI_MAX_TOOL_CALLS); 0: none is offered. */
  readonly toolCallsMax: number;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
};
