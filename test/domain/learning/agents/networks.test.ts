/** Networks and Q-learning against numbers of PyTorch and closed forms, and the kernels against each other. */
import { describe, expect, it } from 'vitest';
import { adamStep, afterUpdates, FIRST_POWERS, nextPowers } from '../../../../domain/learning/agents/adam.ts';
import { createDqn, type DqnSettings } from '../../../../domain/learning/agents/dqn.ts';
import { type KernelWanted, openNetMemory } from '../../../../domain/learning/agents/net-kernel.ts';
import { netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { createNetwork } from '../../../../domain/learning/agents/network.ts';
import {
  discountedReturn,
  duelingValues,
  importanceWeights,
  lossOf,
  lossSlope,
  priorityOf,
  scheduled,
  valueTarget,
} from '../../../../domain/learning/agents/value-targets.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { fixtureJson } from '../golden-json.ts';

type Layers = { readonly W: readonly (readonly (readonly number[])[])[]; readonly b: readonly (readonly number[])[] };
type Golden = {
  readonly mlp: {
    readonly init: Layers;
    readonly x: readonly (readonly number[])[];
    readonly action: readonly number[];
    readonly target: readonly number[];
    readonly q: readonly (readonly number[])[];
    readonly mse: number;
    readonly huber_delta1: number;
    readonly grad_huber: Layers & { readonly global_norm: number };
    readonly adam: {
      readonly lr: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly eps: number;
      readonly losses_before_each_step: readonly number[];
      readonly after5: Layers;
    };
  };
  readonly targets: {
    readonly gamma: number;
    readonly rewards: readonly number[];
    readonly done: readonly number[];
    readonly q_online_next: readonly (readonly number[])[];
    readonly q_target_next: readonly (readonly number[])[];
    readonly dqn: readonly number[];
    readonly double_dqn: readonly number[];
  };
  readonly dueling: {
    readonly value: number;
    readonly advantage: readonly number[];
    readonly q_mean: readonly number[];
  };
  readonly per: {
    readonly td: readonly number[];
    readonly alpha: number;
    readonly beta: number;
    readonly priority: readonly number[];
    readonly prob: readonly number[];
    readonly is_weight_normalised_by_max: readonly number[];
  };
  readonly n_step: {
    readonly gamma: number;
    readonly rewards: readonly number[];
    readonly bootstrap_value: number;
    readonly n: number;
    readonly returns_from_step0_and_step1: readonly number[];
  };
  readonly soft_update: {
    readonly tau: number;
    readonly online: readonly number[];
    readonly target: readonly number[];
    readonly result: readonly number[];
  };
  readonly epsilon_linear: readonly {
    readonly start: number;
    readonly end: number;
    readonly duration: number;
    readonly t: number;
    readonly eps: number;
  }[];
};

const golden = fixtureJson<Golden>('nn_dqn_units.json');
const exact = (value: number): number => value;

/** Within so much, relative to what is large. */
function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i += 1) {
    const [a, b] = [got[i] as number, wanted[i] as number];
    expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
  }
}

const SMALL = { inputs: 4, hidden: [5, 3], actions: 2, dueling: false };
const layout = netLayout(SMALL);

function parametersOf({ W, b }: Layers): Float64Array {
  const numbers = new Float64Array(layout.count);
  layout.layers.forEach(({ weightsAt, biasesAt, inputs }, l) => {
    for (const [output, row] of (W[l] ?? []).entries()) numbers.set(row, weightsAt + output * inputs);
    numbers.set(b[l] ?? [], biasesAt);
  });
  return numbers;
}

const KERNELS: readonly (readonly [KernelWanted, number])[] = [
  ['float64', 1e-12],
  ['typescript', 1e-6],
  ['auto', 1e-6],
];

