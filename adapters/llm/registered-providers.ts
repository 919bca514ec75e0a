/** Every provider of the registry, made: one line a wire format. */
import type { ModelRecord, ModelRegistry, ProviderRecord } from '../../schemas/llm/model-registry.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { createAnthropic } from './anthropic.ts';
import { type AwsCredentials, createBedrock } from './bedrock.ts';
import { createLocalGguf } from './local-gguf.ts';
import type { ModelProvider } from './model-provider.ts';
import { createOpenaiCompatible } from './openai-compatible.ts';
import { createOpenaiResponses } from './openai-responses.ts';
import { type Advise, createRules } from './rules.ts';

export type ProviderSettings = {
  readonly registry: ModelRegistry;
  /** By the name of the variable that held it. */
  readonly keys: Readonly<Record<string, string>>;
  readonly aws: AwsCredentials | null;
  readonly modelPath: string | null;
  readonly allowLoopback: boolean;
  /** What the rules answer. */
  readonly advise: Advise;
};

/** By name. What lacks its key is there too, and says so when it is asked. */
export function createModelProviders(settings: ProviderSettings): ReadonlyMap<string, ModelProvider> {
  return new Map(settings.registry.providers.map((one) => [one.name, createProvider(one, settings)]));
}

function createProvider({ name, apiFamily, keyEnv }: ProviderRecord, settings: ProviderSettings): ModelProvider {
  const { registry, keys, aws, modelPath, allowLoopback } = settings;
  const recordOf = (model: string): ModelRecord => recordIn(registry, model);
  const parts = { name, key: keyEnv === null ? null : (keys[keyEnv] ?? null), allowLoopback, recordOf };
  switch (apiFamily) {
    case 'anthropicMessages':
      return createAnthropic(parts);
    case 'openaiResponses':
      return createOpenaiResponses(parts);
    case 'openaiChat':
      return createOpenaiCompatible(parts);
    case 'bedrockMessages':
      return createBedrock({ name, allowLoopback, recordOf, aws });
    case 'gguf':
      return createLocalGguf({ name, modelPath, recordOf });
    case 'rules':
      return createRules(name, settings.advise);
  }
}

/** @throws InvalidInput CONFIG_UNKNOWN_NAME */
function recordIn({ models }: ModelRegistry, model: string): ModelRecord {
  const found = models.find(({ id }) => id === model);
  if (found !== undefined) return found;
  throw new InvalidInput([problem('CONFIG_UNKNOWN_NAME', 'model', model, 'a model of the registry')]);
}
