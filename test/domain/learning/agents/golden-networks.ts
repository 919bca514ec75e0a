/** What PyTorch makes of small networks, one step after another. */
import { expect } from 'vitest';
import { fixtureJson } from '../golden-json.ts';

export type Layers = {
  readonly W: readonly (readonly (readonly number[])[])[];
  readonly b: readonly (readonly number[])[];
};

export type Golden = {
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

export const golden = fixtureJson<Golden>('nn_dqn_units.json');

/** Within so much, relative to what is large. */
export function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i += 1) {
    const [a, b] = [got[i] as number, wanted[i] as number];
    expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
  }
}
