/**
 * What stays the same while a session walks its bars: the strategy, the limits, the costs, and each symbol's bars
 * with everything computed over them once. Columns are causal, so computing them over the whole series leaks nothing.
 */
import type { ComponentName } from '../../schemas/decision.ts';
import type { Costs, Order } from '../../schemas/execution.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import type { Policy, TradingMode } from '../../schemas/governance.ts';
import type { Compliance, DeskLimits, SessionLimits } from '../../schemas/risk.ts';
import { isTwoLegged, type Strategy, type TwoLegStrategyType } from '../../schemas/signals.ts';
import type { Direction } from '../../schemas/strategy-session.ts';
import type { ComponentWeights } from '../decision/weights.ts';
import { computeFeatureColumns, type FeatureColumns } from '../features/feature-columns.ts';
import { kernels } from '../features/kernels.ts';
import { type LoadedAgent, type SeatedVoice, seatedVoice } from '../learning/agents/seated-agent.ts';
import { type SeatedLeverage, seatedLeverage } from '../learning/agents/seated-leverage.ts';
import type { PatternTable } from '../learning/online/patterns.ts';
import type { LearntStrategy } from '../learning/online/should-trade.ts';
import type { BarSeries } from '../market/bar-series.ts';
import type { AccountHalts } from '../risk/account-halts.ts';
import { parseStrategyParameters, type SpokenRules, spokenRules, twoLegRules } from '../signals/catalogue.ts';
import { pairBars } from '../signals/pair-bars.ts';
import type { Columns, SignalRules, StrategyParameters } from '../signals/strategy.ts';
import { legMarkets } from '../signals/two-leg-strategy.ts';
import type { AdviceAnswers, Advisor } from './advisor.ts';
import type { EntryTerms } from './entry-terms.ts';
import type { LeverageTerms } from './leverage-terms.ts';

/** One symbol's bars with its feature and strategy columns. */
export type SymbolMarket = {
  readonly bars: BarSeries;
  readonly features: FeatureColumns;
  readonly columns: Columns;
  readonly rules: SignalRules;
  readonly parameters: StrategyParameters;
  /** The bred strategy of the symbol, where the session listens to one. */
  readonly evolved?: SpokenColumns;
  /** The network that holds the symbol's seat, where the session listens to one. */
  readonly agent?: SeatedVoice;
  /** The network that holds its leverage seat, where the session's leverage begins with what that prefers. */
  readonly leverageAgent?: SeatedLeverage;
};

/** Rules with their columns over a symbol's bars. */
export type SpokenColumns = SpokenRules & { readonly columns: Columns };

/** All instants at which some symbol has a bar, and each symbol's bar index there (−1: none). */
export type Timeline = {
  readonly openTimeMs: Float64Array;
  readonly indexes: ReadonlyMap<string, Int32Array>;
};

export type WalkContext = {
  readonly sessionId: string | null;
  readonly workflowId: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly strategy: Strategy;
  readonly symbols: readonly string[];
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly timeline: Timeline;
  readonly direction: Direction;
  readonly components: readonly ComponentName[];
  readonly weights: ComponentWeights;
  /** What was learnt from the strategy's trades so far; absent: nothing, or nobody listens. */
  readonly online?: PatternTable;
  /** How the strategy stands by them; absent with them. */
  readonly onlineHealth?: LearntStrategy['health'];
  /** Who speaks in the llm slot; absent: nobody does. */
  readonly advisor?: Advisor | undefined;
  /** What an advisor behind a network has answered so far. */
  readonly answers?: AdviceAnswers;
  readonly tradingMode: TradingMode;
  readonly venue: string;
  readonly costs: Costs;
  readonly limits: SessionLimits;
  /** Set where the leverage manager speaks; absent: the strategy's leverage is taken as it is. */
  readonly leverage?: LeverageTerms;
  /** Share of the capital that the allocation review gave the strategy; absent: 1. */
  readonly allocationWeight?: number;
  readonly policy: Policy;
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
  readonly killSwitch: string | null;
  readonly halts: AccountHalts;
  /** Only asked in live mode: a person has armed the account for this strategy, and it has not expired. */
  readonly liveArmed: boolean;
  readonly strategyDisabled: string | null;
  /** How far models may go, and when a person answers for an entry. */
  readonly entryTerms: EntryTerms;
  /** Symbols with an entry that waits for a person: nothing new is opened in them. */
  readonly awaitingApproval?: readonly string[];
  /** Entries and exits that have left, and of which nobody knows yet what became: none goes out beside them. */
  readonly inDoubt?: readonly Pick<Order, 'symbol' | 'leg'>[];
  readonly quarantined: ReadonlyMap<string, string>;
  /** Set where a live market is walked: wall time, by which its bars are old. */
  readonly agesAtMs?: number;
};

