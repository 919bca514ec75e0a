/**
 * Which models are asked for a task, in order: the one of the task's tier, then that tier's fallbacks. What has no key,
 * no price, an open breaker or has been demoted is left out. `rules` stands in only where nobody else is configured: a
 * provider that is down is no reason to answer by rules under a model's name.
 */
import {
  MODEL_TIERS,
  type ModelRecord,
  type ModelRegistry,
  type ModelTask,
  type ModelTier,
} from '../../schemas/llm/model-registry.ts';

export type ModelChoice = {
  readonly task: ModelTask;
  /** This model and no other. */
  readonly model: string | null;
  /** At least this tier: reasoning before fast before screening before local. */
  readonly tierAtLeast: ModelTier | null;
  /**
   * What tasks without a tier worth mentioning get instead of `fast` (AI_DEFAULT_TIER); null: as the task table says.
   */
  readonly defaultTier: ModelTier | null;
  /** Names of providers that can be asked. */
  readonly configured: readonly string[];
  /** Only this provider's models (LLM_BACKEND); null: all that are configured. */
  readonly backend: string | null;
  readonly demoted: readonly string[];
  /** Providers all of whose breakers are open. */
  readonly unavailable: readonly string[];
};

/** Empty: nobody can be asked. A model asked for by name is not replaced by another. */
export function chooseModels(registry: ModelRegistry, choice: ModelChoice): ModelRecord[] {
  const ids = choice.model === null ? idsOf(registry, tierOf(registry, choice), choice) : [choice.model];
  const named = [...new Set(ids)].flatMap((id) => registry.models.find((one) => one.id === id) ?? []);
  return named.filter((record) => isUsable(record, choice));
}

export function tierOf(registry: ModelRegistry, { task, tierAtLeast, defaultTier }: ModelChoice): ModelTier {
  const tabled = registry.tasks[task];
  const wanted = tabled === 'fast' && defaultTier !== null ? defaultTier : tabled;
  return tierAtLeast !== null && rank(tierAtLeast) < rank(wanted) ? tierAtLeast : wanted;
}

const rank = (tier: ModelTier): number => MODEL_TIERS.indexOf(tier);

/** With a backend that has no model on the tier's list, its own models of that tier, then its others, best first. */
function idsOf(registry: ModelRegistry, tier: ModelTier, { backend, configured }: ModelChoice): string[] {
  const listed = [registry.tierDefaults[tier], ...registry.fallbacks[tier]];
  const provider = backend ?? (configured.some((name) => !isRules(registry, name)) ? null : RULES);
  if (provider === null) return listed;
  const own = registry.models.filter((one) => one.provider === provider);
  const byTier = [...own].sort((a, b) => distance(a.tier, tier) - distance(b.tier, tier));
  const ownIds = byTier.map((one) => one.id);
  return [...listed.filter((id) => ownIds.includes(id)), ...ownIds];
}

const RULES = 'rules';
const distance = (a: ModelTier, b: ModelTier): number => Math.abs(rank(a) - rank(b));

const isRules = (registry: ModelRegistry, name: string): boolean =>
  registry.providers.some((one) => one.name === name && one.apiFamily === 'rules');

const isUsable = ({ id, provider, prices }: ModelRecord, choice: ModelChoice): boolean =>
  prices !== 'unpriced' &&
  choice.configured.includes(provider) &&
  !choice.demoted.includes(id) &&
  !choice.unavailable.includes(provider);
