/** Who is asked where several opinions count: the models that can be, and how often each was right in this regime. */
import { chooseModels } from '../../domain/llm/choose-model.ts';
import { ACCURACY_UNKNOWN } from '../../domain/llm/consensus.ts';
import { MODEL_TIERS } from '../../schemas/llm/model-registry.ts';
import type { Panel, PanelRequest } from '../../schemas/llm/panel.ts';
import type { GatewayParts } from './parts.ts';

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
  choosePanel: async ({ seats, regime }: PanelRequest): Promise<Panel> => {
    const models = (await usableModels(parts)).slice(0, seats);
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
});

/** Every tier's models in turn, the consensus tier's first. */
async function usableModels({ registry, choice, store }: PanelParts): Promise<string[]> {
  const subjects = registry.models.map(({ id }) => ({ kind: 'model' as const, subject: id }));
  const demoted = (await store.demoted(subjects)).map(({ subject }) => subject);
  const asked = { ...choice, task: 'consensus' as const, model: null, demoted, unavailable: [] };
  const tiers = [null, ...MODEL_TIERS];
  const found = tiers.flatMap((tierAtLeast) => chooseModels(registry, { ...asked, tierAtLeast }));
  return [...new Set(found.map(({ id }) => id))];
}
