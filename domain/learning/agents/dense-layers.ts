/**
 * The arithmetic of dense layers, in TypeScript: the twin of `assembly/net-kernel.ts`, to the bit. Samples of a batch
 * lie in panels of eight: unit u of sample b at (b div 8, u, b mod 8). All widths are multiples of four.
 *
 * Orders of summation, which both twins keep:
 * over units of a batch: from the bias (or zero) on, unit by unit;
 * over samples, and over the inputs of a single state: in four parts (index mod 4), joined as (0 + 1) + (2 + 3).
 */

export type Numbers = Float32Array | Float64Array;

/** `Math.fround` for 32 bits, the identity for 64. */
export type Round = (value: number) => number;

export const PANEL = 8;

/** Places in one array, in numbers. */
export type LayerPlaces = {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly biases: number;
};

/** Adam's numbers of one step; `scale` shortens the gradient. */
export type AdamStep = {
  readonly scale: number;
  readonly keepMean: number;
  readonly takeMean: number;
  readonly keepSquare: number;
  readonly takeSquare: number;
  /** Learning rate over 1 − β1^t. */
  readonly rate: number;
  /** 1 over √(1 − β2^t). */
  readonly root: number;
  readonly epsilon: number;
};

export type DenseLayers = ReturnType<typeof denseLayers>;

export const denseLayers = (n: Numbers, round: Round) => ({
  /** y = W x + b of a batch, ReLU if wanted. */
  forward({ inputs, outputs, weights, biases }: LayerPlaces, x: number, y: number, panels: number, relu: boolean) {
    for (let panel = 0; panel < panels; panel += 1) {
      const [from, to] = [x + panel * inputs * PANEL, y + panel * outputs * PANEL];
      for (let output = 0; output < outputs; output += 1) {
        const row = weights + output * inputs;
        for (let b = 0; b < PANEL; b += 1) {
          let sum = n[biases + output] as number;
          for (let input = 0; input < inputs; input += 1) {
            sum = round(sum + round((n[row + input] as number) * (n[from + input * PANEL + b] as number)));
          }
          n[to + output * PANEL + b] = relu && !(sum > 0) ? 0 : sum;
        }
      }
    }
  },

  /** y = W x + b of one state, whose numbers lie side by side. */
  forwardOne({ inputs, outputs, weights, biases }: LayerPlaces, x: number, y: number, relu: boolean) {
    for (let output = 0; output < outputs; output += 1) {
      const row = weights + output * inputs;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let i = 0; i < inputs; i += 4) {
        s0 = round(s0 + round((n[row + i] as number) * (n[x + i] as number)));
        s1 = round(s1 + round((n[row + i + 1] as number) * (n[x + i + 1] as number)));
        s2 = round(s2 + round((n[row + i + 2] as number) * (n[x + i + 2] as number)));
        s3 = round(s3 + round((n[row + i + 3] as number) * (n[x + i + 3] as number)));
      }
      const sum = round(round(round(s0 + s1) + round(s2 + s3)) + (n[biases + output] as number));
      n[y + output] = relu && !(sum > 0) ? 0 : sum;
    }
  },

  /** dx = Wᵀ dy where x is above zero, else 0: x is what a ReLU let through. */
  backward({ inputs, outputs, weights }: LayerPlaces, dy: number, x: number, dx: number, panels: number) {
    for (let panel = 0; panel < panels; panel += 1) {
      const [from, to] = [dy + panel * outputs * PANEL, panel * inputs * PANEL];
      for (let input = 0; input < inputs; input += 1) {
        for (let b = 0; b < PANEL; b += 1) {
          const place = to + input * PANEL + b;
          let sum = 0;
          for (let output = 0; output < outputs; output += 1) {
            const weight = n[weights + output * inputs + input] as number;
            sum = round(sum + round(weight * (n[from + output * PANEL + b] as number)));
          }
          n[dx + place] = (n[x + place] as number) > 0 ? sum : 0;
        }
      }
    }
  },

  /** dW = dy xᵀ and db = Σ dy over the samples of a batch, at the layer's own places. */
  gradient({ inputs, outputs, weights, biases }: LayerPlaces, x: number, dy: number, panels: number) {
    for (let output = 0; output < outputs; output += 1) {
      for (let input = 0; input < inputs; input += 1) {
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        for (let panel = 0; panel < panels; panel += 1) {
          const d = dy + (panel * outputs + output) * PANEL;
          const v = x + (panel * inputs + input) * PANEL;
          for (let b = 0; b < PANEL; b += 4) {
            s0 = round(s0 + round((n[d + b] as number) * (n[v + b] as number)));
            s1 = round(s1 + round((n[d + b + 1] as number) * (n[v + b + 1] as number)));
            s2 = round(s2 + round((n[d + b + 2] as number) * (n[v + b + 2] as number)));
            s3 = round(s3 + round((n[d + b + 3] as number) * (n[v + b + 3] as number)));
          }
        }
        n[weights + output * inputs + input] = round(round(s0 + s1) + round(s2 + s3));
      }
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let panel = 0; panel < panels; panel += 1) {
        const d = dy + (panel * outputs + output) * PANEL;
        for (let b = 0; b < PANEL; b += 4) {
          s0 = round(s0 + (n[d + b] as number));
          s1 = round(s1 + (n[d + b + 1] as number));
          s2 = round(s2 + (n[d + b + 2] as number));
          s3 = round(s3 + (n[d + b + 3] as number));
        }
      }
      n[biases + output] = round(round(s0 + s1) + round(s2 + s3));
    }
  },

  /** Σ g² in 64 bits, in four parts. */
  squares(g: number, count: number): number {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let i = g; i < g + count; i += 4) {
      s0 += (n[i] as number) * (n[i] as number);
      s1 += (n[i + 1] as number) * (n[i + 1] as number);
      s2 += (n[i + 2] as number) * (n[i + 2] as number);
      s3 += (n[i + 3] as number) * (n[i + 3] as number);
    }
    return s0 + s1 + (s2 + s3);
  },

  /** Adam (Kingma and Ba 2015), one step over `count` parameters; each of its numbers has been rounded. */
  adam(p: number, g: number, mean: number, square: number, count: number, step: AdamStep) {
    const { scale, keepMean, takeMean, keepSquare, takeSquare, rate, root, epsilon } = step;
    for (let i = 0; i < count; i += 1) {
      const slope = round((n[g + i] as number) * scale);
      const m = round(round((n[mean + i] as number) * keepMean) + round(slope * takeMean));
      const v = round(round((n[square + i] as number) * keepSquare) + round(round(slope * slope) * takeSquare));
      const below = round(round(round(Math.sqrt(v)) * root) + epsilon);
      n[mean + i] = m;
      n[square + i] = v;
      n[p + i] = round((n[p + i] as number) - round(round(m * rate) / below));
    }
  },
});
