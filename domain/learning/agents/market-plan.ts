/**
 * The account in which an agent learns and is judged: the engine's own, with costs and without the desk's limits, which
 * are the gate's. Nearly all of the equity is traded, so that a log return of equity is one of the market.
 */
import type { Costs } from '../../../schemas/execution.ts';
import type { Direction } from '../../../schemas/strategy-session.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../engine/plan.ts';

export type MarketTerms = { readonly direction: Direction; readonly costs: Costs };

/** The rest pays for costs: what is bought is never paid with money that is not there. */
const TRADED_FRACTION = 0.95;

/**
 * Margin of a leveraged position, a tenth of equity as the operating modes
 * allow: at 10 the position is worth all of it.
 */
const MARGIN_FRACTION = 0.1;

/**
 * An opposite action closes first and is decided anew one bar later, as in a session. The account is small against the
 * market: no bound on volume.
 */
export function agentPlan({ direction, costs }: MarketTerms): EnginePlan {
  return {
    ...PLAIN_PLAN,
    direction,
    size: { kind: 'fraction', fraction: TRADED_FRACTION, at: 'decision', riskFraction: null },
    quantityStep: Number(costs.quantityStep),
    commission: { kind: 'bps', bps: costs.commissionBps },
    halfSpreadBps: costs.halfSpreadBps,
    slippage: { kind: 'bps', bps: costs.slippageBps },
    fundingRate: costs.fundingRate,
    maintenanceMarginFraction: costs.maintenanceMarginFraction,
  };
}

/** The same account with positions on margin; each is opened under this plan at its own leverage. */
export function leveragePlan(terms: MarketTerms, leverage: number): EnginePlan {
  const plan = agentPlan(terms);
  return { ...plan, leverage, size: { ...plan.size, fraction: MARGIN_FRACTION } };
}
