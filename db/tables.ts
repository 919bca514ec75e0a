/**
 * Rows of every table as Kysely sees them, snake_case as in SQL; the stores turn them into our camelCase nouns.
 * Money, prices, quantities: exact decimal strings. Instants: `Date` when read, ISO text when written.
 */
import type { ColumnType, Generated, Kysely } from 'kysely';
import type { UnknownEvidence } from '../domain/execution/resolve-unknown.ts';
import type { DriftView } from '../domain/learning/drift/market-drift.ts';
import type { HealthCusum, HealthFalseAlarms, StrategyHealth } from '../domain/learning/strategy-health.ts';
import type { AgentSeat, TrainingFigures } from '../schemas/agent-training.ts';
import type { Chromosome } from '../schemas/chromosome.ts';
import type { Contribution, DecisionAction } from '../schemas/decision.ts';
import type {
  ClosedTrade,
  ExitReason,
  LedgerEntry,
  Leg,
  OrderSide,
  OrderState,
  OrderType,
  TripRow,
} from '../schemas/execution.ts';
import type { ModeProfile, OperatingMode, TradingMode } from '../schemas/governance.ts';
import type { KnowledgeKind } from '../schemas/knowledge.ts';
import type { PromptArm, PromptDefinition } from '../schemas/llm/prompt.ts';
import type { Bar, Gap } from '../schemas/market.ts';
import type { OfficerName } from '../schemas/officers/officer.ts';
import type { RiskCeilings } from '../schemas/officers/risk-state.ts';
import type { DataSplit, ResearchData, RunKind, RunState } from '../schemas/research.ts';
import type { SearchPoint } from '../schemas/search-space.ts';
import type { VenueFill } from '../schemas/venue.ts';

/** Everything a store needs: a pool or a transaction. */
export type Database = Kysely<Tables>;

/** A JSON object whose inside this layer does not look at. */
export type JsonObject = Readonly<Record<string, unknown>>;

type Instant = ColumnType<Date, string, string>;
type OptionalInstant = ColumnType<Date | null, string | null | undefined, string | null>;
/** Filled with the transaction's time when not given. */
type DefaultInstant = ColumnType<Date, string | undefined, string>;

type CountersTable = { name: string; value: number };

type AccountsTable = {
  account_id: string;
  venue: string;
  currency: string;
  cash: string;
  equity: string;
  starting_cash: string;
  trading_mode: TradingMode;
  risk_state: JsonObject;
  funding_done_ms: number | null;
  epoch: number;
  created_at: Instant;
};

type LedgerEntriesTable = {
  posting_id: string;
  entry_id: string;
  account_id: string;
  book: string;
  kind: LedgerEntry['kind'];
  amount: string;
  currency: string;
  client_order_id: string | null;
  trade_id: string | null;
  at: Instant;
};

type BarsTable = {
  symbol: string;
  interval_ms: number;
  open_time: Instant;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
};

type DataSetsTable = {
  symbol: string;
  interval_ms: number;
  source_name: string;
  origins: readonly string[];
  rows: number;
  gaps: readonly Gap[];
  quarantined: string | null;
  data_hash: string;
  imported_at: Instant;
};

type BarFetchesTable = {
  fetch_id: Generated<number>;
  source_name: string;
  symbol: string;
  interval_ms: number;
  from_time: Instant;
  to_time: Instant;
  fetched_until: Instant;
  touched_at: DefaultInstant;
  finished_at: OptionalInstant;
};

type FetchedBarsTable = {
  fetch_id: number;
  open_time: Instant;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
};

type BarRevisionsTable = {
  symbol: string;
  interval_ms: number;
  open_time: Instant;
  source_name: string;
  before: Bar;
  after: Bar;
  applied: boolean;
  told_at: Instant;
};

type StrategiesTable = {
  strategy_id: string;
  type: string;
  definition: JsonObject;
  promoted: boolean;
  health: string;
  symbol: Generated<string | null>;
  bar_interval_ms: Generated<number | null>;
  run_id: Generated<string | null>;
  decided_at: OptionalInstant;
};

type ResearchRunsTable = {
  run_id: string;
  workflow_id: string;
  open_key: string;
  kind: RunKind;
  input: JsonObject;
  state: RunState;
  data: ResearchData;
  data_hash: string;
  split: DataSplit | null;
  code_version: string;
  result: JsonObject | null;
  started_at: Instant;
  ended_at: OptionalInstant;
};

