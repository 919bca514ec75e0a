/**
 * The training of one agent with one seed, step by step: act, remember, learn. Everything that a
 * step depends on is in its state, so a training that is stored and taken up again goes on to the
 * same weights as one that was never broken off.
 */
import { keptRandom, randomWords } from '../../market/random.ts';
import type { AdamSettings } from './adam.ts';
import { createDqn, type Dqn } from './dqn.ts';
import type { Environment } from './environment.ts';
import type { KernelWanted } from './net-kernel.ts';
import type { Transition } from './replay.ts';
import { ALL_OPEN, discountedReturn, isOpen, type LossKind, type Schedule, scheduled } from './value-targets.ts';

export type TrainingSettings = {
  readonly hidden: readonly number[];
  readonly adam: AdamSettings;
  readonly loss: LossKind;
  readonly gamma: number;
  readonly batchSize: number;
  readonly replayRows: number;
  readonly double: boolean;
  readonly dueling: boolean;
  readonly prioritised: { readonly alpha: number; readonly beta: Schedule } | null;
  readonly nStep: number;
  /** The chance of a random action, by step. */
  readonly epsilon: Schedule;
  /** Steps before the first learning. */
  readonly learningStarts: number;
  readonly learnEvery: number;
  readonly targetEvery: number;
};

/** What changes beside network and replay; plain, so that it can be stored. */
export type TrainingProgress<State> = {
  steps: number;
  episodes: number;
  state: State;
  episodeReturn: number;
  /** Of the last hundred episodes that ended, the latest last. */
  returns: number[];
  /** Observed and not yet remembered: n-step returns look ahead. */
  pending: { readonly state: readonly number[]; readonly action: number; readonly reward: number }[];
  lossSum: number;
  lossCount: number;
  /** Sums of the terms of the rewards since they were last told, where rewards have terms. */
  termSums: Record<string, number>;
  termSteps: number;
};

export type Training<State> = {
  readonly settings: TrainingSettings;
  readonly environment: Environment<State>;
  readonly dqn: Dqn;
  readonly randomWords: Int32Array;
  readonly uniform: () => number;
  readonly progress: TrainingProgress<State>;
};

const RETURNS_KEPT = 100;

/** @param seedText names the draws: the same text gives the same training */
export function beginTraining<State>(
  environment: Environment<State>,
  settings: TrainingSettings,
  seedText: string,
  wanted: KernelWanted = 'auto',
): Training<State> {
  const words = randomWords(seedText);
  const uniform = keptRandom(words);
  const { inputs, actions } = environment;
  const { hidden, dueling, adam, loss, batchSize, replayRows, double, prioritised } = settings;
  const net = { inputs, hidden, actions, dueling };
  const masked = environment.open !== undefined;
  const dqn = createDqn({ net, adam, loss, batchSize, replayRows, masked, double, prioritised }, uniform, wanted);
  const progress: TrainingProgress<State> = {
    steps: 0,
    episodes: 0,
    state: environment.reset(uniform),
    episodeReturn: 0,
    returns: [],
    pending: [],
    lossSum: 0,
    lossCount: 0,
    termSums: {},
    termSteps: 0,
  };
  return { settings, environment, dqn, randomWords: words, uniform, progress };
}

/** One step of the environment, and of learning when it is due. */
export function trainStep<State>(training: Training<State>): void {
  const { settings, environment, dqn, uniform, progress } = training;
  const seen = environment.observe(progress.state);
  const explores = uniform() < scheduled(settings.epsilon, progress.steps);
  const open = openIn(environment, progress.state);
  const action = explores ? drawnAction(environment.actions, open, uniform) : dqn.act(seen, open);
  const { state, reward, terms, terminated, truncated } = environment.step(progress.state, action);
  if (terms !== undefined) addTerms(progress, terms);
  progress.pending.push({ state: Array.from(seen), action, reward });
  const next = { next: environment.observe(state), open: openIn(environment, state) };
  remember(training, next, terminated, truncated);
  progress.episodeReturn += reward;
  progress.state = state;
  if (terminated || truncated) endEpisode(training);
  progress.steps += 1;
  learnWhenDue(training);
}

const openIn = <State>({ open }: Environment<State>, state: State): number => open?.(state) ?? ALL_OPEN;

/** One of the open actions, each as likely as the others. */
function drawnAction(actions: number, open: number, uniform: () => number): number {
  const places = Array.from({ length: actions }, (_, place) => place).filter((place) => isOpen(open, place));
  return places[Math.floor(uniform() * places.length)] as number;
}

function addTerms<State>(progress: TrainingProgress<State>, terms: Readonly<Record<string, number>>): void {
  progress.termSteps += 1;
  for (const [name, term] of Object.entries(terms)) progress.termSums[name] = (progress.termSums[name] ?? 0) + term;
}

/** Moves what has its n rewards, at an end all of it, into the replay. */
function remember<State>(
  { settings, dqn, progress }: Training<State>,
  next: Pick<Transition, 'next' | 'open'>,
  terminated: boolean,
  truncated: boolean,
): void {
  const { pending } = progress;
  while (pending.length >= settings.nStep || (pending.length > 0 && (terminated || truncated))) {
    const { reward, discount } = discountedReturn(
      pending.map((one) => one.reward),
      settings.gamma,
    );
    const first = pending.shift() as TrainingProgress<State>['pending'][number];
    const one: Transition = {
      state: first.state,
      action: first.action,
      reward,
      ...next,
      discount: terminated ? 0 : discount,
    };
    dqn.remember(one);
  }
}

function endEpisode<State>({ environment, uniform, progress }: Training<State>): void {
  progress.returns.push(progress.episodeReturn);
  if (progress.returns.length > RETURNS_KEPT) progress.returns.shift();
  progress.episodes += 1;
  progress.episodeReturn = 0;
  progress.state = environment.reset(uniform);
}

function learnWhenDue<State>({ settings, dqn, progress }: Training<State>): void {
  const { steps } = progress;
  if (steps <= settings.learningStarts) return;
  if (steps % settings.learnEvery === 0) {
    progress.lossSum += dqn.learn().loss;
    progress.lossCount += 1;
  }
  if (steps % settings.targetEvery === 0) dqn.syncTarget();
}

/** The mean return of episodes without exploration, from starts of their own: it changes nothing of the training. */
export function greedyReturn<State>({ environment, dqn }: Training<State>, seedText: string, episodes: number): number {
  const uniform = keptRandom(randomWords(seedText));
  let sum = 0;
  for (let episode = 0; episode < episodes; episode += 1) {
    let state = environment.reset(uniform);
    for (let ended = false; !ended; ) {
      const action = dqn.act(environment.observe(state), openIn(environment, state));
      const step = environment.step(state, action);
      sum += step.reward;
      state = step.state;
      ended = step.terminated || step.truncated;
    }
  }
  return sum / episodes;
}
