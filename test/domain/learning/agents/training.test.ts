/** CartPole against gymnasium's trajectories; a training that is broken off comes to the same weights. */
import { expect, it } from 'vitest';
import { type CartPole, cartPole } from '../../../../domain/learning/agents/cartpole.ts';
import { type TrainedPart, trainPart } from '../../../../domain/learning/agents/train-chunk.ts';
import { beginTraining, trainStep } from '../../../../domain/learning/agents/training.ts';
import { learningCurve, trainedSeeds, trainingLeaders } from '../../../../domain/learning/agents/training-result.ts';
import { cartPoleSettings } from '../../../../domain/learning/agents/training-settings.ts';
import { createRandom, keptRandom, randomWords } from '../../../../domain/market/random.ts';
import {
  type AgentTrainingInput,
  agentTrainingInputSchema,
  type LearningInput,
} from '../../../../schemas/agent-training.ts';
import { goldenJson } from '../golden-json.ts';

type Reference = {
  readonly trajectories: readonly {
    readonly name: string;
    readonly actions: readonly number[];
    readonly states: readonly [number, number, number, number][];
    readonly rewards: readonly number[];
    readonly terminated: readonly boolean[];
  }[];
  readonly baseline_policies: Readonly<Record<string, { readonly mean: number; readonly sd: number }>>;
};

const reference = goldenJson<Reference>('reference/rl_cartpole.json');

it.skipIf(reference === null)('CartPole moves exactly as gymnasium’s', () => {
  for (const { actions, states, rewards, terminated } of reference?.trajectories ?? []) {
    let state: CartPole = { numbers: states[0] as CartPole['numbers'], steps: 0 };
    for (const [place, action] of actions.entries()) {
      const step = cartPole.step(state, action);
      expect(step.state.numbers).toEqual(states[place + 1]);
      expect([step.reward, step.terminated, step.truncated]).toEqual([rewards[place], terminated[place], false]);
      state = step.state;
    }
  }
});

const POLICIES: Readonly<Record<string, (state: CartPole, uniform: () => number) => number>> = {
  random: (_state, uniform) => (uniform() < 0.5 ? 0 : 1),
  always_right: () => 1,
  push_towards_pole_angle: ({ numbers: [, , angle] }) => (angle > 0 ? 1 : 0),
  push_by_angle_plus_angular_velocity: ({ numbers: [, , angle, spin] }) => (angle + spin > 0 ? 1 : 0),
};

it.skipIf(reference === null)('CartPole is as hard as gymnasium’s for four plain policies', () => {
  const episodes = 300;
  for (const [name, policy] of Object.entries(POLICIES)) {
    const { uniform } = createRandom(name);
    let sum = 0;
    for (let episode = 0; episode < episodes; episode += 1) {
      let step = { state: cartPole.reset(uniform), reward: 0, terminated: false, truncated: false };
      while (!step.terminated && !step.truncated) {
        step = cartPole.step(step.state, policy(step.state, uniform));
        sum += step.reward;
      }
    }
    const { mean = 0, sd = 0 } = reference?.baseline_policies[name] ?? {};
    expect(Math.abs(sum / episodes - mean)).toBeLessThan((5 * sd) / Math.sqrt(episodes));
  }
});

it('the time limit of CartPole ends an episode without a termination, and its last state keeps its value', () => {
  const late = cartPole.step({ numbers: [0, 0, 0, 0], steps: 499 }, 1);
  expect(late).toMatchObject({ terminated: false, truncated: true });
  const [cut, fallen] = [
    { numbers: [0, 0, 0, 0] as const, steps: 499 },
    { numbers: [0, 0, 0.2, 3] as const, steps: 10 },
  ].map((state) => {
    const training = beginTraining(cartPole, cartPoleSettings(inputOf({})), 'limit');
    training.progress.state = state;
    trainStep(training);
    expect(training.progress.episodes).toBe(1);
    const views = training.dqn.kept(1);
    return views.at(-1)?.[0];
  });
  expect(cut).toBeCloseTo(0.99, 6);
  expect(fallen).toBe(0);
});