type TrialsTable = {
  run_id: string;
  trial: number;
  candidate_id: string;
  params: JsonObject;
  state: 'complete' | 'failed';
  fitness: number | null;
  sharpe: number | null;
  figures: JsonObject | null;
  error: string | null;
  evaluated_at: DefaultInstant;
};

type GenomesTable = {
  run_id: string;
  generation: number;
  position: number;
  genome_id: string;
  parents: readonly string[];
  genes: Chromosome;
  trial: number;
  fitness: number | null;
};

type GenerationsTable = {
  run_id: string;
  generation: number;
  best_fitness: number | null;
  median_fitness: number | null;
  species_share: number;
  trials: number;
  failed_trials: number;
  lineage_hash: string;
  hall: readonly JsonObject[];
};

type OptimizationResultsTable = {
  run_id: string;
  symbol: string;
  bar_interval_ms: number;
  strategy_type: string;
  regime: string;
  parameters: SearchPoint;
  fitness: number;
  sharpe: number;
  observations: number;
  skewness: number;
  kurtosis: number;
  trials: number;
  sharpe_variance: number;
  deflated_sharpe: number | null;
  trade_count: number;
  regime_trade_count: number;
  shrunk_to: string | null;
  data_hash: string;
  code_version: string;
  decided_at: Instant;
};

/** Instants and equity as little-endian doubles, one a bar. */
type BacktestsTable = {
  run_id: string;
  report: JsonObject;
  trades: readonly JsonObject[];
  fills: readonly JsonObject[];
  closed_at_ms: Buffer;
  equity: Buffer;
};

type SessionsTable = {
  session_id: string;
  workflow_id: string;
  open_key: string;
  account_id: string;
  strategy_id: string;
  strategy: JsonObject;
  trading_mode: TradingMode;
  state: 'open' | 'closed';
  input: JsonObject;
  run_count: number;
  first_sequence: number;
  checkpoint: { readonly cursor: number } & JsonObject;
  report: JsonObject | null;
  data_hash: string | null;
  data_ends_at_ms: number;
  epoch: number;
  model_cost_micro_usd: Generated<number>;
  opened_at: Instant;
  closed_at: OptionalInstant;
};

type SessionEquityTable = {
  session_id: string;
  run: number;
  from_index: number;
  at_ms: readonly number[];
  equity: readonly string[];
};

type SessionBarsTable = {
  session_id: string;
  run: number;
  instant: number;
  symbol: string;
  open_time: Instant;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  is_past: boolean;
  received_at: Instant;
};

type WalkSettingsTable = {
  ref: string;
  body: string;
  stored_at: DefaultInstant;
};

type WalkRecordsTable = {
  session_id: string;
  run: number;
  first_sequence: number;
  last_sequence: number;
  settings_ref: string;
  start_hash: string;
  start: string;
  recorded_at: DefaultInstant;
};

type SessionFeedsTable = {
  session_id: string;
  run: number;
  symbol: string;
  stale_since: OptionalInstant;
  refused_since: OptionalInstant;
  reason: string | null;
};

type DecisionsTable = {
  decision_id: string;
  account_id: string;
  session_id: string | null;
  run: number;
  sequence: number;
  symbol: string;
  as_of: Instant;
  action: DecisionAction;
  target_fraction: number;
  confidence: number;
  size_fraction: number;
  stop_price: string | null;
  target_price: string | null;
  coverage: number;
  agreement: number;
  contributions: readonly Contribution[];
  inputs: JsonObject;
  no_decision: string | null;
  approved: boolean | null;
  policy_version: number;
  order_hash: string | null;
  group_id: string | null;
  correlation_id: string | null;
  model_cost_micro_usd: Generated<number>;
  recorded_at: DefaultInstant;
};

type GateRefusalsTable = {
  decision_id: string;
  stage: string;
  rule: string;
  message: string;
  position: number;
  policy_version: Generated<number | null>;
  correlation_id: Generated<string | null>;
};

/** What an intent and its order have in common. */
type OrderColumns = {
  decision_id: string;
  leg: Leg;
  client_order_id: string;
  account_id: string;
  strategy_id: string;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  quantity: string;
  limit_price: string | null;
  stop_price: string | null;
  distance_from_entry: string | null;
  leverage: number;
  reduce_only: boolean;
  reference_price: string | null;
  exit_reason: ExitReason | null;
  created_at: Instant;
};

