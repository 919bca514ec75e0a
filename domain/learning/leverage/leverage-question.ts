/** What the leverage manager is asked with. Money, prices and quantities as decimal strings; fractions 0 to 1. */
import type { LiquidationVenue } from '../../execution/liquidation-quote.ts';
import type { LeverageSide } from './actions.ts';
import type { BinaryEdge } from './kelly.ts';

/** How trades at one leverage went in the present regime. */
export type MeasuredLeverage = { readonly leverage: number; readonly trades: number; readonly averageReturn: number };

/** All but what is wished. */
export type LeverageGround = {
  readonly direction: 'longOnly' | 'shortOnly' | 'longShort';
  /** Of the same length of time, as fractions. */
  readonly targetVolatility: number;
  readonly realisedVolatility: number;
  /** How far the trends of the timeframes agree with the trade, 0 to 1. */
  readonly trendAgreement: number;
  /** The operating mode's profile. */
  readonly profile: {
    readonly leverageMax: number;
    readonly positionFractionMax: number;
    readonly newEntries: boolean;
  };
  /** 0 to 100. */
  readonly riskScore: number;
  readonly drawdownFraction: number;
  /** Maintenance margin over margin balance: of the position, or of the account without one. */
  readonly marginRatio: number;
  readonly measured: readonly MeasuredLeverage[];
  readonly edge: BinaryEdge;
  readonly position: { readonly side: LeverageSide; readonly leverage: number } | null;
  readonly market: {
    readonly price: string;
    readonly stopDistanceFraction: number;
    /** How far beyond the stop the worst case fills. */
    readonly gapFraction: number;
    /** Of the notional, for the way in and out. */
    readonly costFraction: number;
    readonly quantityStep: string;
    readonly venue: LiquidationVenue;
    readonly maintenanceMarginFraction: string;
    readonly takerFeeFraction: string;
  };
  readonly account: {
    readonly equityUsd: string;
    /** Of today's risk budget: lost already, or at stake in open positions. */
    readonly budgetUsedUsd: string;
    readonly marginAvailableUsd: string;
  };
};

export type LeverageQuestion = LeverageGround & {
  /** The agent's value of each of `LEVERAGE_ACTIONS`. */
  readonly actionValues: readonly number[];
};
