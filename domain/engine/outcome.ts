/**
 * A run as rows that people and pages read: closed trades and fills as exact decimal texts. The doubles
 * of the engine are printed to the 8 decimals of the books (12 for prices below 0.01).
 */
import type { ClosedTrade, Fill } from '../../schemas/execution.ts';
import { decimalText, roundPrice, toDecimal } from '../decimal.ts';
import { GATE_RULES } from './desk-gate.ts';
import { moneyText } from './money-text.ts';
import type { EngineRun } from './run-report.ts';
import { ENTRY, EXIT_REASONS, FILL, type Lane, TRADE } from './state.ts';

/** Below it a price has twelve decimals. */
const SMALL_PRICE = 0.01;

/** As `roundPrice` would write it; from a cent on a price has the eight decimals of money. */
const priceText = (price: number): string =>
  Math.abs(price) >= SMALL_PRICE ? moneyText(price) : decimalText(roundPrice(toDecimal(price)));

export function tradesOf({ account }: EngineRun, strategyId: string): ClosedTrade[] {
  const { cells, count, width } = account.trades;
  return Array.from({ length: count }, (_, index) => {
    const at = (column: keyof typeof TRADE): number => cells[index * width + TRADE[column]] as number;
    return {
      tradeId: `trade-${index}`,
      symbol: symbolOf(account, at('lane')),
      strategyId,
      side: at('side') > 0 ? 'long' : 'short',
      quantity: moneyText(at('quantity')),
      entryAtMs: at('entryAtMs'),
      entryPrice: priceText(at('entryPrice')),
      exitAtMs: at('exitAtMs'),
      exitPrice: priceText(at('exitPrice')),
      pnl: moneyText(at('pnl')),
      fees: moneyText(at('fees')),
      funding: moneyText(at('funding')),
      exitReason: EXIT_REASONS[at('reason')] ?? 'signal',
    };
  });
}

/** Their client order ids end in the leg, or why the engine closed; `atClose` before it marks a fill at a close. */
export function fillsOf({ account }: EngineRun, strategyId: string): Fill[] {
  const { cells, count, width } = account.fills;
  return Array.from({ length: count }, (_, index) => {
    const at = (column: keyof typeof FILL): number => cells[index * width + FILL[column]] as number;
    const { openTimeMs } = (account.lanes[at('lane')] as Lane).market.bars;
    const when = at('atMs') > (openTimeMs[at('bar')] as number) ? 'atClose-' : '';
    return {
      venue: 'paper',
      accountId: 'sim:engine',
      tradeId: `fill-${index}`,
      clientOrderId: `${index}-${when}${at('kind') === ENTRY ? 'entry' : EXIT_REASONS[at('kind')]}`,
      strategyId,
      symbol: symbolOf(account, at('lane')),
      side: at('quantity') > 0 ? 'buy' : 'sell',
      quantity: moneyText(Math.abs(at('quantity'))),
      price: priceText(at('price')),
      fee: moneyText(at('fee')),
      atMs: at('atMs'),
    };
  });
}

const symbolOf = ({ lanes }: EngineRun['account'], place: number): string => lanes[place]?.market.bars.symbol ?? '';

/** Why nothing was decided, by reason. */
export function noDecisionsOf({ tally }: EngineRun): Record<string, number> {
  const counts = { WARM_UP: tally.warmUp, DATA_GAP: tally.dataGap, SIZE_ZERO: tally.sizeZero };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** What the desk's rules refused, by rule. */
export const refusalsOf = ({ tally }: EngineRun): Record<string, number> =>
  Object.fromEntries(GATE_RULES.map((rule, at) => [rule, tally.refusals[at] ?? 0] as const).filter(([, n]) => n > 0));

/** A column of the closed trades, summed. */
export function sumOf({ account: { trades } }: EngineRun, column: keyof typeof TRADE): number {
  let sum = 0;
  for (let row = 0; row < trades.count; row += 1) sum += trades.cells[row * trades.width + TRADE[column]] as number;
  return sum;
}

/** Funding and borrowing that were paid: by the trades, and by what is still held. */
export const fundingOf = (run: EngineRun): number =>
  run.account.lanes.reduce((sum, { tripFunding }) => sum + tripFunding, sumOf(run, 'funding'));
