/** What stands against models, prompts and addresses when a question is put: read once, and all of it at once. */
import type { Address } from '../../db/llm/breakers.ts';
import type { Subject } from '../../db/llm/scores.ts';
import type { PromptExperiment } from '../../schemas/llm/prompt.ts';
import type { GatewayParts } from './parts.ts';

export type Standing = {
  /** Models that have no say at present. */
  readonly silentModels: readonly string[];
  /** Prompts that have none, each as `id@version`. */
  readonly silentPrompts: readonly string[];
  /** The one that runs over the question's prompt. */
  readonly experiment: PromptExperiment | null;
  /** Where the last call failed. */
  readonly troubled: readonly Address[];
};

export async function standingOf({ store }: Pick<GatewayParts, 'store'>, promptId: string): Promise<Standing> {
  const { demoted, experiment, troubled } = await store.standing(promptId);
  return {
    silentModels: subjectsOf(demoted, 'model'),
    silentPrompts: subjectsOf(demoted, 'prompt'),
    experiment,
    troubled,
  };
}

export const subjectsOf = (demoted: readonly Subject[], kind: Subject['kind']): string[] =>
  demoted.flatMap((one) => (one.kind === kind ? [one.subject] : []));
