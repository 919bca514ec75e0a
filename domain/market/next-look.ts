/** When a session looks at its live market again. Instants are epoch ms. */

/**
 * What the last look said: when the next bar is due, whether one is late, when a feed will have been silent too long.
 */
export type LookTimes = {
  readonly nextBarAtMs: number | null;
  readonly overdue: boolean;
  readonly staleAtMs: number | null;
};

const AGAIN_FIRST_MS = 250;
const DOUBLINGS_MAX = 16;

/**
 * When the next bar is due; while one is overdue after pauses that double up to `checkIntervalMs`; and in any case when
 * a feed becomes stale. `misses` counts looks in a row that found nothing.
 */
export function nextLookMs(
  times: LookTimes,
  clock: { readonly nowMs: number; readonly misses: number; readonly checkIntervalMs: number },
): number {
  const { nowMs, misses, checkIntervalMs } = clock;
  const againMs = nowMs + Math.min(checkIntervalMs, AGAIN_FIRST_MS * 2 ** Math.min(misses, DOUBLINGS_MAX));
  const isComing = (atMs: number | null): atMs is number => atMs !== null && atMs > nowMs;
  const { nextBarAtMs, staleAtMs, overdue } = times;
  return Math.min(
    isComing(nextBarAtMs) ? nextBarAtMs : againMs,
    overdue ? againMs : Number.POSITIVE_INFINITY,
    isComing(staleAtMs) ? staleAtMs + 1 : Number.POSITIVE_INFINITY,
  );
}
