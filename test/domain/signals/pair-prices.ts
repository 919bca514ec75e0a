/** Prices of pairs for tests: a linear congruence and sums of twelve, so that any other language can draw the same. */

const MODULUS = 2n ** 31n;

/** Roughly normal with mean 0 and deviation 1. */
export function normals(seed: number): () => number {
  let state = BigInt(seed);
  const uniform = (): number => {
    state = (state * 1_103_515_245n + 12_345n) % MODULUS;
    return Number(state) / Number(MODULUS);
  };
  return () => {
    let sum = 0;
    for (let k = 0; k < 12; k += 1) sum += uniform();
    return sum - 6;
  };
}

export type Prices = { readonly a: Float64Array; readonly b: Float64Array };

/** Two random walks that know nothing of each other. */
export function independentWalks(seed: number, count: number): Prices {
  const normal = normals(seed);
  const [a, b] = [new Float64Array(count), new Float64Array(count)];
  let [x, y] = [100, 100];
  for (let i = 0; i < count; i += 1) {
    x += normal() * 0.5;
    y += normal() * 0.5;
    a[i] = x;
    b[i] = y;
  }
  return { a, b };
}

/** b = slope × a + e, e an AR(1) with coefficient rho, a a random walk. */
export function tiedWalks(seed: number, count: number, slope = 1.7, rho = 0.9): Prices {
  const normal = normals(seed);
  const [a, b] = [new Float64Array(count), new Float64Array(count)];
  let [x, e] = [100, 0];
  for (let i = 0; i < count; i += 1) {
    x += normal() * 0.5;
    e = rho * e + normal() * 0.5;
    a[i] = x;
    b[i] = slope * x + e;
  }
  return { a, b };
}
