/**
 * What changes while the engine runs: one account, one lane a symbol with its position and the orders at work, and two
 * logs. Plain mutable doubles, because a run is millions of bars; nothing of it leaves before the run is over.
 */
import { type EngineMarket, type FundingColumns, fundingColumns } from './market.ts';
import { stepsPerUnit } from './numbers.ts';
import type { EnginePlan } from './plan.ts';

/** Why a position ended; the place in this list is the code in the log. */
export const EXIT_REASONS = ['signal', 'stop', 'target', 'maxHold', 'liquidation', 'flatten'] as const;
export const SIGNAL = 0;
export const STOP = 1;
export const TARGET = 2;
export const MAX_HOLD = 3;
export const LIQUIDATION = 4;
export const FLATTEN = 5;
/** Kind of an order that opens, beside the reasons of those that close. */
export const ENTRY = -1;

/** NaN stands for "none" in every price and instant. */
export type Lane = {
  readonly market: EngineMarket;
  readonly place: number;
  readonly last: number;
  readonly funding: FundingColumns | null;
  /** Signed; long positive. */
  quantity: number;
  entryPrice: number;
  cost: number;
  mark: number;
  entryBar: number;
  entryAtMs: number;
  stop: number;
  target: number;
  trail: number;
  /** A stop that got less volume than it wanted takes the rest at the next opens. */
  stopTouched: boolean;
  /** The entry at work: 0 = none. Until its first fill `entryLeft` is a guess where sizes wait for the fill. */
  entrySide: number;
  entryLeft: number;
  entryFilled: boolean;
  entryFraction: number;
  entryReference: number;
  stopDistance: number;
  targetDistance: number;
  trailDistance: number;
  stopAsked: number;
  targetAsked: number;
  exitLeft: number;
  exitReason: number;
  /** What orders may still take of the volume of bar `volumeBar`. */
  volumeBar: number;
  volumeLeft: number;
  /** Of the order that fills: its kind, units and fees so far, for commissions with a minimum an order. */
  orderKind: number;
  orderUnits: number;
  orderFees: number;
  tripQuantity: number;
  tripValue: number;
  tripEntryPrice: number;
  tripExitPrice: number;
  tripExitQuantity: number;
  tripExitValue: number;
  tripFees: number;
  tripFunding: number;
  tripRealized: number;
};

export const newLane = (market: EngineMarket, place: number, plan: EnginePlan): Lane => ({
  market,
  place,
  last: market.bars.close.length - 1,
  funding: plan.leverage > 1 && plan.fundingRate !== 0 ? fundingColumns(market.bars) : null,
  quantity: 0,
  entryPrice: Number.NaN,
  cost: 0,
  mark: Number.NaN,
  entryBar: -1,
  entryAtMs: Number.NaN,
  stop: Number.NaN,
  target: Number.NaN,
  trail: Number.NaN,
  stopTouched: false,
  entrySide: 0,
  entryLeft: 0,
  entryFilled: false,
  entryFraction: Number.NaN,
  entryReference: Number.NaN,
  stopDistance: Number.NaN,
  targetDistance: Number.NaN,
  trailDistance: Number.NaN,
  stopAsked: Number.NaN,
  targetAsked: Number.NaN,
  exitLeft: 0,
  exitReason: SIGNAL,
  volumeBar: -1,
  volumeLeft: 0,
  orderKind: SIGNAL,
  orderUnits: 0,
  orderFees: 0,
  tripQuantity: 0,
  tripValue: 0,
  tripEntryPrice: Number.NaN,
  tripExitPrice: Number.NaN,
  tripExitQuantity: 0,
  tripExitValue: 0,
  tripFees: 0,
  tripFunding: 0,
  tripRealized: 0,
});

/** Rows of `width` doubles, one after the other; grows by doubling. */
export type Log = { readonly width: number; cells: Float64Array; count: number };

export const newLog = (width: number): Log => ({ width, cells: new Float64Array(width * 256), count: 0 });

/** The place of a new row in `cells`. */
export function newRow(log: Log): number {
  const at = log.count * log.width;
  if (at + log.width > log.cells.length) {
    const larger = new Float64Array(log.cells.length * 2);
    larger.set(log.cells);
    log.cells = larger;
  }
  log.count += 1;
  return at;
}

/** Columns of a row of trades. */
export const TRADE = {
  lane: 0,
  side: 1,
  quantity: 2,
  entryAtMs: 3,
  entryPrice: 4,
  exitAtMs: 5,
  exitPrice: 6,
  pnl: 7,
  fees: 8,
  funding: 9,
  reason: 10,
  entryBar: 11,
  exitBar: 12,
} as const;
export const TRADE_WIDTH = 13;

/** Columns of a row of fills; the quantity is signed. */
export const FILL = { lane: 0, atMs: 1, quantity: 2, price: 3, fee: 4, kind: 5, bar: 6 } as const;
export const FILL_WIDTH = 7;

export type Account = {
  readonly plan: EnginePlan;
  readonly lanes: readonly Lane[];
  readonly perUnit: number;
  /** Half spread and fixed slippage together, in basis points. */
  readonly takerBps: number;
  cash: number;
  equity: number;
  ordersSent: number;
  readonly trades: Log;
  readonly fills: Log;
};

/** What a run writes into; given again, it spares the next run of its size the cost of new memory. */
export type Workspace = { equity: Float64Array; readonly trades: Log; readonly fills: Log };

export const newWorkspace = (): Workspace => ({
  equity: new Float64Array(0),
  trades: newLog(TRADE_WIDTH),
  fills: newLog(FILL_WIDTH),
});

export const newAccount = (
  plan: EnginePlan,
  markets: readonly EngineMarket[],
  { trades, fills }: Workspace,
): Account => ({
  plan,
  lanes: markets.map((market, place) => newLane(market, place, plan)),
  perUnit: stepsPerUnit(plan.quantityStep),
  takerBps: plan.halfSpreadBps + (plan.slippage.kind === 'bps' ? plan.slippage.bps : 0),
  cash: plan.cash,
  equity: plan.cash,
  ordersSent: 0,
  trades: emptied(trades),
  fills: emptied(fills),
});

function emptied(log: Log): Log {
  log.count = 0;
  return log;
}
