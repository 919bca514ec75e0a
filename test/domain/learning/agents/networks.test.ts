/** The networks of the agents and the formulas of Q-learning against numbers of PyTorch and closed forms. */
import { describe, expect, it } from 'vitest';
import { adamStep, FIRST_POWERS, nextPowers } from '../../../../domain/learning/agents/adam.ts';
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
import { expectClose, golden, type Layers } from './golden-networks.ts';

const exact = (value: number): number => value;
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
