/**
 * The standard normal distribution: density, distribution function and its inverse, with the digits of a double.
 * Sources: J. F. Hart, Computer Approximations (1968), as given by G. West, Better Approximations to Cumulative Normal
 * Functions (Wilmott, 2005); M. J. Wichura, Algorithm AS 241 (Applied Statistics 37, 1988).
 */

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** φ(x) = exp(-x²/2) / √(2π). */
export const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / ROOT_TWO_PI;

/** From here on the continued fraction is the better one. */
const FAR = 7.07106781186547;

/** Φ(x), the probability of a value below x: 0 to 1. */
export function normalCdf(x: number): number {
  const distance = Math.abs(x);
  const scale = Math.exp((-distance * distance) / 2);
  const tail =
    distance < FAR
      ? (scale * hartTop(distance)) / hartBottom(distance)
      : scale / continuedFraction(distance) / ROOT_TWO_PI;
  return x > 0 ? 1 - tail : tail;
}

/** Written out, because densities ask for it a hundred thousand times. */
const hartTop = (x: number): number =>
  (((((3.52624965998911e-2 * x + 0.700383064443688) * x + 6.37396220353165) * x + 33.912866078383) * x +
    112.079291497871) *
    x +
    221.213596169931) *
    x +
  220.206867912376;

const hartBottom = (x: number): number =>
  ((((((8.83883476483184e-2 * x + 1.75566716318264) * x + 16.064177579207) * x + 86.7807322029461) * x +
    296.564248779674) *
    x +
    637.333633378831) *
    x +
    793.826512519948) *
    x +
  440.413735824752;

/** x + 1/(x + 2/(x + 3/(x + …))). */
function continuedFraction(x: number): number {
  let fraction = x;
  for (let k = FRACTION_DEPTH; k > 0; k -= 1) fraction = x + k / fraction;
  return fraction;
}

const FRACTION_DEPTH = 40;

type Rational = { readonly top: readonly number[]; readonly bottom: readonly number[] };

const MIDDLE: Rational = {
  top: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  bottom: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const OUTER: Rational = {
  top: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  bottom: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const FAR_OUT: Rational = {
  top: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  bottom: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/** Φ⁻¹(p): the value below which the share p lies; -Infinity at 0, Infinity at 1. @throws RangeError outside 0 to 1 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`probability: got ${p}, expected 0 to 1`);
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(MIDDLE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const distance = r <= 5 ? ratio(OUTER, r - 1.6) : ratio(FAR_OUT, r - 5);
  return q < 0 ? -distance : distance;
}

const ratio = ({ top, bottom }: Rational, x: number): number => polynomial(top, x) / polynomial(bottom, x);

/** Coefficients from the constant upwards. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k -= 1) sum = sum * x + (coefficients[k] as number);
  return sum;
}
