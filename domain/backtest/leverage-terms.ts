/**
 * Whether the leverage manager speaks in a session, and with what: its setting, and what leverage has earned so far. It
 * speaks where a strategy asks for leverage above 1: in paper and live always, in virtual time where the session says so.
 */
import { isRealTime, type TradingMode } from '../../schemas/governance.ts';
import { isTwoLegged, type Strategy } from '../../schemas/signals.ts';
import { type LeverageSettings, leverageSettingsSchema } from '../../schemas/strategy-session.ts';
import type { LeverageRecord } from '../learning/leverage/leverage-record.ts';

export type LeverageTerms = {
  /** Standard deviation of log returns a year. */
  readonly targetVolatility: number;
  readonly record: LeverageRecord;
};

type Asking = { readonly leverage?: LeverageSettings | undefined; readonly tradingMode: TradingMode };

/** Null where nobody manages. The legs of a pair share one size: theirs is not changed. */
export function leverageSettingsOf(
  { leverage, tradingMode }: Asking,
  strategy: Pick<Strategy, 'type' | 'leverage'>,
): LeverageSettings | null {
  if (strategy.leverage <= 1 || isTwoLegged(strategy.type)) return null;
  return leverage ?? (isRealTime(tradingMode) ? leverageSettingsSchema.parse({}) : null);
}

/** As a walk's context carries it. */
export function leverageTermsOf(
  asking: Asking,
  strategy: Pick<Strategy, 'type' | 'leverage'>,
  record: LeverageRecord = [],
): { readonly leverage?: LeverageTerms } {
  const settings = leverageSettingsOf(asking, strategy);
  return settings === null ? {} : { leverage: { ...settings, record } };
}