describe.each(KERNELS)('a network with kernel %s', (wanted, tolerance) => {
  const { mlp } = golden;
  const memory = openNetMemory(4_000, wanted);
  const { numbers, kernel, round } = memory;
  const network = createNetwork(memory, SMALL);
  const [online, gradient, mean, square] = [0, 1, 2, 3].map(() => network.newParameters()) as [
    number,
    number,
    number,
    number,
  ];
  const batch = network.newBatch(mlp.x.length);
  const slope = network.newBatch(mlp.x.length);
  const state = memory.allocate(4);
  mlp.x.forEach((x, b) => {
    numbers.set(x, state);
    network.fill(batch, b, state);
  });
  const q = wanted === 'float64' ? new Float64Array(2) : new Float32Array(2);

  /** Forward, Huber loss and gradient; the loss. */
  function look(): number {
    network.forward(online, batch);
    const errors = mlp.action.map((action, b) => {
      network.valuesOf(batch, b, q);
      return (q[action] as number) - (mlp.target[b] as number);
    });
    const slopes = Float64Array.from(errors, (error) => lossSlope('huber', error) / errors.length);
    network.backward(online, gradient, batch, slope, mlp.action, slopes);
    return errors.reduce((sum, error) => sum + lossOf('huber', error), 0) / errors.length;
  }

  it('gives PyTorch’s values, losses, gradients and five steps of Adam', () => {
    numbers.set(parametersOf(mlp.init), online);
    network.forward(online, batch);
    let mse = 0;
    mlp.x.forEach((x, b) => {
      network.valuesOf(batch, b, q);
      expectClose(q, mlp.q[b] ?? [], tolerance);
      mse += lossOf('mse', (q[mlp.action[b] as number] as number) - (mlp.target[b] as number)) / mlp.x.length;
      network.values(online, x, q);
      expectClose(q, mlp.q[b] ?? [], tolerance);
    });
    expectClose([mse, look()], [mlp.mse, mlp.huber_delta1], tolerance);
    expectClose(numbers.subarray(gradient, gradient + layout.count), parametersOf(mlp.grad_huber), tolerance);
    expectClose([Math.sqrt(kernel.squares(gradient, layout.count))], [mlp.grad_huber.global_norm], tolerance);

    const { lr: learningRate, beta1, beta2, eps: epsilon } = mlp.adam;
    const settings = { learningRate, beta1, beta2, epsilon, normMax: Number.POSITIVE_INFINITY };
    let powers = FIRST_POWERS;
    const losses = mlp.adam.losses_before_each_step.map(() => {
      const loss = look();
      powers = nextPowers(powers, settings);
      kernel.adam(online, gradient, mean, square, layout.count, adamStep(settings, powers, 1, round));
      return loss;
    });
    expectClose(losses, mlp.adam.losses_before_each_step, tolerance);
    expectClose(numbers.subarray(online, online + layout.count), parametersOf(mlp.adam.after5), tolerance);
  });
});

describe('the formulas of Q-learning', () => {
  it('gives the targets of DQN and Double DQN, and none beyond a termination', () => {
    const { targets } = golden;
    const aim = (double: boolean) =>
      targets.rewards.map((reward, i) => {
        const discount = targets.gamma * (1 - (targets.done[i] as number));
        const onlineNext = double ? (targets.q_online_next[i] ?? []) : null;
        return valueTarget({ reward, discount, targetNext: targets.q_target_next[i] ?? [], onlineNext }, exact);
      });
    expectClose(aim(false), targets.dqn, 1e-12);
    expectClose(aim(true), targets.double_dqn, 1e-12);
  });

  it('gives dueling values, priorities with their weights, n-step returns and the schedule of epsilon', () => {
    const { dueling, per, n_step: steps } = golden;
    const q: number[] = [];
    duelingValues([dueling.value, ...dueling.advantage], q, exact);
    expectClose(q, dueling.q_mean, 1e-12);
    const priorities = per.td.map((error) => priorityOf(error, per.alpha));
    expectClose(priorities, per.priority, 1e-12);
    const total = priorities.reduce((sum, one) => sum + one, 0);
    const shares = priorities.map((one) => one / total);
    expectClose(shares, per.prob, 1e-12);
    expectClose(importanceWeights(shares, per.td.length, per.beta), per.is_weight_normalised_by_max, 1e-12);
    const returns = [0, 1].map((from) => {
      const { reward, discount } = discountedReturn(steps.rewards.slice(from, from + steps.n), steps.gamma);
      return reward + discount * steps.bootstrap_value;
    });
    expectClose(returns, steps.returns_from_step0_and_step1, 1e-12);
    for (const { start, end, duration, t, eps } of golden.epsilon_linear) {
      expect(scheduled({ start, end, steps: duration }, t)).toBeCloseTo(eps, 12);
    }
  });
});

describe('the networks of the desk', () => {
  it('have the parameters that their shapes say', () => {
    const hidden = [128, 64, 32];
    expect(netLayout({ inputs: 18, hidden, actions: 3, dueling: false }).parameterCount).toBe(12_867);
    expect(netLayout({ inputs: 35, hidden, actions: 11, dueling: false }).parameterCount).toBe(15_307);
  });
});

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, normMax: 10 };
const settingsOf = (change: Partial<DqnSettings>): DqnSettings => ({
  net: { inputs: 18, hidden: [128, 64, 32], actions: 3, dueling: false },
  adam: ADAM,
  loss: 'mse',
  batchSize: 16,
  replayRows: 300,
  double: true,
  prioritised: null,
  ...change,
});

