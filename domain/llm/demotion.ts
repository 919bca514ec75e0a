/**
 * When a model or a prompt loses its say, and how it gets it back. Thirty scored answers with a Brier score above 0.30
 * or an accuracy below 0.45 weigh nothing for 24 hours; thirty answers given meanwhile in the shadow, within the
 * limits, end that. Without them it stays out. Numbers from the desk's specification.
 */

export const SCORED_ANSWERS = 30;
export const BRIER_MAX = 0.3;
export const ACCURACY_MIN = 0.45;
export const DEMOTED_MS = 24 * 3_600_000;

export type Judged = { readonly answers: number; readonly brier: number | null; readonly accuracy: number | null };

/** Why the last thirty answers cost a model its say; null when they do not, or are fewer. */
export function demotionReason({ answers, brier, accuracy }: Judged): string | null {
  if (answers < SCORED_ANSWERS || brier === null || accuracy === null) return null;
  if (brier > BRIER_MAX) return `Brier ${brier.toFixed(3)} above ${BRIER_MAX} over ${answers} answers`;
  if (accuracy < ACCURACY_MIN) return `accuracy ${accuracy.toFixed(3)} below ${ACCURACY_MIN} over ${answers} answers`;
  return null;
}

/** Whether the answers given in the shadow since the demotion end it: the day is over, and thirty are within limits. */
export const isRestored = (shadow: Judged, demotedUntilMs: number, nowMs: number): boolean =>
  nowMs >= demotedUntilMs && shadow.answers >= SCORED_ANSWERS && demotionReason(shadow) === null;
