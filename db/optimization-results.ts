/**
 * The best parameters that searches found, by symbol, interval, strategy and regime, with what they were deflated by.
 */
import type { ParameterSearchResult, SearchBest } from '../schemas/parameter-search.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database } from './tables.ts';

export type OptimizationResult = Pick<
  ParameterSearchResult,
  'runId' | 'symbol' | 'strategyType' | 'regime' | 'trials' | 'shrunkTo' | 'dataHash' | 'codeVersion'
> & { readonly barIntervalMs: number; readonly best: SearchBest };

/** Written once a run. */
export async function saveOptimization(db: Database, result: OptimizationResult, nowMs: number): Promise<void> {
  const { best } = result;
  const row = {
    run_id: result.runId,
    symbol: result.symbol,
    bar_interval_ms: result.barIntervalMs,
    strategy_type: result.strategyType,
    regime: result.regime,
    parameters: best.parameters,
    fitness: best.fitness,
    sharpe: best.sharpe,
    observations: best.observations,
    skewness: best.skewness,
    kurtosis: best.kurtosis,
    trials: result.trials,
    sharpe_variance: best.sharpeVariance,
    deflated_sharpe: best.deflatedSharpe,
    trade_count: best.tradeCount,
    regime_trade_count: best.regimeTradeCount,
    shrunk_to: result.shrunkTo,
    data_hash: result.dataHash,
    code_version: result.codeVersion,
    decided_at: toInstant(nowMs),
  };
  await insertRows(db, 'optimization_results', [row], { onConflict: 'nothing' });
}

export const readOptimizations = (db: Database) =>
  db.selectFrom('optimization_results').selectAll().orderBy('decided_at').orderBy('run_id').execute();