type OrderIntentsTable = OrderColumns & {
  group_id: string | null;
  epoch: number;
  reasoning: string | null;
  origin: string;
  policy_version: Generated<number | null>;
  recorded_at: DefaultInstant;
};

type OrdersTable = OrderColumns & {
  session_id: string | null;
  venue: string;
  venue_order_id: string | null;
  state: OrderState;
  simulated: boolean;
  quantity_filled: string;
  sent_at: OptionalInstant;
  triggered_at: OptionalInstant;
  updated_at: DefaultInstant;
};

type FillsTable = {
  venue: string;
  account_id: string;
  trade_id: string;
  client_order_id: string;
  strategy_id: string;
  symbol: string;
  side: OrderSide;
  quantity: string;
  price: string;
  fee: string;
  fee_quantity: string | null;
  at: Instant;
  takes_back: string | null;
};

type FillsSetAsideTable = {
  account_id: string;
  execution_id: string;
  fill: VenueFill;
  set_by: string;
  reason: string;
  at: Instant;
};

type TradeBustsTable = {
  venue: string;
  account_id: string;
  execution_id: string;
  client_order_id: string;
  venue_order_id: string;
  symbol: string;
  replacement: VenueFill | null;
  at: Instant;
  told_at: Instant;
};

type PositionsTable = {
  account_id: string;
  strategy_id: string;
  symbol: string;
  quantity: string;
  cost: string;
  average_price: string;
  mark_price: string;
  leverage: number;
  realized_pnl: string;
  fees: string;
  funding: string;
  opened_at: OptionalInstant;
  funding_done_ms: number | null;
  trip: TripRow | null;
};

type BookClocksTable = { account_id: string; strategy_id: string; symbol: string; matched_until_ms: number };

type BookDaysTable = {
  account_id: string;
  strategy_id: string;
  symbol: string;
  day: number;
  close: number;
  volume: number;
};

type TradesTable = {
  trade_id: string;
  session_id: string | null;
  account_id: string;
  strategy_id: string;
  symbol: string;
  side: ClosedTrade['side'];
  quantity: string;
  entry_price: string;
  exit_price: string;
  opened_at: Instant;
  closed_at: Instant;
  entry_features: JsonObject | null;
  regime: string | null;
  pnl_net: string;
  fees: string;
  funding: Generated<string>;
  decision_id: string | null;
  exit_reason: ClosedTrade['exitReason'];
  model_cost_micro_usd: Generated<number>;
  prompt_versions: Generated<JsonObject>;
  busted_at: OptionalInstant;
  reviewed_at: OptionalInstant;
  recorded_at: DefaultInstant;
};

type PoliciesTable = {
  version: number;
  mode: OperatingMode;
  profile: ModeProfile;
  active: boolean;
  set_by: string;
  reason: string;
  before: JsonObject | null;
  after: JsonObject;
  at: Instant;
  settings: Generated<JsonObject | null>;
  ceilings: Generated<RiskCeilings | null>;
  stale_officers: Generated<readonly OfficerName[] | null>;
  mode_since: OptionalInstant;
  mode_correlation_id: Generated<string | null>;
  correlation_id: Generated<string | null>;
};

type OfficerCyclesTable = {
  officer: OfficerName;
  slot_ms: number;
  state: 'done' | 'missed';
  took_ms: number | null;
  input_ages: JsonObject | null;
  correlation_id: string | null;
  at: Instant;
};

type OfficerMemoryTable = { officer: OfficerName; memory: JsonObject; at: Instant };

type TrainingCheckpointsTable = {
  run_id: string;
  seed: number;
  steps: number;
  figures: TrainingFigures;
  weights_hash: string;
  weights: Buffer | null;
  state: Buffer | null;
  recorded_at: DefaultInstant;
};

type AgentSeatsTable = {
  run_id: string;
  agent: string;
  symbol: string;
  bar_interval_ms: number;
  direction: string;
  seated: boolean;
  reason: string;
  verdict: AgentSeat;
  dueling: boolean;
  data_hash: string;
  weights_hash: string;
  weights: Buffer;
  decided_at: Instant;
};

type VarBacktestsTable = {
  day: string;
  method: string;
  level: number;
  observations: number;
  exceptions: number;
  kupiec_p: number | null;
  independence_p: number | null;
  coverage_p: number | null;
  zone: string | null;
  at: Instant;
};

