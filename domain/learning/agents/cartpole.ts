/**
 * CartPole-v1: a pole on a cart that is pushed left (0) or right (1). Equations of Barto, Sutton and Anderson 1983 with
 * the constants and the Euler steps of gymnasium; metres, radians, seconds. One point a step, at most 500.
 */
import type { Environment } from './environment.ts';

export type CartPole = {
  /** Position, velocity, angle, angular velocity. */
  readonly numbers: readonly [number, number, number, number];
  readonly steps: number;
};

const GRAVITY = 9.8;
const CART_MASS = 1;
const POLE_MASS = 0.1;
const TOTAL_MASS = CART_MASS + POLE_MASS;
const HALF_LENGTH = 0.5;
const POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
const FORCE = 10;
const STEP_SECONDS = 0.02;
const ANGLE_MAX = (12 * 2 * Math.PI) / 360;
const POSITION_MAX = 2.4;
const STEPS_MAX = 500;
const START_SPREAD = 0.05;

type Numbers = CartPole['numbers'];

function moved([x, speed, angle, spin]: Numbers, action: number): Numbers {
  const force = action === 1 ? FORCE : -FORCE;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const push = (force + POLE_MASS_LENGTH * (spin * spin) * sin) / TOTAL_MASS;
  const spinUp = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cos * cos)) / TOTAL_MASS));
  const speedUp = push - (POLE_MASS_LENGTH * spinUp * cos) / TOTAL_MASS;
  return [
    x + STEP_SECONDS * speed,
    speed + STEP_SECONDS * speedUp,
    angle + STEP_SECONDS * spin,
    spin + STEP_SECONDS * spinUp,
  ];
}

export const cartPole: Environment<CartPole> = {
  inputs: 4,
  actions: 2,
  reset: (uniform) => {
    const draw = (): number => (2 * uniform() - 1) * START_SPREAD;
    return { numbers: [draw(), draw(), draw(), draw()], steps: 0 };
  },
  step: (before, action) => {
    const numbers = moved(before.numbers, action);
    const state = { numbers, steps: before.steps + 1 };
    const terminated = Math.abs(numbers[0]) > POSITION_MAX || Math.abs(numbers[2]) > ANGLE_MAX;
    return { state, reward: 1, terminated, truncated: state.steps >= STEPS_MAX };
  },
  observe: ({ numbers }) => numbers,
};
