/**
 * The report run of one symbol under a plan that the search kernel knows:
 * its loop, with wealth and trades written down.
 * The same account comes out as bar by bar, several times sooner.
 */

import { type EngineMarket, type FundingColumns, fundingColumns } from './market.ts';
import type { EnginePlan } from './plan.ts';
import { type Bits, newBits } from './search/bits.ts';
import { PARAMETER_COUNT, RESULT, RESULT_COUNT, searchObstacle, searchParameters } from './search/layout.ts';
import { type RunLog, searchRun } from './search/search-run.ts';
import type { Desk } from './send-order.ts';
import { EXIT_LONG, EXIT_SHORT, type SignalColumns, type Voice } from './signals.ts';
import { type Account, ENTRY, FILL, type Log, newRow, STOP, TARGET, TRADE } from './state.ts';

/** Whether this run can be made in one loop. */
export const isFast = (plan: EnginePlan, voices: readonly Voice[]): boolean =>
  voices.length === 1 && voices[0]?.kind === 'columns' && searchObstacle(plan) === null;

type SignalBits = { readonly long: Bits; readonly short: Bits; readonly exitLong: Bits; readonly exitShort: Bits };

/** By columns and direction: many runs over one strategy turn its columns into bits once. */
const made = new WeakMap<SignalColumns, Map<EnginePlan['direction'], SignalBits>>();

function signalBits(
  columns: SignalColumns,
  { afterGap }: EngineMarket,
  direction: EnginePlan['direction'],
): SignalBits {
  const known = made.get(columns) ?? new Map<EnginePlan['direction'], SignalBits>();
  made.set(columns, known);
  const found = known.get(direction);
  if (found !== undefined) return found;
  const { side, exit, firstBar } = columns;
  const bits = {
    long: newBits(side.length),
    short: newBits(side.length),
    exitLong: newBits(side.length),
    exitShort: newBits(side.length),
  };
  const set = (mask: Bits, i: number): void => {
    mask[i >>> 5] = (mask[i >>> 5] as number) | (1 << (i & 31));
  };
  for (let i = firstBar; i < side.length; i += 1) {
    const code = exit[i] as number;
    if ((code & EXIT_LONG) !== 0) set(bits.exitLong, i);
    if ((code & EXIT_SHORT) !== 0) set(bits.exitShort, i);
    if (afterGap[i] === 1) continue;
    if (side[i] === 1 && direction !== 'shortOnly') set(bits.long, i);
    if (side[i] === -1 && direction !== 'longOnly') set(bits.short, i);
  }
  known.set(direction, bits);
  return bits;
}

const fundings = new WeakMap<EngineMarket, FundingColumns>();

function fundingOf(market: EngineMarket): FundingColumns {
  const found = fundings.get(market) ?? fundingColumns(market.bars);
  fundings.set(market, found);
  return found;
}

/** Fills the account, the equity of each bar and the tally. */
export function runFast(account: Account, columns: SignalColumns, { tally }: Desk, equity: Float64Array): void {
  const { plan } = account;
  const [lane] = account.lanes;
  if (lane === undefined || equity.length === 0) return;
  const { market, last } = lane;
  const { open, high, low, close, openTimeMs } = market.bars;
  const funding = fundingOf(market);
  const prices = {
    open,
    high,
    low,
    close,
    atr: market.atr,
    fundingAtOpen: funding.atOpen,
    fundingInside: funding.inside,
  };
  const { long, short, exitLong, exitShort } = signalBits(columns, market, plan.direction);
  const p = searchParameters(plan, columns.firstBar, last, new Float64Array(PARAMETER_COUNT));
  const out = new Float64Array(RESULT_COUNT);
  const log: RunLog = {
    equity,
    traded: tradeWriter(account.trades, account.fills, openTimeMs),
    kept(side, quantity, entryBar, entryPrice, fee, paid) {
      writeFill(account.fills, openTimeMs[entryBar] as number, side * quantity, entryPrice, fee, ENTRY, entryBar);
      lane.quantity = side * quantity;
      lane.entryPrice = entryPrice;
      lane.cost = side * quantity * entryPrice;
      lane.entryBar = entryBar;
      lane.entryAtMs = openTimeMs[entryBar] as number;
      lane.mark = close[last] as number;
      lane.tripFees = fee;
      lane.tripFunding = paid;
    },
  };
  searchRun(prices, long, short, exitLong, exitShort, p, out, log);
  const wealth = equity[last] as number;
  account.equity = wealth;
  account.cash = lane.quantity === 0 ? wealth : wealth - lane.quantity * lane.mark;
  const legs = 1 + (plan.stopAtr === null ? 0 : 1) + (plan.targetAtr === null ? 0 : 1);
  const opened = account.trades.count + (lane.quantity === 0 ? 0 : 1);
  account.ordersSent = legs * opened + exitsSent(account.trades);
  tally.sizeZero = out[RESULT.sizeZero] as number;
  tally.warmUp = Math.min(columns.firstBar, last);
  tally.dataGap = flatGaps(account, market, columns.firstBar, last);
}

