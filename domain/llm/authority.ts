/**
 * How far a model may go: `advise` < `propose` < `executeWithinMandate`. A session asks for a
 * level; the trading mode, the strategy and the desk's governance bound it, and the lowest counts.
 * Nothing that a model writes is looked at here.
 */
import { type Authority, authoritySchema, type TradingMode } from '../../schemas/governance.ts';
import { MODEL_STRATEGY_TYPE } from '../../schemas/signals.ts';

/** From the least to the most. */
export const AUTHORITIES: readonly Authority[] = authoritySchema.options;

/** With real money a model never goes further than a proposal, whatever the desk's files say. */
const MOST_BY_MODE: Readonly<Record<TradingMode, Authority>> = {
  analysis: 'advise',
  backtest: 'executeWithinMandate',
  paper: 'executeWithinMandate',
  live: 'propose',
};

const level = (authority: Authority): number => AUTHORITIES.indexOf(authority);
const lower = (a: Authority, b: Authority): Authority => (level(a) <= level(b) ? a : b);

export type AuthorityRequest = {
  /** What the session's settings ask for. */
  readonly asked: Authority;
  readonly tradingMode: TradingMode;
  /** The strategy's type; null for a proposal outside of any strategy (an evaluation, an order of origin `ai`). */
  readonly strategyType: string | null;
  /** What the desk's governance allows at most. @default the most by mode */
  readonly authorityMax?: Readonly<Record<TradingMode, Authority>>;
};

/** The level that counts. Only where the model is the proposer can it be more than a voice among others. */
export function authorityFor({ asked, tradingMode, strategyType, authorityMax }: AuthorityRequest): Authority {
  const byStrategy = strategyType === null || strategyType === MODEL_STRATEGY_TYPE ? asked : 'advise';
  const byDesk = authorityMax?.[tradingMode] ?? asked;
  return lower(lower(asked, MOST_BY_MODE[tradingMode]), lower(byStrategy, byDesk));
}

/** Whether a level reaches another. */
export const reaches = (authority: Authority, needed: Authority): boolean => level(authority) >= level(needed);
