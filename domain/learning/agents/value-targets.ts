/**
 * The formulas of deep Q-learning that need no network. Targets: Mnih 2015, Double van Hasselt 2016, dueling Wang 2016,
 * priorities Schaul 2016, n-step Sutton and Barto. A time limit that cuts an episode is no termination: only a true
 * termination has a discount of zero.
 */
import type { Round } from './dense-layers.ts';

/** Every action may be taken: a bit for each, in as many as a float32 holds exactly. */
export const ALL_OPEN = 2 ** 24 - 1;

/** The place of the largest among those whose bit of `open` is set; the first of equals. */
export function bestOf(values: ArrayLike<number>, open = ALL_OPEN): number {
  let best = -1;
  for (let i = 0; i < values.length; i += 1) {
    if (isOpen(open, i) && (best < 0 || (values[i] as number) > (values[best] as number))) best = i;
  }
  return best;
}

export const isOpen = (open: number, action: number): boolean => ((open >>> action) & 1) === 1;

export type Bootstrap = {
  readonly reward: number;
  /** γ^n, 0 after a termination. */
  readonly discount: number;
  /** Of the state that follows, by the target network. */
  readonly targetNext: ArrayLike<number>;
  /** The same by the network that learns: it chooses the action (Double DQN); null: the target network does. */
  readonly onlineNext: ArrayLike<number> | null;
  /** Bits of the actions that may be taken in the state that follows; absent: all. */
  readonly open?: number;
};

/** r + γ^n Q(s′, a′) with a′ the best open action by whoever chooses. */
export function valueTarget({ reward, discount, targetNext, onlineNext, open }: Bootstrap, round: Round): number {
  const chosen = targetNext[bestOf(onlineNext ?? targetNext, open)] as number;
  return round(round(reward) + round(round(discount) * chosen));
}

/** Q = V + A − mean(A), in place: the value stands before the advantages. */
export function duelingValues(
  valueAndAdvantages: ArrayLike<number>,
  out: { [at: number]: number },
  round: Round,
): void {
  const count = valueAndAdvantages.length - 1;
  const value = valueAndAdvantages[0] as number;
  let sum = 0;
  for (let i = 1; i <= count; i += 1) sum = round(sum + (valueAndAdvantages[i] as number));
  const mean = round(sum / count);
  for (let i = 1; i <= count; i += 1) out[i - 1] = round(value + round((valueAndAdvantages[i] as number) - mean));
}

export type LossKind = 'mse' | 'huber';

/** Mean squared error e², Huber with δ = 1: e²/2 within it, |e| − ½ beyond. */
export const lossOf = (kind: LossKind, error: number): number => {
  if (kind === 'mse') return error * error;
  const size = Math.abs(error);
  return size <= 1 ? 0.5 * error * error : size - 0.5;
};

/** Its derivative by the error. */
export const lossSlope = (kind: LossKind, error: number): number =>
  kind === 'mse' ? 2 * error : Math.max(-1, Math.min(1, error));

/** From `start` to `end` in so many steps, then `end`. */
export type Schedule = { readonly start: number; readonly end: number; readonly steps: number };

export const scheduled = ({ start, end, steps }: Schedule, step: number): number => {
  const value = ((end - start) / steps) * step + start;
  return start >= end ? Math.max(value, end) : Math.min(value, end);
};

const PRIORITY_MIN = 1e-6;

/** (|δ| + ε)^α, ε = 1e-6. */
export const priorityOf = (error: number, alpha: number): number => (Math.abs(error) + PRIORITY_MIN) ** alpha;

/** (N · P)^−β of each share P, over the largest of them. */
export function importanceWeights(shares: readonly number[], count: number, beta: number): number[] {
  const weights = shares.map((share) => (count * share) ** -beta);
  const largest = Math.max(...weights);
  return weights.map((weight) => weight / largest);
}

/** Σ γ^k r_k over the rewards, and γ^n for what follows. */
export function discountedReturn(rewards: readonly number[], gamma: number): { reward: number; discount: number } {
  let [reward, discount] = [0, 1];
  for (const one of rewards) {
    reward += discount * one;
    discount *= gamma;
  }
  return { reward, discount };
}
