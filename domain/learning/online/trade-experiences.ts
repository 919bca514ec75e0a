/**
 * A closed trade as an agent would have lived it: what it saw at each close, what was done, what the
 * next bar paid. Whoever decided the trade, the actions are the agent's own (`SPOT_ACTIONS`), so
 * that it can learn from what the desk has done.
 * Equity is that of an account that holds nothing but the trade: its notional, and what the trade makes of it.
 */
import type { FeatureColumns } from '../../features/feature-columns.ts';
import { NO_POSITION, type SeenPosition, SPOT_INPUTS, spotRows, spotState } from '../agents/spot-features.ts';
import { rewardOf, type SpotTerms, spotReward } from '../leverage/rewards.ts';

/** Prices and money as doubles, in the account's currency; instants epoch ms. `pnl` is net of all costs. */
export type LivedTrade = {
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entryAtMs: number;
  readonly entryPrice: number;
  readonly exitAtMs: number;
  readonly exitPrice: number;
  readonly pnl: number;
  readonly fees: number;
  readonly exitReason: string;
};

export type Experience = {
  /** The close at which it was acted. */
  readonly atMs: number;
  readonly state: readonly number[];
  readonly action: number;
  /** The sum of its terms, as they are: a training scales it. */
  readonly reward: number;
  readonly terms: SpotTerms;
  /** What was seen at the next close. */
  readonly next: readonly number[];
};

/** Of a longer trade the entry and what came last. */
export const EXPERIENCES_MAX = 1_000;

/** Exits that a level or the venue makes; all others were decided at the close before. */
const UNDECIDED_EXITS: readonly string[] = ['stop', 'target', 'liquidation'];
const [HOLD, BUY, SELL] = [0, 1, 2];

/**
 * From the close at which the entry was decided to the bar of the exit; none where the bars do not reach from the one
 * to the other. @param columns over bars that begin so long before the entry that every indicator has warmed up
 */
export function tradeExperiences(trade: LivedTrade, columns: FeatureColumns): Experience[] {
  const { bars } = columns;
  const entryBar = barOf(bars.openTimeMs, trade.entryAtMs);
  const exitBar = barOf(bars.openTimeMs, trade.exitAtMs);
  if (entryBar < 1 || exitBar < entryBar || !(trade.quantity * trade.entryPrice > 0)) return [];
  const first = entryBar - 1;
  const last = exitBar - 1;
  const life = lifeOf(trade, columns, entryBar, exitBar);
  const kept = Math.max(first + 1, last - EXPERIENCES_MAX + 2);
  return [first, ...Array.from({ length: last - kept + 1 }, (_, k) => kept + k)].map(life);
}

/** The last bar that had opened by then; −1: none. */
const barOf = (openTimeMs: Float64Array, atMs: number): number => openTimeMs.findLastIndex((at) => at <= atMs);

function lifeOf(trade: LivedTrade, columns: FeatureColumns, entryBar: number, exitBar: number) {
  const { bars, realisedVolatility20 } = columns;
  const { close, openTimeMs, intervalMs } = bars;
  const rows = spotRows(columns);
  const sign = trade.side === 'long' ? 1 : -1;
  const isHeld = (i: number): boolean => i >= entryBar && i < exitBar;
  const moved = (i: number): number => sign * ((close[i] as number) / trade.entryPrice - 1);
  const position = (i: number): SeenPosition =>
    isHeld(i) ? { side: sign, pnlFraction: moved(i), barsHeld: i - entryBar + 1 } : NO_POSITION;
  const seen = (i: number): number[] => Array.from(spotState(rows, i, position(i), new Float32Array(SPOT_INPUTS)));
  const { notional, entryCost } = moneyOf(trade);
  const openPnl = (i: number): number => moved(i) - entryCost / notional;
  const wealth = (i: number): number => (i < entryBar ? 1 : isHeld(i) ? 1 + openPnl(i) : 1 + trade.pnl / notional);
  return (i: number): Experience => {
    const terms = spotReward({
      stepReturnFraction: Math.max(-1 + Number.EPSILON, wealth(i + 1) / wealth(i) - 1),
      realisedVolatility: finite(realisedVolatility20[i] as number),
      hasTraded: i + 1 === entryBar || i + 1 === exitBar,
      positionPnlFraction: isHeld(i) && isHeld(i + 1) ? openPnl(i + 1) : null,
    });
    const atMs = (openTimeMs[i] as number) + intervalMs;
    const action = actionAt(trade, i, entryBar, exitBar);
    return { atMs, state: seen(i), action, reward: rewardOf(terms), terms, next: seen(i + 1) };
  };
}

/** Costs are shared by what was traded: the entry's part is paid at the entry. */
function moneyOf({ quantity, entryPrice, exitPrice, fees }: LivedTrade) {
  const notional = quantity * entryPrice;
  return { notional, entryCost: (fees * notional) / (notional + quantity * exitPrice) };
}

function actionAt({ side, exitReason }: LivedTrade, i: number, entryBar: number, exitBar: number): number {
  if (i === entryBar - 1) return (side === 'long' ? BUY : SELL) as number;
  if (i < exitBar - 1 || UNDECIDED_EXITS.includes(exitReason)) return HOLD as number;
  return (side === 'long' ? SELL : BUY) as number;
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
