/** Who steers the desk: the kill switch, the policy, the officers, how capital is shared out. */
import type { Generated } from 'kysely';
import type { ModeProfile, OperatingMode } from '../../schemas/governance.ts';
import type { OfficerName } from '../../schemas/officers/officer.ts';
import type { RiskCeilings } from '../../schemas/officers/risk-state.ts';
import type { Instant, JsonObject, OptionalInstant } from './columns.ts';

export type KillSwitchTable = {
  single: Generated<boolean>;
  active: boolean;
  reason: string | null;
  set_by: string | null;
  at: OptionalInstant;
};

export type PoliciesTable = {
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

export type OfficerCyclesTable = {
  officer: OfficerName;
  slot_ms: number;
  state: 'done' | 'missed';
  took_ms: number | null;
  input_ages: JsonObject | null;
  correlation_id: string | null;
  at: Instant;
};

export type OfficerMemoryTable = { officer: OfficerName; memory: JsonObject; at: Instant };

export type VarBacktestsTable = {
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

export type StrategyHealthTable = {
  strategy_id: string;
  disabled: boolean;
  reason: string;
  set_by: string;
  correlation_id: string | null;
  at: Instant;
};

export type AllocationsTable = {
  allocation_id: string;
  at: Instant;
  weights: JsonObject;
  cash_fraction: number;
  plan: JsonObject;
};