it('keeps its learning rate until it is annealed, and then lets it fall to its share', () => {
  const adam = { ...ADAM, annealed: { after: 100, share: { start: 1, end: 0.1, steps: 200 } } };
  const rates = [0, 100, 200, 300, 400].map((updates) => afterUpdates(adam, updates).learningRate);
  expect(rates.map((rate) => rate / ADAM.learningRate)).toEqual(
    [1, 1, 0.55, 0.1, 0.1].map((share) => expect.closeTo(share, 12) as number),
  );
  const [plain, annealed] = [adam, { ...adam, annealed: { ...adam.annealed, after: 5 } }].map((one) =>
    learned(settingsOf({ adam: one }), 'annealed', 'auto', 12),
  );
  expect(annealed?.told.slice(0, 6)).toEqual(plain?.told.slice(0, 6));
  expect(annealed?.dqn.weights()).not.toEqual(plain?.dqn.weights());
});

/** Learns so many times from random transitions, some of them terminations. */
function learned(settings: DqnSettings, seed: string, wanted: KernelWanted, steps: number) {
  const { uniform, normal } = createRandom(seed);
  const dqn = createDqn(settings, uniform, wanted);
  const { inputs, actions } = settings.net;
  const state = () => Array.from({ length: inputs }, normal);
  for (let i = 0; i < 400; i += 1) {
    const action = Math.floor(uniform() * actions);
    dqn.remember({ state: state(), action, reward: normal(), next: state(), discount: i % 7 === 0 ? 0 : 0.99 });
  }
  const told = Array.from({ length: steps }, () => {
    dqn.act(state());
    return dqn.learn();
  });
  return { dqn, told };
}

const VARIANTS: readonly (readonly [string, Partial<DqnSettings>])[] = [
  ['the spot network', {}],
  [
    'the leverage network, dueling and prioritised',
    {
      net: { inputs: 35, hidden: [128, 64, 32], actions: 11, dueling: true },
      prioritised: { alpha: 0.6, beta: { start: 0.4, end: 1, steps: 10 } },
    },
  ],
  [
    'odd widths and batches',
    { net: { inputs: 5, hidden: [7, 9], actions: 2, dueling: true }, batchSize: 13, loss: 'huber' },
  ],
  ['one layer without Double DQN', { net: { inputs: 3, hidden: [], actions: 4, dueling: false }, double: false }],
];

describe('SIMD and its twin in TypeScript', () => {
  it.each(VARIANTS)('have the same bits after learning: %s', (_name, change) => {
    const settings = settingsOf(change);
    for (const seed of ['a', 'b']) {
      const [simd, twin] = (['auto', 'typescript'] as const).map((wanted) => learned(settings, seed, wanted, 3));
      if (simd === undefined || twin === undefined) throw new Error('both were asked for');
      expect(simd.dqn).toMatchObject({ kernel: 'simd', fallback: null });
      expect(twin.dqn.fallback).toContain('TypeScript');
      expect(simd.told).toEqual(twin.told);
      expect(Buffer.from(new Uint8Array(simd.dqn.weights().slice().buffer))).toEqual(
        Buffer.from(new Uint8Array(twin.dqn.weights().slice().buffer)),
      );
      const state = Array.from({ length: settings.net.inputs }, (_, i) => Math.sin(i));
      expect([...simd.dqn.values(state)]).toEqual([...twin.dqn.values(state)]);
    }
  });

  it('stay close to 64 bits, and what fills up a network stays zero', () => {
    const settings = settingsOf({ net: { inputs: 5, hidden: [7, 9], actions: 2, dueling: false } });
    const [short, long] = [learned(settings, 'c', 'auto', 5), learned(settings, 'c', 'float64', 5)];
    expectClose(short.dqn.weights(), long.dqn.weights(), 1e-4);
    const used = new Set<number>();
    const { layers } = netLayout(settings.net);
    for (const { inputs, inputsUsed, outputsUsed, weightsAt, biasesAt } of layers) {
      for (let o = 0; o < outputsUsed; o += 1) {
        for (let i = 0; i < inputsUsed; i += 1) used.add(weightsAt + o * inputs + i);
        used.add(biasesAt + o);
      }
    }
    expect([...short.dqn.weights()].every((value, at) => used.has(at) || value === 0)).toBe(true);
  });
});

describe('the target network', () => {
  it('takes over a part of the weights, or all of them', () => {
    const { tau, online, target, result } = golden.soft_update;
    const dqn = createDqn(
      settingsOf({ net: { inputs: 1, hidden: [], actions: 2, dueling: false } }),
      () => 0.5,
      'float64',
    );
    const [weights, behind] = dqn.kept(0) as [Float64Array, Float64Array];
    weights.set(online);
    behind.set(target);
    dqn.blendTarget(tau);
    expectClose(behind.subarray(0, 2), result, 1e-12);
    dqn.syncTarget();
    expect([...behind.subarray(0, 2)]).toEqual(online);
  });
});
