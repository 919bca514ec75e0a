/**
 * What becomes of an order whose sending proved nothing. Each round looks the order up by its client id, then among the
 * open orders, then asks whether a fill or position stands there that no known order explains. "Absent" takes at least
 * 5 clean rounds over at least 60 s without one; a failed read never counts, for "absent" nor towards asking a person.
 * The same evidence ends the doubt about an order whose cancel the venue answered by not
 * knowing it. Nothing is ever sent again from here.
 */
import type { OrderState } from '../../schemas/execution.ts';
import type { LookUp, VenueAnswer, VenueOrder } from '../../schemas/venue.ts';

/**
 * `gapMsMax`: how much one pause between two rounds adds, so that a jump of the clock, or a desk that was off, cannot
 * make up a span. `manualAfterMs`: of answered rounds.
 */
export type UnknownRules = {
  readonly missesMin: number;
  readonly missSpanMs: number;
  readonly gapMsMax: number;
  readonly manualAfterMs: number;
};
/** 5 over 60 s is rule D5 of the design; a gap counts for half of it at most, and a person is asked after 15 min. */
export const UNKNOWN_RULES: UnknownRules = {
  missesMin: 5,
  missSpanMs: 60_000,
  gapMsMax: 30_000,
  manualAfterMs: 15 * 60_000,
};

/**
 * Clean misses so far; `spanMs` is the time they cover. `sinceMs`: when the order became unknown. `answeredMs`: the
 * time that the rounds cover in which the venue answered everything, clean or not; absent before the first.
 */
export type UnknownEvidence = {
  readonly sinceMs: number;
  readonly misses: number;
  readonly spanMs: number;
  readonly lastMissMs: number | null;
  readonly answeredMs?: number;
  readonly lastAnsweredMs?: number;
};

/** `unexplained`: how many fills or positions of the order's symbol no known order accounts for. */
export type UnknownRound = {
  readonly atMs: number;
  readonly lookUp: LookUp;
  readonly openOrders: VenueAnswer<readonly VenueOrder[]>;
  readonly unexplained: VenueAnswer<number>;
};

/** `keep`: still unknown, its exposure held; the evidence goes into the next round. `manual`: a person decides. */
export type UnknownVerdict =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'absent'; readonly evidence: UnknownEvidence }
  | { readonly kind: 'keep'; readonly evidence: UnknownEvidence }
  | { readonly kind: 'manual'; readonly evidence: UnknownEvidence; readonly reason: string };

export const startUnknown = (sinceMs: number): UnknownEvidence => ({
  sinceMs,
  misses: 0,
  spanMs: 0,
  lastMissMs: null,
});

/** Judges one round. A found order wins over everything, "absent" over the time limit. */
export function resolveUnknown(
  clientOrderId: string,
  evidence: UnknownEvidence,
  round: UnknownRound,
  rules: UnknownRules = UNKNOWN_RULES,
): UnknownVerdict {
  const order = foundIn(clientOrderId, round);
  if (order !== null) return { kind: 'found', order };
  const next = withRound(evidence, round, rules);
  if (next.misses >= rules.missesMin && next.spanMs >= rules.missSpanMs) return { kind: 'absent', evidence: next };
  if ((next.answeredMs ?? 0) < rules.manualAfterMs) return { kind: 'keep', evidence: next };
  return { kind: 'manual', evidence: next, reason: manualReason(next, round, rules) };
}

function foundIn(clientOrderId: string, { lookUp, openOrders }: UnknownRound): VenueOrder | null {
  if (lookUp.kind === 'found') return lookUp.order;
  if (openOrders.kind === 'failed') return null;
  return openOrders.value.find((order) => order.clientOrderId === clientOrderId) ?? null;
}

/** An unexplained fill may be this order's: what was missed before it counts no longer. */
function withRound(before: UnknownEvidence, round: UnknownRound, rules: UnknownRules): UnknownEvidence {
  const { lookUp, openOrders, unexplained, atMs } = round;
  const isAnswered = lookUp.kind === 'notFound' && openOrders.kind === 'answered' && unexplained.kind === 'answered';
  const evidence = isAnswered ? withAnswer(before, atMs, rules) : before;
  if (unexplained.kind === 'answered' && unexplained.value !== 0) return withoutMisses(evidence);
  if (!isAnswered) return evidence;
  const { misses, spanMs, lastMissMs } = evidence;
  const gapMs = lastMissMs === null ? 0 : atMs - lastMissMs;
  // A clock that went back measures nothing: this answer is the first again.
  if (!(gapMs >= 0)) return { ...withoutMisses(evidence), misses: 1, lastMissMs: atMs };
  return { ...evidence, misses: misses + 1, spanMs: spanMs + Math.min(rules.gapMsMax, gapMs), lastMissMs: atMs };
}

const withoutMisses = (evidence: UnknownEvidence): UnknownEvidence => ({
  ...evidence,
  ...startUnknown(evidence.sinceMs),
});

function withAnswer(evidence: UnknownEvidence, atMs: number, { gapMsMax }: UnknownRules): UnknownEvidence {
  const gapMs = atMs - (evidence.lastAnsweredMs ?? atMs);
  const added = gapMs >= 0 ? Math.min(gapMsMax, gapMs) : 0;
  return { ...evidence, answeredMs: (evidence.answeredMs ?? 0) + added, lastAnsweredMs: atMs };
}

function manualReason(evidence: UnknownEvidence, { unexplained }: UnknownRound, rules: UnknownRules): string {
  const waited = `unknown through ${Math.round((evidence.answeredMs ?? 0) / 1_000)} s of answers`;
  if (unexplained.kind === 'answered' && unexplained.value !== 0) {
    return `${waited}: ${unexplained.value} fills or positions that no known order explains`;
  }
  return `${waited}: ${evidence.misses} of ${rules.missesMin} clean answers over ${evidence.spanMs} ms`;
}

/** Evidence is of one doubt: what was gathered about an earlier sending of the order says nothing about this one. */
export const isSameDoubt = (stored: UnknownEvidence | null, told: UnknownEvidence): boolean =>
  stored === null || stored.sinceMs === told.sinceMs;

/** Orders about which evidence is gathered. MANUAL: a person decides, but what the venue shows ends that doubt too. */
export const isInDoubt = (state: OrderState): boolean =>
  state === 'UNKNOWN' || state === 'CANCEL_UNKNOWN' || state === 'MANUAL';

/**
 * The state that a verdict ends a doubt in; null: none. An order that the venue had taken before is gone, not absent.
 */
export function endOfDoubt(state: OrderState, verdict: UnknownVerdict): OrderState | null {
  if (state !== 'UNKNOWN' && state !== 'CANCEL_UNKNOWN') return null;
  if (verdict.kind === 'manual') return 'MANUAL';
  if (verdict.kind !== 'absent') return null;
  return state === 'UNKNOWN' ? 'ABSENT' : 'CANCELED';
}
