/** The contract of one training of agents: what it is given, what each part of it leaves, what it ends with. */
import { z } from 'zod';
import { gateCheckSchema } from './evolution-run.ts';
import { researchDataSchema, researchFields } from './research.ts';
import { directionSchema } from './strategy-session.ts';

const seedSchema = z.number().int().min(0).max(4_294_967_295);

/** What an agent may learn in. cartpole: the reference that every network and its settings are measured on. */
export const trainingEnvironmentSchema = z.enum(['cartpole', 'market']);

/** Steps of the environment, for each seed. */
const stepsSchema = z.number().int().min(1_000).max(10_000_000);

const learningFields = {
  seed: seedSchema.default(1),
  /** Several trainings side by side; without them the one of `seed`. */
  seeds: z
    .array(seedSchema)
    .min(1)
    .max(16)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'each seed once')
    .optional(),
  double: z.boolean().default(true),
  dueling: z.boolean().default(false),
  prioritised: z.boolean().default(false),
  /** Rewards that are summed before the value of a state stands for the rest. */
  nStep: z.number().int().min(1).max(20).default(1),
};

const cartPoleInputSchema = z.strictObject({
  environment: z.literal('cartpole'),
  ...learningFields,
  steps: stepsSchema.default(500_000),
});

/** Which agent learns from a market: spot has three actions, leverage eleven, on margin. */
export const marketAgentSchema = z.enum(['spot', 'leverage']);
export type MarketAgent = z.infer<typeof marketAgentSchema>;

/** Stored bars from `from` (inclusive) to `to` (exclusive); the first half is learned from, the end is what it is judged on. */
const marketInputSchema = z.strictObject({
  environment: z.literal('market'),
  agent: marketAgentSchema.default('spot'),
  symbol: researchFields.symbol,
  barIntervalMs: researchFields.barIntervalMs.default(3_600_000),
  from: researchFields.from,
  to: researchFields.to,
  direction: directionSchema.default('longShort'),
  costs: researchFields.costs,
  ...learningFields,
  steps: stepsSchema.default(100_000),
});
export type MarketTrainingInput = z.infer<typeof marketInputSchema>;

export const agentTrainingInputSchema = z.discriminatedUnion('environment', [cartPoleInputSchema, marketInputSchema], {
  unionFallback: true,
});
export type AgentTrainingInput = z.infer<typeof agentTrainingInputSchema>;

/** What every training says of how it learns. */
export type LearningInput = Pick<AgentTrainingInput, 'steps' | 'double' | 'dueling' | 'prioritised' | 'nStep'>;

export const seedsOf = ({ seed, seeds }: AgentTrainingInput): readonly number[] => seeds ?? [seed];

/** A walk of an agent without exploration over bars that it has not learned from. */
export const agentWalkSchema = z.strictObject({
  /** Of returns bar by bar, not annualised. */
  sharpe: z.number(),
  returnFraction: z.number(),
  tradeCount: z.number().int(),
});
export type AgentWalk = z.infer<typeof agentWalkSchema>;

/** How a training stands after so many steps. Returns are points of whole episodes. */
export const trainingFiguresSchema = z.strictObject({
  steps: z.number().int(),
  episodes: z.number().int(),
  /** Mean of the last 100 episodes, with exploration; null before the first has ended. */
  returnMean: z.number().nullable(),
  /** Mean of 20 episodes without exploration; in a market the yearly Sharpe ratio on the bars of the selection. */
  greedyReturn: z.number(),
  epsilon: z.number(),
  /** Mean since the figures before; null where nothing was learned yet. */
  lossMean: z.number().nullable(),
  /** What computed it; both give the same numbers. */
  kernel: z.string(),
  /** In a market: mean of each term of the reward a step since the figures before, with exploration, unscaled. */
  rewardTerms: z.record(z.string(), z.number()).exactOptional(),
  /** In a market: the walk over the bars of the selection. */
  selection: agentWalkSchema.exactOptional(),
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
  /** In a market: of the last part, as in its figures. */
  rewardTerms: z.record(z.string(), z.number()).exactOptional(),
});
export type TrainedSeed = z.infer<typeof trainedSeedSchema>;

/** Means over the seeds. */
export const curvePointSchema = z.strictObject({
  steps: z.number().int(),
  returnMean: z.number().nullable(),
  greedyReturn: z.number(),
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

/** What an agent is measured against: holding, the desk's technical rule, and its own positions at other times. */
export const agentBaselineSchema = z.strictObject({
  name: z.enum(['buyAndHold', 'sellAndHold', 'rule', 'random']),
  sharpe: z.number(),
  returnFraction: z.number(),
  /** Lower bound of the agent's Sharpe ratio less this one's; null for random, which has a share instead (`timing`). */
  differenceLow: z.number().nullable(),
});
export type AgentBaseline = z.infer<typeof agentBaselineSchema>;

/** One seed's network on bars that neither its training nor its selection has seen. Sharpe ratios are per bar. */
export const outOfSampleSchema = z.strictObject({
  ...agentWalkSchema.shape,
  bars: z.number().int(),
  /** How likely the true Sharpe ratio is above 0; null where it is not defined. */
  probability: z.number().nullable(),
  /** Share of walks with its own positions at other times that are as good, its own walk counted in. */
  timing: z.number(),
  baselines: z.array(agentBaselineSchema),
  beatsBuyAndHold: z.boolean(),
  beatsRandom: z.boolean(),
  /** Better than each of them, and with a profit. */
  beatsAll: z.boolean(),
});
export type OutOfSample = z.infer<typeof outOfSampleSchema>;

/** A seed's network as it was judged: that of its last checkpoint. */
export const judgedSeedSchema = z.strictObject({
  seed: z.number().int(),
  steps: z.number().int(),
  weightsHash: z.string(),
  selection: agentWalkSchema,
  /** Mean distance of the actions' values from their mean on the bars of the selection, without a position. */
  valueSpread: z.number(),
  outOfSample: outOfSampleSchema,
});
export type JudgedSeed = z.infer<typeof judgedSeedSchema>;

/** Whether the run's best network became the `agent` component of its market, and why, or why not. */
export const agentSeatSchema = z.strictObject({
  seated: z.boolean(),
  reason: z.string(),
  checks: z.array(gateCheckSchema),
  agent: marketAgentSchema,
  seed: z.number().int(),
  steps: z.number().int(),
  weightsHash: z.string(),
  judged: z.array(judgedSeedSchema),
});
export type AgentSeat = z.infer<typeof agentSeatSchema>;

export const agentTrainingResultSchema = z.strictObject({
  runId: z.string(),
  stoppedBy: z.enum(['steps', 'signal']),
  environment: trainingEnvironmentSchema,
  seeds: z.array(trainedSeedSchema),
  curve: z.array(curvePointSchema),
  /** Of a market. */
  data: researchDataSchema.exactOptional(),
  /** Of a market; null where the run was stopped before its end: nobody is judged then. */
  seat: agentSeatSchema.nullable().exactOptional(),
  codeVersion: z.string(),
  /** Over environment, seeds, curve and seat: equal trainings have equal hashes. */
  resultHash: z.string(),
});
export type AgentTrainingResult = z.infer<typeof agentTrainingResultSchema>;