it('n-step returns sum their rewards, and what is left at the end of an episode is remembered too', () => {
  const training = beginTraining(cartPole, cartPoleSettings(inputOf({ nStep: 3 })), 'three');
  training.progress.state = { numbers: [0, 0, 0, 0], steps: 496 };
  for (let i = 0; i < 4; i += 1) trainStep(training);
  expect(training.dqn.replayed()).toBe(4);
  const [rewards, discounts] = training.dqn
    .kept(4)
    .slice(-2)
    .map((view) => Array.from(view));
  const sums = [2.9701, 2.9701, 1.99, 1];
  const left = [0.970299, 0.970299, 0.9801, 0.99];
  for (let i = 0; i < 4; i += 1) {
    expect(rewards?.[i]).toBeCloseTo(sums[i] as number, 5);
    expect(discounts?.[i]).toBeCloseTo(left[i] as number, 5);
  }
});

it('a generator that is kept draws what a new one draws, and goes on where it was', () => {
  const [words, { uniform }] = [randomWords('seed'), createRandom('seed')];
  const first = keptRandom(words);
  for (let i = 0; i < 5; i += 1) expect(first()).toBe(uniform());
  const again = keptRandom(Int32Array.from(words));
  for (let i = 0; i < 5; i += 1) expect(again()).toBe(uniform());
});

function inputOf(change: Partial<LearningInput>): AgentTrainingInput {
  return agentTrainingInputSchema.parse({ environment: 'cartpole', steps: 20_000, ...change });
}

const VARIANTS: readonly (readonly [string, Partial<LearningInput>])[] = [
  ['as it is', {}],
  ['dueling, prioritised and over three steps', { dueling: true, prioritised: true, nStep: 3 }],
];

it.each(VARIANTS)('a training in parts comes to the weights of one without a break: %s', (_name, change) => {
  const input = inputOf(change);
  const part = (state: Uint8Array | null, toSteps: number, seed = 7): TrainedPart => {
    const trained = trainPart({ input, seed, state, toSteps });
    if (trained === null) throw new Error('nobody called it off');
    return trained;
  };
  const whole = part(null, 10_600);
  const first = part(null, 4_000);
  const last = part(part(first.state, 10_230).state, 10_600);
  expect(last.weightsHash).toBe(whole.weightsHash);
  expect({ ...last.figures, lossMean: 0 }).toEqual({ ...whole.figures, lossMean: 0 });
  expect(last.weightsHash).not.toBe(first.weightsHash);
  expect(part(null, 4_000, 8).weightsHash).not.toBe(first.weightsHash);
});

it('a training is not taken up from the bytes of another one, nor from a part of its own', () => {
  const input = inputOf({});
  const { state } = trainPart({ input, seed: 7, state: null, toSteps: 200 }) as TrainedPart;
  const upFrom = (bytes: Uint8Array, change = {}) =>
    trainPart({ input: inputOf(change), seed: 7, state: bytes, toSteps: 300 });
  expect(upFrom(state)).not.toBeNull();
  expect(() => upFrom(state.subarray(0, -4))).toThrow(RangeError);
  expect(() => upFrom(Uint8Array.of(...state, 0))).toThrow(RangeError);
  expect(() => upFrom(state, { prioritised: true })).toThrow(RangeError);
});

it('a training that is called off answers nothing', () => {
  const seen: number[] = [];
  const goesOn = (steps: number): boolean => seen.push(steps) < 3;
  expect(trainPart({ input: inputOf({}), seed: 1, state: null, toSteps: 10_000 }, goesOn)).toBeNull();
  expect(seen).toHaveLength(3);
});

it('a training is summed up by seed, the best first, and as a curve where all seeds have been', () => {
  const at = (seed: number, steps: number, returnMean: number | null, greedyReturn: number) => ({
    seed,
    weightsHash: `${seed}-${steps}`,
    figures: { steps, episodes: 1, returnMean, greedyReturn, epsilon: 1, lossMean: null, kernel: 'simd' },
  });
  const checkpoints = [
    at(1, 10, null, 20),
    at(1, 20, 30, 90),
    at(1, 30, 40, 60),
    at(2, 10, 10, 40),
    at(2, 20, 50, 100),
  ];
  const seeds = trainedSeeds(checkpoints);
  expect(seeds[0]).toMatchObject({ seed: 1, steps: 30, greedyReturn: 60, bestGreedyReturn: 90, bestAtSteps: 20 });
  expect(seeds[0]?.weightsHash).toBe('1-30');
  expect(trainingLeaders(seeds, 5).map(({ id, fitness }) => [id, fitness])).toEqual([
    ['2', 100],
    ['1', 90],
  ]);
  expect(learningCurve(checkpoints)).toEqual([
    { steps: 10, returnMean: 10, greedyReturn: 30 },
    { steps: 20, returnMean: 40, greedyReturn: 95 },
  ]);
});
