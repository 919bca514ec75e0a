/**
 * How far a model may go: `advise` < `propose` < `executeWithinMandate`. A session asks for a level; the trading mode and
 * the strategy bound it, and the lowest counts. Nothing that a model writes is looked at here.
 */
import type { TradingMode } from '../../schemas/governance.ts';

/** From the least to the most. advise: it votes. propose: it may begin a trade. The last: without asking, in its mandate. */
export const AUTHORITIES = ['advise', 'propose', 'executeWithinMandate'] as const;
export type Authority = (typeof AUTHORITIES)[number];

/** With real money a model never goes further than a proposal. */
const MOST_BY_MODE: Readonly<Record<TradingMode, Authority>> = {
  analysis: 'advise',
  backtest: 'executeWithinMandate',
  paper: 'executeWithinMandate',
  live: 'propose',
};

/** Where the model is the proposer; in every other strategy it only votes. */
const PROPOSED_BY_MODEL = ['aiDiscretionary'];

const level = (authority: Authority): number => AUTHORITIES.indexOf(authority);
const lower = (a: Authority, b: Authority): Authority => (level(a) <= level(b) ? a : b);

export type AuthorityRequest = {
  /** What the session's settings ask for. */
  readonly asked: Authority;
  readonly tradingMode: TradingMode;
  /** The strategy's type; null for a proposal outside of any strategy (an evaluation, an order of origin `ai`). */
  readonly strategyType: string | null;
};

/** The level that counts. */
export function authorityFor({ asked, tradingMode, strategyType }: AuthorityRequest): Authority {
  const byStrategy = strategyType === null || PROPOSED_BY_MODEL.includes(strategyType) ? asked : 'advise';
  return lower(lower(asked, MOST_BY_MODE[tradingMode]), byStrategy);
}

/** Whether a level reaches another. */
export const reaches = (authority: Authority, needed: Authority): boolean => level(authority) >= level(needed);
