/** Who is asked where several opinions count: the models that can be, and how often each was right in this regime. */
import { chooseModels } from '../../domain/llm/choose-model.ts';
import { ACCURACY_UNKNOWN } from '../../domain/llm/consensus.ts';
import { MODEL_TIERS } from '../../schemas/llm/model-registry.ts';
import type { AskedModels, Panel, PanelRequest } from '../../schemas/llm/panel.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { GatewayParts } from './parts.ts';
import { subjectsOf } from './standing.ts';

export type PanelParts = Pick<GatewayParts, 'registry' | 'choice'> & {
  readonly store: Pick<GatewayParts['store'], 'demoted'>;
  /** Share of its scored answers in this regime that were right; null without one. */
  readonly accuracy: (model: string, regime: string | null) => Promise<number | null>;
};

export type PanelActivities = ReturnType<typeof createPanelActivities>;

export const createPanelActivities = (parts: PanelParts) => ({
  /**
   * As many seats as are asked for. Models that were taken out have none; where there are fewer models than seats they take
   * turns, and a seat is known by its name.
   */
  choosePanel: async ({ seats, regime, ...asked }: PanelRequest): Promise<Panel> => {
    const models = (await usableModels(parts, asked)).slice(0, seats);
    if (models.length === 0) return [];
    const accuracies = await Promise.all(models.map((model) => parts.accuracy(model, regime)));
    return Array.from({ length: seats }, (_, seat) => {
      const index = seat % models.length;
      const model = models[index] ?? '';
      const turn = Math.floor(seat / models.length);
      return {
        name: turn === 0 ? model : `${model} ${turn + 1}`,
        model,
        accuracy: accuracies[index] ?? ACCURACY_UNKNOWN,
      };
    });
  },

  /** Whether there is such a provider with such a model, and its key is set: what a session names before it opens. */
  checkModels: async ({ provider, model }: Omit<AskedModels, 'tier'>): Promise<Problem[]> => {
    const { providers, models } = parts.registry;
    const names = providers.map(({ name }) => name);
    if (provider !== null && !names.includes(provider)) return [unknown('model.provider', provider, names)];
    if (provider !== null && !parts.choice.configured.includes(provider)) return [unconfigured(parts, provider)];
    const own = models.filter((one) => provider === null || one.provider === provider).map(({ id }) => id);
    return model === null || own.includes(model) ? [] : [unknown('model.model', model, own)];
  },
});

function unconfigured({ registry, choice }: PanelParts, provider: string): Problem {
  const { keyEnv = null } = registry.providers.find(({ name }) => name === provider) ?? {};
  const hint = keyEnv === null ? 'set its address' : `set ${keyEnv === 'AWS' ? 'AWS_ACCESS_KEY_ID' : keyEnv}`;
  const expected = `one that this desk can ask: ${choice.configured.join(', ')}`;
  return problem('PROVIDER_NOT_CONFIGURED', 'model.provider', provider, expected, hint);
}

function unknown(path: string, got: string, known: readonly string[]): Problem {
  const near = nearestName(got, known);
  const hint = near === null ? '' : `did you mean ${near}`;
  return problem('MODEL_UNKNOWN', path, got, `one of ${known.join(', ')}`, hint);
}

/** Every tier's models in turn, the consensus tier's first; from `tier` up where one is asked for. */
async function usableModels(
  { registry, choice, store }: PanelParts,
  { provider = null, model = null, tier = null }: Partial<AskedModels>,
): Promise<string[]> {
  const demoted = subjectsOf(await store.demoted(), 'model');
  const backend = provider ?? choice.backend;
  const asked = { ...choice, backend, task: 'consensus' as const, model, demoted, unavailable: [] };
  const tiers = tier === null ? [null, ...MODEL_TIERS] : MODEL_TIERS.slice(0, MODEL_TIERS.indexOf(tier) + 1).reverse();
  const found = tiers.flatMap((tierAtLeast) => chooseModels(registry, { ...asked, tierAtLeast }));
  return [...new Set(found.map(({ id }) => id))];
}
