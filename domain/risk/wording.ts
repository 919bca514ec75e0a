/**
 * Words and figures of refusals: what was found and what is allowed. Figures are cut to 12 significant digits;
 * a NaN prints as NaN. No rule decides by these texts.
 */
import type { GateReason } from '../../schemas/decision.ts';
import { type Decimal, decimalText } from '../decimal.ts';
import type { RiskRule } from './gate-input.ts';

export const refuse = (rule: string, message: string): GateReason => ({ rule, message });

/** A rule that bounds new risk only: reducing orders pass, so a breach can be worked off while trading is halted. */
export const boundsNewRisk =
  (rule: RiskRule): RiskRule =>
  (input, facts) =>
    input.intent.reduceOnly ? null : rule(input, facts);

const DIGITS_SHOWN = 12;

export const figure = (value: Decimal): string =>
  value.isFinite() ? decimalText(value.toSignificantDigits(DIGITS_SHOWN)) : value.toString();

/** An instant as ISO text in UTC. */
export function instant(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `${atMs} ms` : date.toISOString();
}

export const seconds = (durationMs: number): string => `${durationMs / 1_000} s`;
