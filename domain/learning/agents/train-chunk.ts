/**
 * A part of a training: taken up where it was stored, walked to a number of steps, looked at and stored again. The same
 * input and state give the same bytes, so a part that was lost is simply done once more.
 */
import type { AgentTrainingInput, MarketTrainingInput, TrainingFigures } from '../../../schemas/agent-training.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { BarRange } from '../validation/splits.ts';
import { type AgentMarket, rewardScaleOf, stretchOf, trainingGround, walkAgent, walkFigures } from './agent-market.ts';
import { type CartPole, cartPole } from './cartpole.ts';
import type { Environment } from './environment.ts';
import type { LeverageState } from './leverage-account.ts';
import { type LeverageWorld, leverageWorld } from './leverage-market.ts';
import { leverageGround } from './leverage-training.ts';
import { bestAction, walkLeverage } from './leverage-walk.ts';
import type { Walked } from './market-walk.ts';
import type { KernelWanted } from './net-kernel.ts';
import type { Transition } from './replay.ts';
import type { SpotState } from './spot-market.ts';
import { beginTraining, greedyReturn, type Training, type TrainingSettings, trainStep } from './training.ts';
import { cartPoleSettings, marketSettings } from './training-settings.ts';
import { packTraining, unpackTraining, weightsHash } from './training-store.ts';
import { scheduled } from './value-targets.ts';

/** The bars of a market training up to the last that it may see, and how they are cut. */
export type TrainingGround = {
  readonly agentMarket: AgentMarket;
  readonly split: DataSplit;
  readonly barsPerYear: number;
};

export type TrainingPart = {
  readonly input: AgentTrainingInput;
  readonly seed: number;
  /** As `trainPart` has left it; null at the beginning. */
  readonly state: Uint8Array | null;
  readonly toSteps: number;
  /** Only a market needs it. */
  readonly ground?: TrainingGround | undefined;
  /** What the desk's own trades of this market were like: remembered before the first step. */
  readonly lived?: readonly LivedStep[];
};

/** A step of a closed trade, its reward as it is. */
export type LivedStep = Omit<Transition, 'discount'>;

export type TrainedPart = {
  readonly figures: TrainingFigures;
  readonly weightsHash: string;
  readonly weights: Uint8Array;
  readonly state: Uint8Array;
};

const LOOK_EVERY_STEPS = 128;
const GREEDY_EPISODES = 20;

/**
 * @param goesOn is told now and then how many steps are done; null is answered once it says no
 * @throws RangeError for a market without its ground
 */
export function trainPart(
  part: TrainingPart,
  goesOn: (steps: number) => boolean = () => true,
  wanted: KernelWanted = 'auto',
): TrainedPart | null {
  const { input, ground } = part;
  if (input.environment === 'cartpole') {
    const seedText = `cartpole:${part.seed}:greedy`;
    const look: Look<CartPole> = (training) => ({ greedyReturn: greedyReturn(training, seedText, GREEDY_EPISODES) });
    return trainIn(cartPole, cartPoleSettings(input), part, { look, goesOn, wanted });
  }
  if (ground === undefined) throw new RangeError('a market is learned from its bars: none were given');
  const { agentMarket, split } = ground;
  const settings = marketSettings(input);
  const watched = { goesOn, wanted, rewardScale: rewardScaleOf(agentMarket, split) };
  if (input.agent === 'spot') {
    const environment = trainingGround(agentMarket, input, split);
    return trainIn(environment, settings, part, { ...watched, look: selectionLook(input, ground) });
  }
  const world = leverageWorld(agentMarket, input);
  const environment = leverageGround(world, agentMarket, split);
  return trainIn(environment, settings, part, { ...watched, look: leverageLook(world, ground) });
}

/** What a training is worth without exploration. */
type Look<State> = (training: Training<State>) => Pick<TrainingFigures, 'greedyReturn' | 'selection'>;

function selectionLook(input: MarketTrainingInput, ground: TrainingGround): Look<SpotState> {
  const { agentMarket, split } = ground;
  const stretch = stretchOf(agentMarket, input, split.selection as BarRange);
  return ({ dqn }) => compared(walkAgent(agentMarket, stretch, dqn.values), ground);
}

function leverageLook(world: LeverageWorld, ground: TrainingGround): Look<LeverageState> {
  const range = ground.split.selection as BarRange;
  return ({ dqn }) => compared(walkLeverage(world, range, bestAction(world, dqn.values)), ground);
}

function compared(walked: Walked, { barsPerYear }: TrainingGround): ReturnType<Look<never>> {
  const selection = walkFigures(walked);
  return { greedyReturn: selection.sharpe * Math.sqrt(barsPerYear), selection };
}

type Watched<State> = {
  readonly look: Look<State>;
  readonly goesOn: (steps: number) => boolean;
  readonly wanted: KernelWanted;
  /** @default 1 */
  readonly rewardScale?: number;
};

function trainIn<State>(
  environment: Environment<State>,
  settings: TrainingSettings,
  { input, seed, state, toSteps, lived = [] }: TrainingPart,
  { look, goesOn, wanted, rewardScale = 1 }: Watched<State>,
): TrainedPart | null {
  const training = beginTraining(environment, settings, `${input.environment}:${seed}`, wanted);
  if (state !== null) unpackTraining(training, state);
  else rememberLived(training, lived, rewardScale);
  const { progress, dqn } = training;
  while (progress.steps < toSteps) {
    if (progress.steps % LOOK_EVERY_STEPS === 0 && !goesOn(progress.steps)) return null;
    trainStep(training);
  }
  const figures = figuresOf(training, look(training));
  Object.assign(progress, { lossSum: 0, lossCount: 0, termSums: {}, termSteps: 0 });
  const weights = dqn.weights().slice();
  const bytes = new Uint8Array(weights.buffer, 0, weights.byteLength);
  return { figures, weightsHash: weightsHash(weights), weights: bytes, state: packTraining(training) };
}

/** One step each, whatever is summed of the training's own: what follows is worth γ of itself. */
function rememberLived<State>({ dqn, settings }: Training<State>, lived: readonly LivedStep[], scale: number): void {
  for (const one of lived) dqn.remember({ ...one, reward: one.reward * scale, discount: settings.gamma });
}

function figuresOf<State>(
  { dqn, settings, progress }: Training<State>,
  looked: ReturnType<Look<State>>,
): TrainingFigures {
  const { steps, episodes, returns, lossSum, lossCount, termSums, termSteps } = progress;
  const { kernel, fallback } = dqn;
  const terms = Object.entries(termSums).map(([name, sum]) => [name, sum / termSteps]);
  return {
    steps,
    episodes,
    returnMean: returns.length === 0 ? null : returns.reduce((sum, one) => sum + one, 0) / returns.length,
    epsilon: scheduled(settings.epsilon, steps),
    lossMean: lossCount === 0 ? null : lossSum / lossCount,
    kernel: fallback === null ? kernel : `${kernel} (${fallback})`,
    ...looked,
    ...(termSteps === 0 ? {} : { rewardTerms: Object.fromEntries(terms) }),
  };
}
