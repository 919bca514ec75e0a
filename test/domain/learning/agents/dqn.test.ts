/** Learning in SIMD and in TypeScript has the same bits; its rate is annealed, and its target network follows. */
import { describe, expect, it } from 'vitest';
import { afterUpdates } from '../../../../domain/learning/agents/adam.ts';
import { createDqn, type DqnSettings } from '../../../../domain/learning/agents/dqn.ts';
import type { KernelWanted } from '../../../../domain/learning/agents/net-kernel.ts';
import { netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { expectClose, golden } from './golden-networks.ts';

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
