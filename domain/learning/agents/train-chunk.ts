/**
 * A part of a training: taken up where it was stored, walked to a number of steps, looked at and stored again. The same
 * input and state give the same bytes, so a part that was lost is simply done once more.
 */
import type { AgentTrainingInput, TrainingFigures } from '../../../schemas/agent-training.ts';
import { cartPole } from './cartpole.ts';
import type { KernelWanted } from './net-kernel.ts';
import { beginTraining, greedyReturn, type Training, trainStep } from './training.ts';
import { cartPoleSettings } from './training-settings.ts';
import { packTraining, unpackTraining, weightsHash } from './training-store.ts';
import { scheduled } from './value-targets.ts';

export type TrainingPart = {
  readonly input: AgentTrainingInput;
  readonly seed: number;
  /** As `trainPart` has left it; null at the beginning. */
  readonly state: Uint8Array | null;
  readonly toSteps: number;
};

export type TrainedPart = {
  readonly figures: TrainingFigures;
  readonly weightsHash: string;
  readonly weights: Uint8Array;
  readonly state: Uint8Array;
};

const LOOK_EVERY_STEPS = 128;
const GREEDY_EPISODES = 20;

/** @param goesOn is told now and then how many steps are done; null is answered once it says no */
export function trainPart(
  { input, seed, state, toSteps }: TrainingPart,
  goesOn: (steps: number) => boolean = () => true,
  wanted: KernelWanted = 'auto',
): TrainedPart | null {
  const settings = cartPoleSettings(input);
  const training = beginTraining(cartPole, settings, `${input.environment}:${seed}`, wanted);
  if (state !== null) unpackTraining(training, state);
  const { progress, dqn } = training;
  while (progress.steps < toSteps) {
    if (progress.steps % LOOK_EVERY_STEPS === 0 && !goesOn(progress.steps)) return null;
    trainStep(training);
  }
  const figures = figuresOf(training, greedyReturn(training, `${input.environment}:${seed}:greedy`, GREEDY_EPISODES));
  progress.lossSum = 0;
  progress.lossCount = 0;
  const weights = dqn.weights().slice();
  const bytes = new Uint8Array(weights.buffer, 0, weights.byteLength);
  return { figures, weightsHash: weightsHash(weights), weights: bytes, state: packTraining(training) };
}

function figuresOf<State>({ dqn, settings, progress }: Training<State>, greedy: number): TrainingFigures {
  const { steps, episodes, returns, lossSum, lossCount } = progress;
  const { kernel, fallback } = dqn;
  return {
    steps,
    episodes,
    returnMean: returns.length === 0 ? null : returns.reduce((sum, one) => sum + one, 0) / returns.length,
    greedyReturn: greedy,
    epsilon: scheduled(settings.epsilon, steps),
    lossMean: lossCount === 0 ? null : lossSum / lossCount,
    kernel: fallback === null ? kernel : `${kernel} (${fallback})`,
  };
}
