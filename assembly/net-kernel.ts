/**
 * Dense layers and Adam with SIMD: the twin of `domain/learning/agents/dense-layers.ts`, to the bit, with its panels and
 * its orders of summation. No FMA, no relaxed SIMD, so every machine gives the same numbers. Nothing is checked here: the
 * caller owns the memory. All widths are multiples of four. Built by `npm run kernel`.
 */
// biome-ignore-all lint: AssemblyScript, not TypeScript

/** Floats of a panel row: unit u of eight samples. */
const ROW: usize = 32;

function times(sum: v128, weight: usize, values: v128): v128 {
  return f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), values));
}

function rectified(value: v128, relu: bool): v128 {
  return relu ? f32x4.pmax(f32x4.splat(0), value) : value;
}

/** [a, b, c, d] with each of them summed as (0 + 1) + (2 + 3). */
function joined(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

export function forward(
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  x: usize,
  y: usize,
  panels: i32,
  relu: bool,
): void {
  const stride = (<usize>inputs) << 2;
  for (let panel = 0; panel < panels; panel += 1) {
    const from = x + <usize>panel * <usize>inputs * ROW;
    let to = y + <usize>panel * <usize>outputs * ROW;
    let row = weights;
    for (let output = 0; output < outputs; output += 4) {
      const bias = biases + ((<usize>output) << 2);
      let a0 = v128.load32_splat(bias);
      let b0 = v128.load32_splat(bias, 4);
      let c0 = v128.load32_splat(bias, 8);
      let d0 = v128.load32_splat(bias, 12);
      let a1 = a0;
      let b1 = b0;
      let c1 = c0;
      let d1 = d0;
      let at = from;
      const end = row + stride;
      for (let w = row; w < end; w += 4) {
        const low = v128.load(at);
        const high = v128.load(at, 16);
        at += ROW;
        a0 = times(a0, w, low);
        a1 = times(a1, w, high);
        b0 = times(b0, w + stride, low);
        b1 = times(b1, w + stride, high);
        c0 = times(c0, w + 2 * stride, low);
        c1 = times(c1, w + 2 * stride, high);
        d0 = times(d0, w + 3 * stride, low);
        d1 = times(d1, w + 3 * stride, high);
      }
      v128.store(to, rectified(a0, relu));
      v128.store(to, rectified(a1, relu), 16);
      v128.store(to, rectified(b0, relu), 32);
      v128.store(to, rectified(b1, relu), 48);
      v128.store(to, rectified(c0, relu), 64);
      v128.store(to, rectified(c1, relu), 80);
      v128.store(to, rectified(d0, relu), 96);
      v128.store(to, rectified(d1, relu), 112);
      to += 4 * ROW;
      row += 4 * stride;
    }
  }
}

export function forwardOne(
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  x: usize,
  y: usize,
  relu: bool,
): void {
  const stride = (<usize>inputs) << 2;
  let row = weights;
  for (let output = 0; output < outputs; output += 4) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at = x;
    const end = row + stride;
    for (let w = row; w < end; w += 16) {
      const values = v128.load(at);
      at += 16;
      a = f32x4.add(a, f32x4.mul(v128.load(w), values));
      b = f32x4.add(b, f32x4.mul(v128.load(w + stride), values));
      c = f32x4.add(c, f32x4.mul(v128.load(w + 2 * stride), values));
      d = f32x4.add(d, f32x4.mul(v128.load(w + 3 * stride), values));
    }
    const place = (<usize>output) << 2;
    v128.store(y + place, rectified(f32x4.add(joined(a, b, c, d), v128.load(biases + place)), relu));
    row += 4 * stride;
  }
}

function passed(sum: v128, x: usize): v128 {
  return v128.and(sum, f32x4.gt(v128.load(x), f32x4.splat(0)));
}

export function backward(weights: usize, inputs: i32, outputs: i32, dy: usize, x: usize, dx: usize, panels: i32): void {
  const stride = (<usize>inputs) << 2;
  for (let panel = 0; panel < panels; panel += 1) {
    const from = dy + <usize>panel * <usize>outputs * ROW;
    const end = from + <usize>outputs * ROW;
    const inside = <usize>panel * <usize>inputs * ROW;
    for (let input = 0; input < inputs; input += 4) {
      let a0 = f32x4.splat(0);
      let b0 = a0;
      let c0 = a0;
      let d0 = a0;
      let a1 = a0;
      let b1 = a0;
      let c1 = a0;
      let d1 = a0;
      let w = weights + ((<usize>input) << 2);
      for (let at = from; at < end; at += ROW) {
        const low = v128.load(at);
        const high = v128.load(at, 16);
        a0 = times(a0, w, low);
        a1 = times(a1, w, high);
        b0 = times(b0, w + 4, low);
        b1 = times(b1, w + 4, high);
        c0 = times(c0, w + 8, low);
        c1 = times(c1, w + 8, high);
        d0 = times(d0, w + 12, low);
        d1 = times(d1, w + 12, high);
        w += stride;
      }
      const place = inside + <usize>input * ROW;
      const into = dx + place;
      const seen = x + place;
      v128.store(into, passed(a0, seen));
      v128.store(into, passed(a1, seen + 16), 16);
      v128.store(into, passed(b0, seen + 32), 32);
      v128.store(into, passed(b1, seen + 48), 48);
      v128.store(into, passed(c0, seen + 64), 64);
      v128.store(into, passed(c1, seen + 80), 80);
      v128.store(into, passed(d0, seen + 96), 96);
      v128.store(into, passed(d1, seen + 112), 112);
    }
  }
}