type StrategyHealthTable = {
  strategy_id: string;
  disabled: boolean;
  reason: string;
  set_by: string;
  correlation_id: string | null;
  at: Instant;
};

type StrategyMonitorsTable = {
  strategy_id: string;
  trades: number;
  health: StrategyHealth['health'];
  reasons: readonly string[];
  win_rate: number | null;
  average_return: number | null;
  losses_in_a_row: number;
  cusum: HealthCusum | null;
  false_alarms: HealthFalseAlarms;
  at: Instant;
};

type PatternOutcomesTable = {
  trade_id: string;
  strategy_id: string;
  patterns: readonly string[];
  won: boolean;
  return_fraction: number;
  closed_at: Instant;
};

type LeverageOutcomesTable = {
  trade_id: string;
  strategy_id: string;
  regime: string | null;
  leverage: number;
  return_fraction: number;
  closed_at: Instant;
};

type PatternsView = {
  strategy_id: string;
  pattern: string;
  trades: number;
  wins: number;
  average_return: number;
};

type DriftChecksTable = { strategy_id: string; symbol: string; bar_interval_ms: number; checked_until: Instant };

type DriftsTable = {
  drift_id: string;
  strategy_id: string;
  symbol: string;
  bar_interval_ms: number;
  features: readonly DriftView[];
  seen_until: Instant;
  search: JsonObject | null;
  search_started_at: OptionalInstant;
  at: Instant;
};

type RegimeTransitionsTable = {
  session_id: string;
  run: number;
  symbol: string;
  at: Instant;
  bar_interval_ms: number;
  from_regime: string | null;
  to_regime: string;
  from_volatility: string | null;
  to_volatility: string | null;
  confidence: number;
  recorded_at: DefaultInstant;
};

type RlExperiencesTable = {
  trade_id: string;
  agent: string;
  step: number;
  strategy_id: string;
  symbol: string;
  bar_interval_ms: number;
  at: Instant;
  state: readonly number[];
  action: number;
  reward: number;
  terms: JsonObject;
  next_state: readonly number[];
  recorded_at: DefaultInstant;
};

type EventsTable = {
  sequence: number;
  type: string;
  payload: JsonObject;
  correlation_id: string | null;
  at: Instant;
};

type AuditTable = {
  sequence: number;
  hash: string;
  previous_hash: string;
  kind: string;
  body: JsonObject;
  at: Instant;
};

type KillSwitchTable = {
  single: Generated<boolean>;
  active: boolean;
  reason: string | null;
  set_by: string | null;
  at: OptionalInstant;
};

type OrderSendsTable = {
  client_order_id: string;
  epoch: number;
  sends: number;
  claimed_at: Instant;
  send_before: Instant;
  outcome: string | null;
  evidence: UnknownEvidence | null;
};

type FencedWritesTable = { at: Instant; client_order_id: string; epoch: number; what: string };

type AccountStandingsTable = {
  account_id: string;
  venue_account_id: string;
  frozen: string | null;
  frozen_at: OptionalInstant;
  reconciled_at: OptionalInstant;
  equal_at: OptionalInstant;
  report: JsonObject | null;
};

type ArmingsTable = {
  arming_id: Generated<number>;
  account_id: string;
  armed_by: string;
  armed_at: Instant;
  expires_at: Instant;
  paper_record: JsonObject;
  override_reason: string | null;
  disarmed_at: OptionalInstant;
  disarmed_by: string | null;
};

type ModelPayloadsTable = { ref: string; body: string; stored_at: DefaultInstant };

type ModelBatchesTable = {
  batch_key: string;
  provider: string;
  model: string;
  base_url: string;
  provider_batch_id: string | null;
  state: 'submitting' | 'submitted' | 'ended' | 'failed' | 'lost';
  items: readonly { readonly id: string; readonly callId: string; readonly temperature: number | null }[];
  submitted_at: Instant;
  ended_at: OptionalInstant;
};
type ScreeningPlacesTable = { place_key: string; stage: string; day: string; taken_at: Instant };

type ModelAsksTable = { ask_key: string; outcome: JsonObject; answered_at: DefaultInstant };

