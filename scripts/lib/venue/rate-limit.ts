/** So many requests an account and minute, counted from its first one; what comes beyond waits for the next minute. */

const WINDOW_MS = 60_000;

export type RateLimit = {
  /** Counts one request. `retryAfterMs` is null when it may pass. */
  readonly take: (
    account: string,
    perMinute: number,
    nowMs: number,
  ) => { readonly remaining: number; readonly resetAtMs: number; readonly retryAfterMs: number | null };
};

export function createRateLimit(): RateLimit {
  const windows = new Map<string, { startMs: number; count: number }>();
  return {
    take(account, perMinute, nowMs) {
      const known = windows.get(account);
      const window = known !== undefined && nowMs - known.startMs < WINDOW_MS ? known : { startMs: nowMs, count: 0 };
      windows.set(account, window);
      const resetAtMs = window.startMs + WINDOW_MS;
      if (window.count >= perMinute) return { remaining: 0, resetAtMs, retryAfterMs: resetAtMs - nowMs };
      window.count += 1;
      return { remaining: perMinute - window.count, resetAtMs, retryAfterMs: null };
    },
  };
}
