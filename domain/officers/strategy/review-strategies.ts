/**
 * The Strategy Officer's review: strategies by their closed trades in the present regime, models by their scored
 * answers, whom to prefer and whom to stop. A strategy that is disabled is ranked on, and preferred to nobody.
 */
import type { RankedStrategy, StrategyState } from '../../../schemas/officers/strategy-state.ts';
import { strategyHealth } from '../../learning/strategy-health.ts';
import { shareInterval, sharpeInterval } from './intervals.ts';

export type ClosedResult = {
  readonly strategyId: string;
  readonly regime: string | null;
  /** Net of costs, as a share of the entry's notional. */
  readonly returnFraction: number;
};

export type StrategyQuestion = {
  readonly asOfMs: number;
  readonly regime: string | null;
  /** Oldest first; of a strategy that a person has enabled again, those since then. */
  readonly trades: readonly ClosedResult[];
  readonly models: readonly { readonly model: string; readonly answers: number; readonly correct: number }[];
  readonly disabled: ReadonlySet<string>;
};

/** Below this many trades in the regime, all of them are looked at. */
const REGIME_TRADES_MIN = 30;
/** From this many on, a Sharpe whose upper bound is below 0 is a verdict. */
const VERDICT_TRADES_MIN = 30;
const FALLBACKS = 2;
const DESK_TRADES = 100;

export function reviewStrategies(question: StrategyQuestion): StrategyState {
  const names = [...new Set(question.trades.map(({ strategyId }) => strategyId))];
  const judged = names.map((name) =>
    judge(
      name,
      question.trades.filter((one) => one.strategyId === name),
      question,
    ),
  );
  const ranking = judged.map(({ ranked }) => ranked).sort(byMerit);
  const fit = ranking
    .filter(({ disabled, health }) => !disabled && health !== 'degraded')
    .map(({ strategyId }) => strategyId);
  const last = question.trades.slice(-DESK_TRADES);
  return {
    asOfMs: question.asOfMs,
    regime: question.regime,
    ranking,
    models: question.models.map(({ model, answers, correct }) => ({
      model,
      answers,
      accuracy: shareInterval(correct, answers),
    })),
    primary: fit[0] ?? null,
    fallbacks: fit.slice(1, 1 + FALLBACKS),
    disable: judged.flatMap(({ ranked, reasons }) =>
      reasons.length === 0 ? [] : [{ strategyId: ranked.strategyId, reason: reasons.join('; ') }],
    ),
    winRate: last.length === 0 ? null : last.filter(({ returnFraction }) => returnFraction > 0).length / last.length,
    closedTrades: question.trades.length,
  };
}

type Judged = { readonly ranked: RankedStrategy; readonly reasons: readonly string[] };

function judge(strategyId: string, all: readonly ClosedResult[], { regime, disabled }: StrategyQuestion): Judged {
  const inRegime = all.filter((one) => one.regime === regime);
  const basis = regime !== null && inRegime.length >= REGIME_TRADES_MIN ? 'regime' : 'all';
  const trades = basis === 'regime' ? inRegime : all;
  const returns = trades.map(({ returnFraction }) => returnFraction);
  const { health, reasons } = strategyHealth(all);
  const overall = sharpeInterval(all.map(({ returnFraction }) => returnFraction));
  const isHopeless = overall !== null && all.length >= VERDICT_TRADES_MIN && overall.upper < 0;
  const ranked: RankedStrategy = {
    strategyId,
    trades: trades.length,
    winRate: returns.filter((one) => one > 0).length / returns.length,
    averageReturn: returns.reduce((sum, one) => sum + one, 0) / returns.length,
    sharpe: sharpeInterval(returns),
    basis,
    health,
    disabled: disabled.has(strategyId),
  };
  const verdict = isHopeless ? [`Sharpe per trade below 0 at 90 %, ${all.length} trades`] : [];
  return { ranked, reasons: [...reasons, ...verdict] };
}

/** By Sharpe, then by average return, then by name: equal books give equal rankings. */
const byMerit = (a: RankedStrategy, b: RankedStrategy): number =>
  meritOf(b) - meritOf(a) || b.averageReturn - a.averageReturn || (a.strategyId < b.strategyId ? -1 : 1);

const meritOf = ({ sharpe }: RankedStrategy): number => sharpe?.estimate ?? 0;