function product(sum: v128, d: v128, x: usize): v128 {
  return f32x4.add(sum, f32x4.mul(d, v128.load(x)));
}

export function gradient(
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  x: usize,
  dy: usize,
  panels: i32,
): void {
  const xPanel = <usize>inputs * ROW;
  const dPanel = <usize>outputs * ROW;
  for (let output = 0; output < outputs; output += 2) {
    const from = dy + <usize>output * ROW;
    const row = weights + ((<usize>output * <usize>inputs) << 2);
    for (let input = 0; input < inputs; input += 4) {
      let a0 = f32x4.splat(0);
      let b0 = a0;
      let c0 = a0;
      let d0 = a0;
      let a1 = a0;
      let b1 = a0;
      let c1 = a0;
      let d1 = a0;
      let at = x + <usize>input * ROW;
      let d = from;
      for (let panel = 0; panel < panels; panel += 1) {
        let first = v128.load(d);
        let second = v128.load(d, 32);
        a0 = product(a0, first, at);
        b0 = product(b0, first, at + 32);
        c0 = product(c0, first, at + 64);
        d0 = product(d0, first, at + 96);
        a1 = product(a1, second, at);
        b1 = product(b1, second, at + 32);
        c1 = product(c1, second, at + 64);
        d1 = product(d1, second, at + 96);
        first = v128.load(d, 16);
        second = v128.load(d, 48);
        a0 = product(a0, first, at + 16);
        b0 = product(b0, first, at + 48);
        c0 = product(c0, first, at + 80);
        d0 = product(d0, first, at + 112);
        a1 = product(a1, second, at + 16);
        b1 = product(b1, second, at + 48);
        c1 = product(c1, second, at + 80);
        d1 = product(d1, second, at + 112);
        at += xPanel;
        d += dPanel;
      }
      const place = row + ((<usize>input) << 2);
      v128.store(place, joined(a0, b0, c0, d0));
      v128.store(place + ((<usize>inputs) << 2), joined(a1, b1, c1, d1));
    }
  }
  for (let output = 0; output < outputs; output += 4) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at = dy + <usize>output * ROW;
    for (let panel = 0; panel < panels; panel += 1) {
      a = f32x4.add(f32x4.add(a, v128.load(at)), v128.load(at, 16));
      b = f32x4.add(f32x4.add(b, v128.load(at, 32)), v128.load(at, 48));
      c = f32x4.add(f32x4.add(c, v128.load(at, 64)), v128.load(at, 80));
      d = f32x4.add(f32x4.add(d, v128.load(at, 96)), v128.load(at, 112));
      at += dPanel;
    }
    v128.store(biases + ((<usize>output) << 2), joined(a, b, c, d));
  }
}

export function squares(g: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = g + ((<usize>count) << 2);
  for (let at = g; at < end; at += 16) {
    const four = v128.load(at);
    const first = f64x2.promote_low_f32x4(four);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const front = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  return front + (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
}

export function adam(
  p: usize,
  g: usize,
  mean: usize,
  square: usize,
  count: i32,
  scale: f32,
  keepMean: f32,
  takeMean: f32,
  keepSquare: f32,
  takeSquare: f32,
  rate: f32,
  root: f32,
  epsilon: f32,
): void {
  const scales = f32x4.splat(scale);
  const keepMeans = f32x4.splat(keepMean);
  const takeMeans = f32x4.splat(takeMean);
  const keepSquares = f32x4.splat(keepSquare);
  const takeSquares = f32x4.splat(takeSquare);
  const rates = f32x4.splat(rate);
  const roots = f32x4.splat(root);
  const epsilons = f32x4.splat(epsilon);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const slope = f32x4.mul(v128.load(g + at), scales);
    const m = f32x4.add(f32x4.mul(v128.load(mean + at), keepMeans), f32x4.mul(slope, takeMeans));
    const grown = f32x4.mul(f32x4.mul(slope, slope), takeSquares);
    const v = f32x4.add(f32x4.mul(v128.load(square + at), keepSquares), grown);
    const below = f32x4.add(f32x4.mul(f32x4.sqrt(v), roots), epsilons);
    v128.store(mean + at, m);
    v128.store(square + at, v);
    v128.store(p + at, f32x4.sub(v128.load(p + at), f32x4.div(f32x4.mul(m, rates), below)));
  }
}
