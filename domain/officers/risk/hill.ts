/**
 * How heavy the tail of the losses is: Hill's estimate from the largest of them. Free of scale, not of shift.
 * Source: B. Hill, A Simple General Approach to Inference About the Tail (Annals of Statistics 3, 1975).
 */

/** `xi` = 1/`index`: 0.25 to 0.35 (an index of 3 to 4) for daily returns of shares; from 1 on there is no mean. */
export type HillEstimate = { readonly tailCount: number; readonly xi: number; readonly index: number };

/** Without a count of one's own: this share of all losses, and at least `TAIL_MIN`. */
const TAIL_SHARE = 0.1;
const TAIL_MIN = 10;

/**
 * ξ = mean of ln X over the k largest, less ln of the next one. Null where fewer than k + 1 losses are above 0, or the
 * largest are all equal. @param losses from the lowest up
 */
export function hillEstimate(losses: ArrayLike<number>, tailCount?: number): HillEstimate | null {
  const count = losses.length;
  const k = tailCount ?? Math.max(TAIL_MIN, Math.floor(count * TAIL_SHARE));
  const next = losses[count - 1 - k];
  if (k < 1 || next === undefined || !(next > 0)) return null;
  let sum = 0;
  for (let i = count - k; i < count; i += 1) sum += Math.log((losses[i] as number) / next);
  const xi = sum / k;
  return xi > 0 ? { tailCount: k, xi, index: 1 / xi } : null;
}