type ModelCallsTable = {
  call_id: string;
  call_key: string;
  ask_key: string;
  step: string;
  task: string;
  contract: string;
  session_id: string | null;
  decision_id: string | null;
  conversation_id: string | null;
  prompt_id: string;
  prompt_version: number;
  prompt_hash: string;
  provider: string;
  model: string;
  tier: string;
  batch_key: string | null;
  base_url: string | null;
  cached: Generated<boolean>;
  contaminated: Generated<boolean>;
  temperature_sent: number | null;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached_read: number | null;
  tokens_cached_write: number | null;
  cost_micro_usd: Generated<number>;
  reserved_micro_usd: Generated<number>;
  latency_ms: number | null;
  outcome: string;
  policy_verdict: JsonObject | null;
  problems: Generated<readonly JsonObject[]>;
  question_ref: string | null;
  request_ref: string | null;
  response_ref: string | null;
  provider_request_id: string | null;
  as_of: Instant;
  requested_at: Instant;
  answered_at: OptionalInstant;
};

type ToolCallsTable = {
  call_id: string;
  position: number;
  tool: string;
  arguments: JsonObject;
  as_of: Instant;
  refused: string | null;
  withheld: Generated<readonly string[]>;
  result_ref: string | null;
  at: Instant;
};

type BudgetsTable = {
  scope: string;
  key: string;
  limit_micro_usd: number;
  reserved_micro_usd: Generated<number>;
  spent_micro_usd: Generated<number>;
};

type BudgetReservationsTable = {
  call_id: string;
  scopes: readonly JsonObject[];
  amount_micro_usd: number;
  state: 'reserved' | 'settled';
  spent_micro_usd: number | null;
  reserved_at: Instant;
  settled_at: OptionalInstant;
};

type PromptsTable = {
  prompt_id: string;
  version: number;
  hash: string;
  definition: PromptDefinition;
  registered_at: Instant;
};

type PromptExperimentsTable = {
  experiment_id: string;
  prompt_id: string;
  arms: readonly PromptArm[];
  active: boolean;
  started_at: Instant;
  ended_at: OptionalInstant;
};

type ModelBreakersTable = {
  provider: string;
  base_url: string;
  failures: number;
  opened_at: OptionalInstant;
  probed_at: OptionalInstant;
  last_failure: string | null;
};

type ResponseCacheTable = { cache_key: string; as_of: Instant; outcome: JsonObject; stored_at: DefaultInstant };

type ModelScoresTable = {
  call_id: string;
  model: string;
  prompt_id: string;
  prompt_version: number;
  regime: string | null;
  session_id: string | null;
  trade_id: string | null;
  confidence: number;
  correct: boolean;
  pnl_net: string | null;
  shadow: Generated<boolean>;
  scored_at: Instant;
};

type ModelDemotionsTable = {
  kind: 'model' | 'prompt';
  subject: string;
  demoted_at: Instant;
  until: Instant;
  reason: string;
  restored_at: OptionalInstant;
};

type ApprovalsTable = {
  decision_id: string;
  order_hash: string;
  state: 'pending' | 'approved' | 'denied' | 'expired';
  reason: string | null;
  requested_at: Instant;
  expires_at: Instant;
  decided_at: OptionalInstant;
  decided_by: string | null;
};

type AdviceSlotsTable = {
  session_id: string;
  run: number;
  symbol: string;
  as_of: Instant;
  outcome: JsonObject;
  recorded_at: DefaultInstant;
};

type NewsItemsTable = {
  news_id: string;
  story_id: string;
  source: string;
  url: string | null;
  headline: string;
  summary: string;
  symbols: readonly string[];
  published_at: Instant;
  known_at: Instant;
  sentiment: 'positive' | 'neutral' | 'negative';
  score: number;
  topics: readonly string[];
  social: boolean;
};

type KnowledgeDocumentsTable = {
  document_id: string;
  title: string;
  kind: KnowledgeKind;
  body: string;
  dated: Instant;
  known_at: Instant;
  content_hash: string;
  embedding: readonly number[];
};

type AllocationsTable = {
  allocation_id: string;
  at: Instant;
  weights: JsonObject;
  cash_fraction: number;
  plan: JsonObject;
};

type IdempotencyKeysTable = { key: string; request_hash: string; answer: JsonObject | null; at: Instant };

type AlertCursorsTable = {
  channel: string;
  sequence: number;
  failures: Generated<number>;
  last_failure: string | null;
  at: Instant;
};

/** The rows of `approvals` with what they are about. */
type ApprovalRequestsView = ApprovalsTable & {
  account_id: string;
  session_id: string | null;
  symbol: string;
  action: DecisionAction;
};

