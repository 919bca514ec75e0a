/** The contract of one training of agents: what it is given, what each part of it leaves, what it ends with. */
import { z } from 'zod';

const seedSchema = z.number().int().min(0).max(4_294_967_295);

/** What an agent may learn in. cartpole: the reference that every network and its settings are measured on. */
export const trainingEnvironmentSchema = z.enum(['cartpole']);

export const agentTrainingInputSchema = z.strictObject({
  environment: trainingEnvironmentSchema,
  seed: seedSchema.default(1),
  /** Several trainings side by side; without them the one of `seed`. */
  seeds: z
    .array(seedSchema)
    .min(1)
    .max(16)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'each seed once')
    .optional(),
  /** Steps of the environment, for each seed. */
  steps: z.number().int().min(1_000).max(10_000_000).default(500_000),
  double: z.boolean().default(true),
  dueling: z.boolean().default(false),
  prioritised: z.boolean().default(false),
  /** Rewards that are summed before the value of a state stands for the rest. */
  nStep: z.number().int().min(1).max(20).default(1),
});
export type AgentTrainingInput = z.infer<typeof agentTrainingInputSchema>;

export const seedsOf = ({ seed, seeds }: AgentTrainingInput): readonly number[] => seeds ?? [seed];

/** How a training stands after so many steps. Returns are points of whole episodes. */
export const trainingFiguresSchema = z.strictObject({
  steps: z.number().int(),
  episodes: z.number().int(),
  /** Mean of the last 100 episodes, with exploration; null before the first has ended. */
  returnMean: z.number().nullable(),
  /** Mean of 20 episodes without exploration. */
  greedyReturn: z.number(),
  epsilon: z.number(),
  /** Mean since the figures before; null where nothing was learned yet. */
  lossMean: z.number().nullable(),
  /** What computed it; both give the same numbers. */
  kernel: z.string(),
});
export type TrainingFigures = z.infer<typeof trainingFiguresSchema>;

export const trainedSeedSchema = z.strictObject({
  seed: z.number().int(),
  steps: z.number().int(),
  episodes: z.number().int(),
  returnMean: z.number().nullable(),
  greedyReturn: z.number(),
  bestGreedyReturn: z.number(),
  /** Where the best was reached first; the weights of then are kept. */
  bestAtSteps: z.number().int(),
  /** sha256 of the last weights. */
  weightsHash: z.string(),
});
export type TrainedSeed = z.infer<typeof trainedSeedSchema>;

/** Means over the seeds. */
export const curvePointSchema = z.strictObject({
  steps: z.number().int(),
  returnMean: z.number().nullable(),
  greedyReturn: z.number(),
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

export const agentTrainingResultSchema = z.strictObject({
  runId: z.string(),
  stoppedBy: z.enum(['steps', 'signal']),
  environment: trainingEnvironmentSchema,
  seeds: z.array(trainedSeedSchema),
  curve: z.array(curvePointSchema),
  codeVersion: z.string(),
  /** Over environment, seeds and curve: equal trainings have equal hashes. */
  resultHash: z.string(),
});
export type AgentTrainingResult = z.infer<typeof agentTrainingResultSchema>;
