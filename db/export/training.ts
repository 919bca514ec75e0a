/**
 * Decisions with what was known when they were made and what came of them: one row a decision, for training a model.
 * Features and votes are those of the decision's own record, so a row knows nothing of later; columns that begin with
 * `outcome_` are what came later. An outcome that was known only at or after `to` is left out.
 */
import { sql } from 'kysely';
import type { ExportColumn, ExportRow } from '../../domain/export/cells.ts';
import { toInstant } from '../instant.ts';
import { DECISION_SOURCES, decisionsAsked, MODE_OF_DECISION, STRATEGY_OF_DECISION } from './decisions.ts';
import { columnsOf, type ExportFilter, type ExportTable } from './export-table.ts';

const COMPONENTS = ['technical', 'agent', 'evolved', 'online', 'llm'] as const;

/** Features of `inputs` by section; as they are named there. */
const SECTIONS = {
  trend: [
    ...['ema20Distance', 'ema50Distance', 'ema200Distance', 'ema20Slope', 'ema50Slope', 'ema200Slope'],
    ...['adx', 'plusDi', 'minusDi', 'strength', 'emaAlignment'],
  ],
  momentum: [
    ...['rsi', 'rsiChange', 'macdLine', 'macdSignal', 'macdHistogram', 'macdCross', 'momentum5', 'momentum20'],
    ...['momentum60', 'momentum200', 'rateOfChange10', 'barReturn', 'change1h', 'change4h', 'change24h'],
  ],
  volatility: [...['atr', 'atrRatio', 'bollingerPosition', 'bollingerWidth', 'realisedVolatility', 'volatilityRatio']],
  volume: ['volumeRatio', 'vwapDistance', 'obvSlope'],
} as const;

type Feature = { readonly name: string; readonly kind: ExportColumn['kind']; readonly path: readonly string[] };

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Every feature of a decision with its column; numbers but for the words that are named last. */
const FEATURES: readonly Feature[] = [
  { name: 'close', kind: 'double', path: ['close'] },
  ...Object.entries(SECTIONS).flatMap(([section, names]) =>
    names.map((name) => ({
      name: `${section}_${snake(name)}`,
      kind: 'double' as const,
      path: [section, name],
    })),
  ),
  { name: 'support_distance', kind: 'double', path: ['supportDistance'] },
  { name: 'resistance_distance', kind: 'double', path: ['resistanceDistance'] },
  { name: 'regime_confidence', kind: 'double', path: ['regime', 'confidence'] },
  { name: 'bars_since_regime_change', kind: 'double', path: ['barsSinceRegimeChange'] },
  { name: 'trend_direction', kind: 'text', path: ['trend', 'direction'] },
  { name: 'regime_volatility', kind: 'text', path: ['regime', 'volatility'] },
  { name: 'regime_x4', kind: 'text', path: ['regimeByTimeframe', 'x4'] },
  { name: 'regime_x24', kind: 'text', path: ['regimeByTimeframe', 'x24'] },
];

const featureOf = ({ name, kind, path }: Feature) => {
  const text = sql`d.inputs #>> ${`{${path.join(',')}}`}::text[]`;
  return kind === 'text' ? sql`${text} as ${sql.ref(name)}` : sql`(${text})::float8 as ${sql.ref(name)}`;
};

const VOTES = COMPONENTS.flatMap((component) => [
  { name: `${component}_side`, kind: 'integer' as const, component, field: 'side' },
  { name: `${component}_confidence`, kind: 'double' as const, component, field: 'confidence' },
  { name: `${component}_weight`, kind: 'double' as const, component, field: 'weight' },
]);

const voteOf = ({ name, kind, component, field }: (typeof VOTES)[number]) => {
  const value = sql`max((vote->>${field})::float8) filter (where vote->>'component' = ${component})`;
  return sql`${kind === 'integer' ? sql`(${value})::int` : value} as ${sql.ref(name)}`;
};

/** A decision that trades is recorded with all features, another with its bar's close and the label of its regime. */
const REGIME = sql`case when jsonb_typeof(d.inputs->'regime') = 'object' then d.inputs->'regime'->>'label'
  else d.inputs->>'regime' end`;

/** A decision's position from flat to flat; should it have been more than one, all of them. */
const outcomesBy = ({ toMs }: ExportFilter) => sql`
  select count(*)::int as trades, max(closed_at) as closed_at, sum(pnl_net) as pnl_net,
    (sum(pnl_net) / nullif(sum(quantity * entry_price), 0))::float8 as return_fraction,
    (array_agg(exit_reason order by closed_at desc, trade_id desc))[1] as exit_reason
  from trades where decision_id = d.decision_id and busted_at is null
    and closed_at < ${toMs === null ? 'infinity' : toInstant(toMs)}::timestamptz`;

export const exportedTraining: ExportTable = {
  clock: 'as_of',
  columns: [
    ...columnsOf({
      decision_id: 'text',
      session_id: 'text',
      account_id: 'text',
      trading_mode: 'text',
      strategy_id: 'text',
      strategy_type: 'text',
      symbol: 'text',
      bar_interval_ms: 'integer',
      sequence: 'integer',
      as_of: 'instant',
      action: 'text',
      target_fraction: 'double',
      size_fraction: 'double',
      confidence: 'double',
      coverage: 'double',
      agreement: 'double',
      no_decision: 'text',
      approved: 'boolean',
      model_cost_micro_usd: 'integer',
    }),
    ...VOTES.map(({ name, kind }) => ({ name, kind })),
    { name: 'regime', kind: 'text' },
    ...FEATURES.map(({ name, kind }) => ({ name, kind })),
    ...columnsOf({
      outcome_trades: 'integer',
      outcome_closed_at: 'instant',
      outcome_horizon_ms: 'integer',
      outcome_pnl_net: 'decimal',
      outcome_return: 'double',
      outcome_win: 'boolean',
      outcome_exit_reason: 'text',
    }),
  ],
  query: (filter) => sql<ExportRow>`
    select d.decision_id, d.session_id, d.account_id, ${MODE_OF_DECISION} as trading_mode,
      ${STRATEGY_OF_DECISION} as strategy_id, s.strategy->>'type' as strategy_type, d.symbol,
      (s.input->>'barIntervalMs')::bigint as bar_interval_ms, d.sequence, d.as_of, d.action, d.target_fraction,
      d.size_fraction, d.confidence, d.coverage, d.agreement, d.no_decision, d.approved, d.model_cost_micro_usd,
      v.*, ${REGIME} as regime, ${sql.join(FEATURES.map(featureOf))},
      o.trades as outcome_trades, o.closed_at as outcome_closed_at,
      (extract(epoch from o.closed_at - d.as_of) * 1000)::bigint as outcome_horizon_ms, o.pnl_net as outcome_pnl_net,
      o.return_fraction as outcome_return, o.pnl_net > 0 as outcome_win, o.exit_reason as outcome_exit_reason
    from ${DECISION_SOURCES}
    left join lateral (select ${sql.join(VOTES.map(voteOf))} from jsonb_array_elements(d.contributions) vote) v on true
    left join lateral (${outcomesBy(filter)}) o on true
    where ${decisionsAsked(filter)} and (o.trades > 0 or not ${filter.scored})
    order by d.as_of, d.decision_id`,
};