type DeskPerformanceView = {
  decisions_made: number;
  trades_executed: number;
  analysis_count: number;
  active_sessions: number;
  trading_modes: Readonly<Record<string, number>>;
  model_usage: JsonObject;
};

/** Money in USD. */
type AiDecisionsView = {
  id: string;
  timestamp: Date;
  ticker: string | null;
  decision: string | null;
  confidence: number | null;
  models_used: readonly string[];
  total_cost: string;
  actual_outcome: string | null;
};

type AiPerformanceMetricsView = {
  date: string;
  total_decisions: number;
  accuracy_rate: number | null;
  win_rate: number | null;
  total_pnl: string;
  total_api_cost: string;
};

type StrategyPerformanceView = {
  strategy_id: string;
  trading_mode: TradingMode;
  trade_count: number;
  win_count: number;
  win_rate: string;
  pnl_net: string;
  fees: string;
  average_pnl: string;
  profit_factor: string | null;
  first_opened_at: Date;
  last_closed_at: Date;
};

/** Table names to row types, in the order of the flow. */
export type Tables = {
  counters: CountersTable;
  accounts: AccountsTable;
  ledger_entries: LedgerEntriesTable;
  bars: BarsTable;
  data_sets: DataSetsTable;
  bar_fetches: BarFetchesTable;
  fetched_bars: FetchedBarsTable;
  bar_revisions: BarRevisionsTable;
  strategies: StrategiesTable;
  research_runs: ResearchRunsTable;
  trials: TrialsTable;
  genomes: GenomesTable;
  generations: GenerationsTable;
  optimization_results: OptimizationResultsTable;
  backtests: BacktestsTable;
  training_checkpoints: TrainingCheckpointsTable;
  agent_seats: AgentSeatsTable;
  sessions: SessionsTable;
  session_equity: SessionEquityTable;
  session_bars: SessionBarsTable;
  session_feeds: SessionFeedsTable;
  walk_settings: WalkSettingsTable;
  walk_records: WalkRecordsTable;
  decisions: DecisionsTable;
  gate_refusals: GateRefusalsTable;
  order_intents: OrderIntentsTable;
  orders: OrdersTable;
  fills: FillsTable;
  trade_busts: TradeBustsTable;
  fills_set_aside: FillsSetAsideTable;
  positions: PositionsTable;
  book_clocks: BookClocksTable;
  book_days: BookDaysTable;
  trades: TradesTable;
  policies: PoliciesTable;
  officer_cycles: OfficerCyclesTable;
  officer_memory: OfficerMemoryTable;
  var_backtests: VarBacktestsTable;
  strategy_health: StrategyHealthTable;
  strategy_monitors: StrategyMonitorsTable;
  pattern_outcomes: PatternOutcomesTable;
  leverage_outcomes: LeverageOutcomesTable;
  patterns: PatternsView;
  drift_checks: DriftChecksTable;
  drifts: DriftsTable;
  regime_transitions: RegimeTransitionsTable;
  rl_experiences: RlExperiencesTable;
  events: EventsTable;
  audit: AuditTable;
  kill_switch: KillSwitchTable;
  order_sends: OrderSendsTable;
  fenced_writes: FencedWritesTable;
  account_standings: AccountStandingsTable;
  armings: ArmingsTable;
  model_payloads: ModelPayloadsTable;
  model_asks: ModelAsksTable;
  model_calls: ModelCallsTable;
  model_batches: ModelBatchesTable;
  screening_places: ScreeningPlacesTable;
  tool_calls: ToolCallsTable;
  budgets: BudgetsTable;
  budget_reservations: BudgetReservationsTable;
  prompts: PromptsTable;
  prompt_experiments: PromptExperimentsTable;
  model_breakers: ModelBreakersTable;
  response_cache: ResponseCacheTable;
  model_scores: ModelScoresTable;
  model_demotions: ModelDemotionsTable;
  approvals: ApprovalsTable;
  advice_slots: AdviceSlotsTable;
  news_items: NewsItemsTable;
  knowledge_documents: KnowledgeDocumentsTable;
  idempotency_keys: IdempotencyKeysTable;
  allocations: AllocationsTable;
  alert_cursors: AlertCursorsTable;
  approval_requests: ApprovalRequestsView;
  desk_performance: DeskPerformanceView;
  strategy_performance: StrategyPerformanceView;
  ai_decisions: AiDecisionsView;
  ai_performance_metrics: AiPerformanceMetricsView;
};