export type MarketSettings = {
  readonly strategy: Strategy;
  readonly costs: Costs;
  readonly seed?: IndicatorSeed;
  /** Bred strategies that vote beside the session's own, by symbol. */
  readonly evolved?: Readonly<Record<string, Strategy>> | undefined;
  /** Networks that vote beside it, by symbol. */
  readonly agents?: Readonly<Record<string, LoadedAgent>> | undefined;
  /** Networks that the leverage of an entry begins with, by symbol. */
  readonly leverageAgents?: Readonly<Record<string, LoadedAgent>> | undefined;
};

/** What of them are networks. */
export type LoadedSeats = Pick<MarketSettings, 'agents' | 'leverageAgents'>;

/**
 * Computes each symbol's columns: features with `seed`, the strategy's own with the same kernels; those of a strategy
 * of two legs over the bars of both. @throws RangeError when such a strategy gets other than two symbols
 */
export function prepareMarkets(
  series: readonly BarSeries[],
  { strategy, costs, seed = 'talib', evolved = {}, agents = {}, leverageAgents = {} }: MarketSettings,
): Map<string, SymbolMarket> {
  const { type } = strategy;
  const own = isTwoLegged(type)
    ? pairMarkets(series, type, strategy, costs)
    : series.map((bars) => spokenColumns(strategy, bars, seed));
  const markets = series.map((bars, index) => {
    const leg = own[index] as (typeof own)[number];
    const beside = evolved[bars.symbol];
    const second = beside === undefined ? {} : { evolved: spokenColumns(beside, bars, seed) };
    const features = computeFeatureColumns(bars, seed);
    const seated = agents[bars.symbol];
    const third = seated === undefined ? {} : { agent: seatedVoice(seated, features) };
    const levered = leverageAgents[bars.symbol];
    const fourth = levered === undefined ? {} : { leverageAgent: seatedLeverage(levered, features) };
    return [bars.symbol, { bars, features, ...leg, ...second, ...third, ...fourth }] as const;
  });
  return new Map(markets);
}

function pairMarkets(series: readonly BarSeries[], type: TwoLegStrategyType, strategy: Strategy, costs: Costs) {
  const parameters = parseStrategyParameters(type, strategy.parameters);
  const legs = pairOf(series, (first, second) =>
    legMarkets(twoLegRules(type), pairBars(first, second), parameters, costs),
  );
  return legs.map((leg) => ({ ...leg, parameters }));
}

function spokenColumns(strategy: Strategy, bars: BarSeries, seed: IndicatorSeed): SpokenColumns {
  const spoken = spokenRules(strategy);
  return { ...spoken, columns: spoken.rules.prepare(bars, spoken.parameters, kernels(seed)) };
}

function pairOf<T>(
  series: readonly BarSeries[],
  make: (first: BarSeries, second: BarSeries) => { readonly first: T; readonly second: T },
): T[] {
  const [first, second, ...more] = series;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new RangeError(`a strategy of two legs takes two symbols, got ${series.length}`);
  }
  const legs = make(first, second);
  return [legs.first, legs.second];
}

/** Merges the symbols' bars into one line of instants. */
export function timelineOf(series: readonly BarSeries[]): Timeline {
  const openTimeMs = instantsOf(series);
  const indexes = new Map(series.map((bars) => [bars.symbol, indexesAt(bars, openTimeMs)]));
  return { openTimeMs, indexes };
}

/** Bars of one symbol are the instants. */
function instantsOf([first, ...others]: readonly BarSeries[]): Float64Array {
  if (first !== undefined && others.length === 0) return first.openTimeMs;
  const stamps = new Set(first?.openTimeMs);
  for (const bars of others) for (const at of bars.openTimeMs) stamps.add(at);
  return Float64Array.from(stamps).sort();
}

function indexesAt(bars: BarSeries, instants: Float64Array): Int32Array {
  const indexes = new Int32Array(instants.length).fill(-1);
  let next = 0;
  for (let k = 0; k < instants.length && next < bars.openTimeMs.length; k += 1) {
    if (bars.openTimeMs[next] !== instants[k]) continue;
    indexes[k] = next;
    next += 1;
  }
  return indexes;
}

/** @throws Error for a symbol the context was not built with */
export function marketOf(context: WalkContext, symbol: string): SymbolMarket {
  const market = context.markets.get(symbol);
  if (market === undefined) throw new Error(`no bars were loaded for ${symbol}`);
  return market;
}
