/**
 * A prompt as it stands in prompts/*.md: front matter, instructions, and the message with `{{variables}}`. A version is
 * a promise: once registered its text never changes. `preference` is a tier or a model of the registry.
 */
import { z } from 'zod';

export const promptDefinitionSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  version: z.number().int().min(1),
  preference: z.string().nullable(),
  maxTokens: z.number().int().min(16).max(64_000),
  /** null: the desk's own (AI_DEFAULT_TEMPERATURE). */
  temperature: z.number().min(0).max(2).nullable(),
  instructions: z.string().min(1),
  message: z.string(),
});
export type PromptDefinition = z.infer<typeof promptDefinitionSchema>;

/** One side of an experiment; shares of all arms are weighed against each other. */
export const promptArmSchema = z.strictObject({
  version: z.number().int().min(1),
  share: z.number().gt(0),
});
export type PromptArm = z.infer<typeof promptArmSchema>;

export type PromptExperiment = {
  readonly experimentId: string;
  readonly promptId: string;
  readonly arms: readonly PromptArm[];
};