function tradeWriter(trades: Log, fills: Log, openTimeMs: Float64Array): RunLog['traded'] {
  return (side, quantity, entryBar, entryPrice, entryFee, exitBar, exitPrice, exitFee, pnl, funding, reason) => {
    const entryAtMs = openTimeMs[entryBar] as number;
    const exitAtMs = openTimeMs[exitBar] as number;
    const at = newRow(trades);
    const { cells } = trades;
    cells[at + TRADE.lane] = 0;
    cells[at + TRADE.side] = side;
    cells[at + TRADE.quantity] = quantity;
    cells[at + TRADE.entryAtMs] = entryAtMs;
    cells[at + TRADE.entryPrice] = entryPrice;
    cells[at + TRADE.exitAtMs] = exitAtMs;
    cells[at + TRADE.exitPrice] = exitPrice;
    cells[at + TRADE.pnl] = pnl;
    cells[at + TRADE.fees] = entryFee + exitFee;
    cells[at + TRADE.funding] = funding;
    cells[at + TRADE.reason] = reason;
    cells[at + TRADE.entryBar] = entryBar;
    cells[at + TRADE.exitBar] = exitBar;
    writeFill(fills, entryAtMs, side * quantity, entryPrice, entryFee, ENTRY, entryBar);
    writeFill(fills, exitAtMs, -side * quantity, exitPrice, exitFee, reason, exitBar);
  };
}

function writeFill(
  fills: Log,
  atMs: number,
  quantity: number,
  price: number,
  fee: number,
  kind: number,
  bar: number,
): void {
  const at = newRow(fills);
  fills.cells[at + FILL.lane] = 0;
  fills.cells[at + FILL.atMs] = atMs;
  fills.cells[at + FILL.quantity] = quantity;
  fills.cells[at + FILL.price] = price;
  fills.cells[at + FILL.fee] = fee;
  fills.cells[at + FILL.kind] = kind;
  fills.cells[at + FILL.bar] = bar;
}

/** Stops and targets were sent with their entries; every other exit is an order of its own. */
function exitsSent({ cells, count, width }: Log): number {
  let sent = 0;
  for (let row = 0; row < count; row += 1) {
    const reason = cells[row * width + TRADE.reason] as number;
    if (reason !== STOP && reason !== TARGET) sent += 1;
  }
  return sent;
}

/** Bars after a gap at whose close nothing was held: there an entry would have been refused. */
function flatGaps({ trades, lanes }: Account, { afterGap }: EngineMarket, firstBar: number, last: number): number {
  let count = 0;
  let row = 0;
  for (let i = afterGap.indexOf(1, firstBar); i >= 0 && i < last; i = afterGap.indexOf(1, i + 1)) {
    while (row < trades.count && (trades.cells[row * trades.width + TRADE.exitBar] as number) <= i) row += 1;
    const held = row < trades.count && (trades.cells[row * trades.width + TRADE.entryBar] as number) <= i;
    const kept = (lanes[0]?.quantity ?? 0) !== 0 && (lanes[0]?.entryBar ?? 0) <= i;
    if (!held && !kept) count += 1;
  }
  return count;
}
