/** What the adapters of vendors share: their limits of time and size, and what a test may put in place of the usual. */
export type VendorTimes = {
  /** Of one request, all in all and without a byte. */
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Of one question with all its repetitions. */
  readonly barsGiveUpMs: number;
  readonly quoteGiveUpMs: number;
};

/** `requestsPerMinute`: of this process, below the vendor's limit. */
export type VendorParts = Partial<VendorTimes> & {
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly requestsPerMinute?: number;
};

/** A page of 10,000 bars is about 1.5 MB. */
export const BAR_ANSWER_BYTES_MAX = 16_000_000;
export const QUOTE_ANSWER_BYTES_MAX = 1_000_000;

const TIMES: VendorTimes = {
  totalTimeoutMs: 30_000,
  idleTimeoutMs: 10_000,
  barsGiveUpMs: 180_000,
  quoteGiveUpMs: 20_000,
};

export const timesOf = (parts: VendorParts): VendorTimes => ({
  totalTimeoutMs: parts.totalTimeoutMs ?? TIMES.totalTimeoutMs,
  idleTimeoutMs: parts.idleTimeoutMs ?? TIMES.idleTimeoutMs,
  barsGiveUpMs: parts.barsGiveUpMs ?? TIMES.barsGiveUpMs,
  quoteGiveUpMs: parts.quoteGiveUpMs ?? TIMES.quoteGiveUpMs,
});
